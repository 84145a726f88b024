"""Two schedulers on one database: one works, the other takes over, and nothing is lost or done twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from emergency_kepu import runtime
from emergency_kepu.bus.port import RECEIPT, Record
from emergency_kepu.roles import Role
from emergency_kepu.runtime import Runtime
from emergency_kepu.services import wire
from emergency_kepu.settings import FeedSettings, HttpSettings, Settings, StoreSettings
from emergency_kepu.store import due, migrate
from emergency_kepu.store.database import Database
from emergency_kepu.store.tables import records
from emergency_kepu.testing.feed_server import FeedServer

BODY = (Path(__file__).parents[2] / "config/demo/documents/usgs-1.geojson").read_bytes()
SCHEDULER = frozenset({Role.SCHEDULER})


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_LEAD_SECONDS", 0.05)


@asynccontextmanager
async def schedulers(url: str) -> AsyncIterator[tuple[Runtime, Runtime, Database]]:
    """Two of them, both asked to start on one database with one feed that has something new."""
    server = FeedServer()
    await server.start()
    server.publish("usgs", BODY)
    settings = Settings(
        store=StoreSettings(url=url, synchronous="NORMAL"),
        http=HttpSettings(allow_private=("127.0.0.1/32",), timeout_seconds=2),
        feeds={"usgs": FeedSettings(format="usgs", url=f"http://127.0.0.1:{server.port}/usgs", every_seconds=0.2)},
    )
    outside = Database(url)
    migrate.ensure(outside)
    pair = Runtime(wire(settings), roles=SCHEDULER), Runtime(wire(settings), roles=SCHEDULER)
    await asyncio.gather(*(one.start() for one in pair))
    try:
        yield *pair, outside
    finally:
        for one in pair:
            await one.stop()
        await server.stop()


def fall_due(database: Database, names: range) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    with database.begin() as conn:
        for name in names:
            due.put_due(conn, Record(topic=RECEIPT, key="k", id=f"due-{name}", value=b"{}"), past)


def published(database: Database) -> Counter[str]:
    with database.reading() as conn:
        return Counter(row.id if row.topic == RECEIPT else row.topic for row in conn.execute(records.select()))


async def until_published(database: Database, wanted: int) -> Counter[str]:
    async with asyncio.timeout(20):
        while True:
            found = await asyncio.to_thread(published, database)
            if found.total() >= wanted:
                return found
            await asyncio.sleep(0.02)


async def test_the_second_takes_over_when_the_first_ends(store_url: str) -> None:
    async with schedulers(store_url) as (first, second, database):
        fall_due(database, range(20))
        await until_published(database, 21)
        leader, other = (first, second) if first._scheduler_lock.holds() else (second, first)
        assert not other._scheduler_lock.holds()

        await leader.stop()
        fall_due(database, range(20, 40))

        found = await until_published(database, 41)
        assert other._scheduler_lock.holds()
    assert found == {"kepu.feed": 1} | {f"due-{number}": 1 for number in range(40)}


@pytest.mark.parametrize("store_url", [pytest.param("postgres", marks=pytest.mark.service)], indirect=True)
async def test_the_second_takes_over_when_the_first_loses_its_session(store_url: str) -> None:
    async with schedulers(store_url) as (_first, _second, database):
        fall_due(database, range(20))
        await until_published(database, 21)
        with database.begin() as conn:
            ended = conn.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")
            ).all()
        assert len(ended) == 1

        fall_due(database, range(20, 40))

        found = await until_published(database, 41)
    assert found == {"kepu.feed": 1} | {f"due-{number}": 1 for number in range(40)}
