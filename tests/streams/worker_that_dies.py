"""A worker for the test of `kill -9`: writes each record's id into a file, and kills itself at the one it is told."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from emergency_kepu.bus.kafka_clients import BusSettings
from emergency_kepu.bus.port import FEED, Record, Stage
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.store.database import Database
from streams.consumers import FaustConsumers


async def main(brokers: str, prefix: str, url: str, out: Path, fatal: str) -> None:
    settings = BusSettings(engine="kafka", brokers=brokers, prefix=prefix, session_seconds=6.0)
    database = Database(url)
    await database.start()

    async def handler(record: Record, _services: object) -> list[Record]:
        if record.id == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        with out.open("a", encoding="utf-8") as file:
            file.write(record.id + "\n")
        return []

    consumers = FaustConsumers(settings, database, SystemClock(), password=None)
    await consumers.start([Stage(name="s", topic=FEED, handler=handler)], None)
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:4], Path(sys.argv[4]), sys.argv[5]))
