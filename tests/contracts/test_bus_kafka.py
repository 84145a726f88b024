"""The bus suite on Apache Kafka with Faust, and what only it promises."""

from __future__ import annotations

import itertools
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from emergency_kepu.bus import topics
from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.bus.kafka import KafkaBus
from emergency_kepu.bus.kafka_clients import BusSettings
from emergency_kepu.bus.port import TOPICS, Bus, Record
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.store import dead, migrate
from emergency_kepu.store.database import Database
from streams.consumers import FaustConsumers
from tests.contracts.bus import BusContract, record, stage, until_idle
from tests.services import kafka_brokers

pytestmark = [pytest.mark.service]
_numbers = itertools.count()


class TestKafkaBus(BusContract):
    @pytest.fixture(autouse=True)
    def _place(self, store_url: str) -> None:
        self.url = store_url
        migrate.ensure(Database(self.url))
        self.settings = BusSettings(
            engine="kafka",
            brokers=kafka_brokers(),
            prefix=f"t{os.getpid()}-{next(_numbers)}.",
            partitions=3,
            replication=1,
            session_seconds=6.0,
        )
        made = topics.create(self.settings, None)
        assert [item.problem for item in made] == [""] * len(TOPICS)

    def open_bus(self) -> AbstractAsyncContextManager[Bus]:
        return self._open()

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[KafkaBus]:
        database = Database(self.url)
        await database.start()
        clock = SystemClock()
        consumers = FaustConsumers(self.settings, database, clock, password=None)
        bus = KafkaBus(self.settings, database, password=None, consumers=consumers)
        try:
            yield bus
        finally:
            await bus.stop()
            await database.stop()

    async def dead(self, bus: Bus) -> list[tuple[str, str]]:
        with Database(self.url).reading() as conn:
            return [(row.record_id, row.reason) for row in dead.listing(conn)]

    async def test_what_a_transaction_published_is_handed_on_in_order(self) -> None:
        done: list[str] = []

        async def handler(found: Record, _services: object) -> Sequence[Record]:
            done.append(found.id)
            return []

        async with self._open() as bus:
            with Database(self.url).begin() as conn:
                publish_in(conn, [record(f"{number:03}") for number in range(20)], SystemClock())
            await bus.start([stage(handler)], None)
            assert await bus.forward() == 20
            assert await bus.forward() == 0
            await until_idle(bus)

        assert done == [f"{number:03}" for number in range(20)]
