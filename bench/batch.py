"""A routine campaign through a batch gateway (1,000 recipients a request, a local sink), against SQLite alone.

The baseline is the least that any durable fan-out of that size must do: scan the recipients and insert one ledger row
each, in pages of 2,000 with `executemany` and a commit a page, same tables and indices, nothing sent and nothing
settled. Ours plans, renders, inserts, claims, sends and settles. Each size runs in a process of its own, whose peak
memory shows whether memory grows with the audience.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import insert, select

from bench import world
from bench.report import emit, progress
from bench.sink import running
from emergency_kepu.channels import registry
from emergency_kepu.channels.door import Door, DoorError
from emergency_kepu.channels.http_outcome import from_status, no_reply
from emergency_kepu.channels.port import OutboundMessage, Outcome, Verdict
from emergency_kepu.content.limits import LAYOUT_OF_KIND
from emergency_kepu.domain.campaign import Lane
from emergency_kepu.domain.recipient import Recipient
from emergency_kepu.loop import run
from emergency_kepu.services import open_database
from emergency_kepu.settings import DeliverySettings
from emergency_kepu.store import months, recipients
from emergency_kepu.store.codec import unpack
from emergency_kepu.store.database import Database
from emergency_kepu.store.tables import deliveries
from emergency_kepu.store.tables import recipients as people_table

_KIND = "bench_gateway"
_REQUEST = 1_000
_PAGE = 2_000


class _GatewayConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    url: str


class Gateway:
    """A provider that takes a text and many numbers in one request. Registered for the benchmark only."""

    kind = _KIND
    Config = _GatewayConfig
    batch_size = _REQUEST
    concurrency = 4
    rates = ()
    drill = False

    def __init__(self, name: str, config: _GatewayConfig, *, door: Door, environ: Mapping[str, str]) -> None:
        self.name = name
        self._url = config.url
        self._door = door

    async def send(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """Texts once, and who gets which."""
        texts: dict[str, int] = {}
        to = [(item.idempotency_key, item.target, texts.setdefault(item.text, len(texts))) for item in messages]
        try:
            reply = await self._door.request("POST", self._url, body=msgspec.json.encode({"texts": [*texts], "to": to}))
        except DoorError as problem:
            return [no_reply(problem)] * len(messages)
        if reply.status != 200:
            return [from_status(reply.status, reply.headers, "")] * len(messages)
        return [Outcome(verdict=Verdict.SENT, provider_id=item.idempotency_key) for item in messages]

    async def close(self) -> None:
        """Nothing is held."""


def main(argv: list[str]) -> int:
    """Two sizes of ours and the baseline at the larger; last the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench batch", description=__doc__)
    parser.add_argument("--n", type=int, default=1_000_000, help="recipients; memory is compared with a tenth of it")
    parser.add_argument("--one", choices=("ours", "sqlite"), help=argparse.SUPPRESS)
    wanted = parser.parse_args(argv)
    if wanted.one:
        print(msgspec.json.encode({"ours": _ours, "sqlite": _sqlite}[wanted.one](wanted.n)).decode())
        return 0
    small = _child("ours", wanted.n // 10)
    ours = _child("ours", wanted.n)
    alone = _child("sqlite", wanted.n)
    emit(
        "batch",
        figures={
            "recipients": wanted.n,
            "recipients_per_second": wanted.n / ours["seconds"],
            "peak_bytes": ours["peak_bytes"],
            "peak_bytes_at_a_tenth": small["peak_bytes"],
            "memory_growth": ours["peak_bytes"] / small["peak_bytes"],
        },
        baselines={"sqlite": wanted.n / alone["seconds"]},
        ratios={"sqlite": alone["seconds"] / ours["seconds"]},
    )
    return 0


def _child(what: str, count: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench", "batch", "--one", what, "--n", str(count)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found = msgspec.json.decode(done.stdout.splitlines()[-1], type=dict[str, float])
    progress(f"{what}, {count:,}: {count / found['seconds']:,.0f}/s, peak {found['peak_bytes'] / 1e6:.0f} MB")
    return found


def _ours(count: int) -> dict[str, float]:
    registry.CHANNELS[_KIND] = "bench.batch:Gateway"
    LAYOUT_OF_KIND[_KIND] = LAYOUT_OF_KIND["webhook"]
    with tempfile.TemporaryDirectory() as folder, running() as sink:
        chosen = world.settings(
            folder, {"kind": _KIND, "url": sink.url}, delivery=DeliverySettings(batch_size=_REQUEST, plan_page=_PAGE)
        )
        _fill(open_database(chosen), count)
        seconds = run(world.deliver(chosen, world.campaign("bench", lane=Lane.ROUTINE)))
    return {"seconds": seconds, "peak_bytes": _peak()}


def _sqlite(count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(world.settings(folder, {"kind": "webhook"}))
        _fill(database, count)
        began = time.perf_counter()
        _scan_and_insert(database)
        seconds = time.perf_counter() - began
    return {"seconds": seconds, "peak_bytes": _peak()}


def _scan_and_insert(database: Database) -> None:
    after, number = "", 0
    now = datetime.now(UTC)
    while True:
        query = select(people_table.c.recipient).where(people_table.c.id > after).order_by(people_table.c.id)
        with database.begin() as conn:
            page = [unpack(raw, Recipient) for raw in conn.scalars(query.limit(_PAGE))]
            if not page:
                return
            row = partial(_row, batch=f"b.{number}", now=now)
            conn.execute(insert(deliveries), [row(n, person) for n, person in enumerate(page)])
        after, number = page[-1].id, number + 1


def _row(n: int, person: Recipient, *, batch: str, now: datetime) -> dict[str, Any]:
    return {
        "batch_id": batch,
        "n": n,
        "campaign_id": "bench",
        "revision": 1,
        "incident_id": "bench",
        "recipient_id": person.id,
        "channel": world.CHANNEL,
        "target": person.addresses[0].target,
        "locale": person.locale,
        "message_id": "m",
        "state": "queued",
        "updated_at": now,
        "month": months.month_of(now),
    }


def _fill(database: Database, count: int) -> None:
    with database.begin() as conn:
        recipients.save_all(conn, world.people(count))


def _peak() -> float:
    """Bytes; Linux counts kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
