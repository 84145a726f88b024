"""`kepu worker` and `faust -A streams.app worker` as an operator starts them: over the wire, until SIGTERM."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
import yaml

from emergency_kepu.bus import topics
from emergency_kepu.bus.kafka import KafkaBus
from emergency_kepu.bus.kafka_clients import BusSettings
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.pipeline.jobs import feed_record
from emergency_kepu.store import dead, migrate
from emergency_kepu.store.database import Database
from streams.consumers import FaustConsumers
from tests.services import kafka_brokers

pytestmark = [pytest.mark.service]
ROOT = Path(__file__).parents[2]
COMMANDS = {
    "kepu": ("-m", "emergency_kepu.cli.main", "worker"),
    "faust": ("-m", "faust", "-A", "streams.app", "-l", "warn", "worker", "--without-web"),
}


@pytest.mark.parametrize("program", COMMANDS)
async def test_it_works_and_ends_politely(program: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kepu.db"
    bus_settings = {
        "engine": "kafka",
        "brokers": kafka_brokers(),
        "prefix": f"w{os.getpid()}-{program}.",
        "partitions": 2,
        "replication": 1,
        "session_seconds": 6.0,
    }
    config = tmp_path / "config"
    config.mkdir()
    (config / "kepu.yaml").write_text(yaml.safe_dump({"store": {"url": url}, "bus": bus_settings}), encoding="utf-8")
    (config / "feeds.yaml").write_text(yaml.safe_dump({"feeds": {"open": {"format": "cap"}}}), encoding="utf-8")
    migrate.ensure(Database(url))
    settings = BusSettings(**bus_settings)  # type: ignore[arg-type]
    topics.create(settings, None)
    database = Database(url)
    await database.start()
    clock = SystemClock()
    bus = KafkaBus(
        settings, database, password=None, consumers=FaustConsumers(settings, database, clock, password=None)
    )
    now = clock.now()
    await bus.publish([feed_record(feed="open", body=b"<torn", received_at=now, received_wall=0.0, origin="push")])
    words = [*COMMANDS[program], f"--config={config}"] if program == "kepu" else COMMANDS[program]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *words,
        cwd=ROOT,
        env={**os.environ, "KEPU_CONFIG": str(config)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
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
        assert await database.read(dead.counts) == {"kepu.feed": 1}
    except TimeoutError:
        if process.returncode is None:
            process.kill()
        out, _ = await process.communicate()
        pytest.fail(out.decode()[-3000:])
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await bus.stop()
        await database.stop()
