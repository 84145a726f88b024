"""Sets the stage: stand-ins in a process of their own, the feed server, a wired runtime on the afternoon's clock."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml

from emergency_kepu.asking.links import LINK_KEY
from emergency_kepu.bus import topics
from emergency_kepu.demo import people
from emergency_kepu.demo.clock import HeldClock
from emergency_kepu.demo.library import Signed, signed_copy
from emergency_kepu.demo.officers import Officers, hire
from emergency_kepu.desk.server import DeskServer
from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.runtime import Runtime
from emergency_kepu.services import open_database, wire
from emergency_kepu.settings import Settings, load_settings
from emergency_kepu.store import recipients
from emergency_kepu.store.tables import feed_states
from emergency_kepu.testing.feed_server import FeedServer
from emergency_kepu.testing.ports import free_port
from emergency_kepu.testing.standins import SECRET, SID, TOKEN


class Stage:
    """What is running during a demo."""

    def __init__(
        self,
        runtime: Runtime,
        clock: HeldClock,
        feeds: FeedServer,
        standins: Any,
        journal: Path,
        gateways: str,
        desk: DeskServer,
        officers: Officers,
        signed: Signed,
    ) -> None:
        self.runtime = runtime
        self.signed = signed
        self.desk = desk
        self.officers = officers
        self._gateways = gateways
        self.clock = clock
        self.feeds = feeds
        self.journal = journal
        self._standins = standins

    async def callbacks_open(self) -> int:
        """Status callbacks that the gateway still owes the desk."""
        async with self.officers.session.get(f"{self._gateways}/-/twilio/pending") as reply:
            found: dict[str, Any] = await reply.json()
        return int(found["pending"])

    async def close(self) -> None:
        """In the order in which work flows: feeds, desk, pipeline, gateways (which finish their journal)."""
        await self.feeds.stop()
        await self.officers.close()
        await self.desk.stop()
        await self.runtime.stop()
        self._standins.stdin.close()
        await self._standins.wait()


_PAGES_KEY = "the same for every demo, and good for nothing else"
"""A second run on the same data finds its pages again."""


async def set_stage(
    config: Path, data: Path, *, start: datetime, speed: float, port: int, store: str = "", brokers: str = ""
) -> Stage:
    """Start everything. ConfigError when the stand-ins do not come up, or when the console's port is taken."""
    port = port or free_port()
    journal = data / "journal.jsonl"
    process = await _start_standins(journal, minute_seconds=60.0 / speed)
    feeds = FeedServer()
    await feeds.start()
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        msg = "the stand-ins did not start: install the `demo` extra (make setup does)"
        raise ConfigError(msg)
    addresses = json.loads(line)
    values = {
        "@http": addresses["http"],
        "@kafka": addresses["kafka"],
        "@feeds": f"http://127.0.0.1:{feeds.port}",
        "@data": str(data),
        "@desk": f"http://127.0.0.1:{port}",
    }
    settings = _settings(config, data, values, store or f"sqlite:///{data}/kepu.db", brokers)
    if settings.bus.engine == "kafka":
        await asyncio.to_thread(topics.create, settings.bus, None)
    signed = await asyncio.to_thread(signed_copy, settings.experts, data / "library", start.date())
    content = msgspec.structs.replace(settings.content, templates=str(signed.directory))
    settings = msgspec.structs.replace(settings, content=content)
    clock = HeldClock(start, speed)
    database = open_database(settings)
    with database.begin() as conn:
        recipients.save_all(conn, people.recipients())
        tokens = hire(conn)
        # every payload comes in again, also in a second run: what the poller remembered is of the other server
        conn.execute(feed_states.delete())
    environ = {
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "DEMO_ROBOTS": people.robots(),
        "DEMO_WEBHOOK_SECRET": SECRET,
        LINK_KEY: _PAGES_KEY,
    }
    runtime = Runtime(wire(settings, clock=clock, environ=environ, database=database), rng=random.Random(1))  # noqa: S311
    await runtime.start()
    desk = DeskServer(runtime.services, port=port, environ=environ)
    await desk.start()
    officers = Officers(desk.address, tokens)
    return Stage(runtime, clock, feeds, process, journal, addresses["http"], desk, officers, signed)


async def _start_standins(journal: Path, *, minute_seconds: float) -> Any:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "emergency_kepu.testing.standins",
        f"--journal={journal}",
        f"--robots={people.robots()}",
        f"--stubborn={people.STUBBORN_ROOM}",
        f"--refused={people.OPTED_OUT_NUMBER}",
        f"--invalid={people.INVALID_NUMBER}",
        f"--landlines={people.LANDLINE}",
        f"--minute-seconds={minute_seconds}",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


def _settings(config: Path, data: Path, values: dict[str, str], store: str, brokers: str) -> Settings:
    """The demo's configuration with the stand-ins' addresses, read from a copy like any other configuration."""
    filled = data / "config"
    filled.mkdir(parents=True, exist_ok=True)
    for name in ("kepu.yaml", "feeds.yaml", "policies.yaml", "experts.yaml"):
        text = (config / name).read_text(encoding="utf-8")
        for mark, value in values.items():
            text = text.replace(mark, value)
        (filled / name).write_text(text, encoding="utf-8")
    with (filled / "kepu.yaml").open("a", encoding="utf-8") as file:
        more: dict[str, Any] = {"store": {"url": store}}
        if brokers:
            prefix = f"demo-{zlib.crc32(store.encode()):08x}."
            more["bus"] = {"engine": "kafka", "brokers": brokers, "prefix": prefix, "partitions": 4, "replication": 1}
        yaml.safe_dump(more, file)
    settings = load_settings(filled)
    return msgspec.structs.replace(settings, desk=msgspec.structs.replace(settings.desk, public_pages=True))
