"""Faust's traps, on Apache Kafka: our workers do not fall into them (docs/decisions/0010-faust.md)."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from emergency_kepu.bus import topics
from emergency_kepu.bus.kafka import KafkaBus
from emergency_kepu.bus.kafka_clients import BusSettings
from emergency_kepu.bus.port import FEED, Record, Stage
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.store import dead, migrate
from emergency_kepu.store.database import Database
from streams.consumers import FaustConsumers
from tests.services import kafka_brokers

pytestmark = [pytest.mark.service]
ROOT = Path(__file__).parents[2]
_numbers = itertools.count()


@pytest.fixture
def settings() -> BusSettings:
    found = BusSettings(
        engine="kafka",
        brokers=kafka_brokers(),
        prefix=f"s{os.getpid()}-{next(_numbers)}.",
        partitions=3,
        replication=1,
        session_seconds=6.0,
    )
    topics.create(found, None)
    return found


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = f"sqlite:///{tmp_path}/kepu.db"
    migrate.ensure(Database(found))
    return found


def records(number: int) -> list[Record]:
    return [Record(topic=FEED, key=f"k{n % 7}", id=f"{n:03}", value=b"x") for n in range(number)]


@asynccontextmanager
async def running(settings: BusSettings, url: str, stage: Stage | None) -> AsyncIterator[KafkaBus]:
    database = Database(url)
    await database.start()
    consumers = FaustConsumers(settings, database, SystemClock(), password=None)
    bus = KafkaBus(settings, database, password=None, consumers=consumers)
    if stage:
        await bus.start([stage], None)
    try:
        yield bus
    finally:
        await bus.stop()
        await database.stop()


async def until_idle(bus: KafkaBus) -> None:
    async with asyncio.timeout(60):
        while not await bus.idle():  # noqa: ASYNC110 - the port has no event for it
            await asyncio.sleep(0.1)


async def test_a_raising_handler_loses_nothing(settings: BusSettings, url: str) -> None:
    done: set[str] = set()
    failed: set[str] = set()

    async def handler(record: Record, _services: object) -> Sequence[Record]:
        number = int(record.id)
        if number % 10 == 3:
            raise ValueError("always")
        if number % 10 == 5 and record.id not in failed:
            failed.add(record.id)
            raise ValueError("once")
        done.add(record.id)
        return []

    async with running(settings, url, Stage(name="s", topic=FEED, handler=handler, max_attempts=2)) as bus:
        await bus.publish(records(60))
        await until_idle(bus)
        with Database(url).reading() as conn:
            buried = {row.record_id for row in dead.listing(conn)}

    poison = {f"{n:03}" for n in range(3, 60, 10)}
    assert buried == poison
    assert done == {record.id for record in records(60)} - poison


async def test_stopped_in_the_middle(settings: BusSettings, url: str) -> None:
    """What is in hand is finished; what is not begun is left for the next."""
    done: list[str] = []
    begun = asyncio.Event()
    go_on = asyncio.Event()

    async def slow(record: Record, _services: object) -> Sequence[Record]:
        begun.set()
        await go_on.wait()
        done.append(record.id)
        return []

    async with running(settings, url, Stage(name="s", topic=FEED, handler=slow)) as bus:
        await bus.publish(records(20))
        await begun.wait()
        stopping = asyncio.create_task(bus.stop())
        await asyncio.sleep(0.3)
        assert not stopping.done(), "it waits for the handler"
        go_on.set()
        await stopping
    assert 1 <= len(done) <= 20

    async with running(settings, url, Stage(name="s", topic=FEED, handler=slow)) as bus:
        await until_idle(bus)
    assert set(done) == {record.id for record in records(20)}


async def test_killed_in_the_middle(settings: BusSettings, url: str, tmp_path: Path) -> None:
    out = tmp_path / "done.txt"
    async with running(settings, url, None) as bus:
        await bus.publish(records(40))
    worker = [sys.executable, str(ROOT / "tests/streams/worker_that_dies.py"), settings.brokers, settings.prefix, url]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = await asyncio.to_thread(
        subprocess.run, [*worker, str(out), "017"], env=environ, capture_output=True, timeout=60, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()[-800:]
    before = out.read_text(encoding="utf-8").split() if out.exists() else []
    assert "017" not in before

    async def handler(record: Record, _services: object) -> Sequence[Record]:
        with out.open("a", encoding="utf-8") as file:
            file.write(record.id + "\n")
        return []

    async with running(settings, url, Stage(name="s", topic=FEED, handler=handler)) as bus:
        await until_idle(bus)
    assert set(out.read_text(encoding="utf-8").split()) == {record.id for record in records(40)}


def listening() -> set[str]:
    """Inodes of the sockets on which this process listens."""
    ours = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            ours.add(os.readlink(entry))
        except OSError:
            continue
    lines = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    return {line[9] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in ours}


async def test_no_port_is_opened(settings: BusSettings, url: str) -> None:
    before = listening()

    async def handler(_record: Record, _services: object) -> Sequence[Record]:
        return []

    async with running(settings, url, Stage(name="s", topic=FEED, handler=handler)):
        assert listening() == before
