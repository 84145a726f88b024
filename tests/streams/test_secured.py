"""TLS and SASL over the wire: a broker with a certificate of a private authority that wants SCRAM-SHA-512.

Every client of ours must reach it as configured, and say in one line what is wrong when it is not let in.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
import yaml

from emergency_kepu.bus import topics
from emergency_kepu.bus.kafka import KafkaBus
from emergency_kepu.bus.kafka_clients import BusSettings
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.pipeline.jobs import feed_record
from emergency_kepu.store import dead, migrate
from emergency_kepu.store.database import Database
from emergency_kepu.testing.kafka_server import KafkaServer, Security, why_not
from streams.consumers import FaustConsumers
from tests.services import absent

pytestmark = [pytest.mark.service]
ROOT = Path(__file__).parents[2]
PASSWORD = "only-for-this-test"


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BusSettings]:
    """Settings that reach a broker of this module's own; the password is PASSWORD."""
    if missing := why_not():
        absent("kafka", missing)
    folder = tmp_path_factory.mktemp("secured")
    security = Security(folder, username="kepu", password=PASSWORD)
    server = KafkaServer(folder, security=security)
    server.start()
    yield BusSettings(
        engine="kafka",
        brokers=server.bootstrap,
        partitions=2,
        replication=1,
        session_seconds=6.0,
        security_protocol="SASL_SSL",
        username="kepu",
        ca_file=str(security.certificate),
    )
    server.stop()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    found = Database(f"sqlite:///{tmp_path}/kepu.db")
    migrate.ensure(found)
    await found.start()
    yield found
    await found.stop()


async def test_topics_publishing_lag_and_a_worker(secured: BusSettings, database: Database, tmp_path: Path) -> None:
    assert all(not item.problem for item in topics.create(secured, PASSWORD))
    clock = SystemClock()
    consumers = FaustConsumers(secured, database, clock, password=PASSWORD)
    bus = KafkaBus(secured, database, password=PASSWORD, consumers=consumers)
    torn = feed_record(feed="open", body=b"<torn", received_at=clock.now(), received_wall=0.0, origin="push")
    config = tmp_path / "config"
    config.mkdir()
    raw = {"store": {"url": str(database.url)}, "bus": msgspec.to_builtins(secured)}
    (config / "kepu.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")
    (config / "feeds.yaml").write_text(yaml.safe_dump({"feeds": {"open": {"format": "cap"}}}), encoding="utf-8")
    (tmp_path / "password").write_text(PASSWORD + "\n", encoding="ascii")
    environ = {**os.environ, "KEPU_KAFKA_PASSWORD_FILE": str(tmp_path / "password")}
    words = [sys.executable, "-m", "emergency_kepu.cli.main", "worker", f"--config={config}"]
    await bus.publish([torn])
    process = await asyncio.create_subprocess_exec(
        *words, cwd=ROOT, env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(60):
            while not await database.read(dead.counts):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.1)
            while (await bus.lag())["kepu.feed"]:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        out, _ = await asyncio.wait_for(process.communicate(), 30)
        assert process.returncode == 0, out.decode()[-1500:]
        assert PASSWORD not in out.decode()
    finally:
        if process.returncode is None:
            process.kill()
            out, _ = await process.communicate()
            sys.stdout.write(out.decode()[-3000:])
        await bus.stop()


@pytest.mark.parametrize(
    ("change", "password"),
    [({}, "wrong"), ({"ca_file": ""}, PASSWORD)],
    ids=["wrong password", "unknown authority"],
)
async def test_who_is_not_let_in_is_told_in_one_line(
    secured: BusSettings, change: dict[str, str], password: str, tmp_path: Path
) -> None:
    raw = {"bus": msgspec.to_builtins(msgspec.structs.replace(secured, **change))}
    (tmp_path / "kepu.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "emergency_kepu.cli.main", "topics", "list", f"--config={tmp_path}"),
        env={**os.environ, "KEPU_KAFKA_PASSWORD": password},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode, out
    said = err.decode().strip().splitlines()
    assert secured.brokers in said[-1]
    assert password not in err.decode()
    assert "Traceback" not in err.decode()
