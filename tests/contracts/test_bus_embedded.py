"""The bus suite on the embedded engine over SQLite, and what only it promises."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from sqlalchemy import select

from emergency_kepu.bus import embedded
from emergency_kepu.bus.embedded import EmbeddedBus
from emergency_kepu.bus.port import Bus, Record
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.domain.errors import TransientError
from emergency_kepu.store import dead, migrate
from emergency_kepu.store.database import Database
from emergency_kepu.store.tables import records
from tests.contracts.bus import BusContract, record, stage, until_idle


class TestEmbeddedBus(BusContract):
    @pytest.fixture(autouse=True)
    def _place(self, store_url: str) -> None:
        self.url = store_url
        migrate.ensure(Database(self.url))

    def open_bus(self) -> AbstractAsyncContextManager[Bus]:
        return self._open()

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[Bus]:
        database = Database(self.url)
        await database.start()
        bus = EmbeddedBus(database, SystemClock())
        try:
            yield bus
        finally:
            await bus.stop()
            await database.stop()

    async def dead(self, bus: Bus) -> list[tuple[str, str]]:
        with Database(self.url).reading() as conn:
            return [(row.record_id, row.reason) for row in dead.listing(conn)]

    async def test_the_same_waiting_record_is_one(self) -> None:
        done: list[str] = []

        async def handler(found: Record, _services: object) -> list[Record]:
            done.append(found.id)
            return []

        async with self.open_bus() as bus:
            await bus.publish([record("a")])
            await bus.publish([record("a")])
            await bus.start([stage(handler)], None)
            await until_idle(bus)

        assert done == ["a"]

    async def test_an_outage_costs_a_record_no_tries(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(embedded, "_BACKOFF_SECONDS", (0.0, 0.0, 0.0, 0.0))
        tries: list[str] = []

        async def handler(found: Record, _services: object) -> list[Record]:
            tries.append(found.id)
            if len(tries) < 20:
                msg = "the disk is full"
                raise TransientError(msg)
            return []

        async with self.open_bus() as bus:
            await bus.publish([record("a")])
            await bus.start([stage(handler)], None)
            await until_idle(bus)
            assert await self.dead(bus) == []

        assert len(tries) == 20

    async def test_a_stage_goes_on_after_it_could_not_look(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(embedded, "_BACKOFF_SECONDS", (0.0, 0.0, 0.0, 0.0))
        done: list[str] = []

        async def handler(found: Record, _services: object) -> list[Record]:
            done.append(found.id)
            return []

        refused = iter([True] * 3)
        fetch = embedded._Consumer._fetch

        async def sometimes(consumer: embedded._Consumer) -> None:
            if next(refused, False):
                msg = "the database restarts"
                raise TransientError(msg)
            await fetch(consumer)

        monkeypatch.setattr(embedded._Consumer, "_fetch", sometimes)
        async with self.open_bus() as bus:
            await bus.start([stage(handler)], None)
            await bus.publish([record("a")])
            await until_idle(bus)

        assert done == ["a"]

    async def test_after_a_crash_what_was_in_hand_is_handed_over_again(self) -> None:
        database = Database(self.url)
        await database.start()
        first = EmbeddedBus(database, SystemClock())
        begun = asyncio.Event()

        async def hangs(_found: Record, _services: object) -> list[Record]:
            begun.set()
            await asyncio.Event().wait()
            return []

        await first.start([stage(hangs)], None)
        await first.publish([record("a")])
        await begun.wait()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()  # the process dies here: nothing is acknowledged
        await database.stop()
        done: list[tuple[str, int]] = []

        async def works(found: Record, _services: object) -> list[Record]:
            done.append((found.id, found.attempt))
            return []

        async with self.open_bus() as bus:
            await bus.start([stage(works)], None)
            await until_idle(bus)

        assert done == [("a", 2)]

    async def test_a_record_that_kills_the_process_is_given_up(self) -> None:
        async with self.open_bus() as bus:
            await bus.publish([record("killer"), record("next")])
        done: list[str] = []

        async def handler(found: Record, _services: object) -> list[Record]:
            done.append(found.id)
            return []

        with Database(self.url).begin() as conn:
            conn.execute(records.update().where(records.c.id == "killer").values(attempt=3))
        async with self.open_bus() as bus:
            await bus.start([stage(handler, max_attempts=3)], None)
            await until_idle(bus)
            assert await self.dead(bus) == [("killer", "handler_failed")]
        assert done == ["next"]

    async def test_records_of_another_process_are_noticed(self) -> None:
        done = asyncio.Event()

        async def handler(_found: Record, _services: object) -> list[Record]:
            done.set()
            return []

        async with self.open_bus() as bus:
            await bus.start([stage(handler)], None)
            other = Database(self.url)
            with other.begin() as conn:
                conn.execute(
                    records.insert().values(
                        topic="kepu.feed", key="k", id="x", value=b"", published_at=SystemClock().now()
                    )
                )
            async with asyncio.timeout(5):
                await done.wait()
            await until_idle(bus)

    async def test_the_table_is_empty_when_all_is_done(self) -> None:
        async def handler(_found: Record, _services: object) -> list[Record]:
            return []

        async with self.open_bus() as bus:
            await bus.start([stage(handler)], None)
            await bus.publish([record("a", key="1"), record("b", key="2")])
            await until_idle(bus)
        with Database(self.url).reading() as conn:
            assert conn.execute(select(records)).all() == []
