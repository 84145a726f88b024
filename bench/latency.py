"""Alert accepted to first provider call, at a steady rate, embedded and durable.

CAP alerts, each a new incident in a place of its own with one room to tell, are published on the feed topic at fixed
instants (open loop: a slow answer does not slow the next alert down). The clock of an alert starts when the feed's
record is handed to the bus and stops when the first byte of its request is at the sink, which is another process on
the same machine. SQLite commits are durable (FULL).

Alertmanager (group_wait 0 s, in memory) is the baseline of the contract; it is measured only where its program is
installed, and the ratio is left out elsewhere.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import select

from bench import world
from bench.report import emit, progress
from bench.sink import running
from emergency_kepu.bus.port import Record
from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from emergency_kepu.loop import run
from emergency_kepu.matching.policy import Policy
from emergency_kepu.pipeline.jobs import feed_record
from emergency_kepu.places import china
from emergency_kepu.runtime import Runtime
from emergency_kepu.services import open_database, wire
from emergency_kepu.settings import ContentSettings, FeedSettings, GuardSettings, Settings
from emergency_kepu.store import recipients
from emergency_kepu.store.database import Database
from emergency_kepu.store.tables import deliveries

_FEED = "bench"
_CAP = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
    "<identifier>BENCH-{n:06d}</identifier><sender>office{n}@weather.example</sender><sent>{sent}</sent>"
    "<status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info><language>zh-CN</language>"
    "<category>Met</category><event>暴雨</event><urgency>Immediate</urgency><severity>Extreme</severity>"
    "<certainty>Observed</certainty><expires>{expires}</expires><senderName>示例气象台</senderName>"
    "<headline>示例气象台发布暴雨红色预警信号</headline><description>有强降雨。</description>"
    "<area><areaDesc>{code}</areaDesc><geocode><valueName>adcode</valueName><value>{code}</value></geocode></area>"
    "</info></alert>\n"
)


def main(argv: list[str]) -> int:
    """Send the alerts at the rate, collect what the sink saw; last the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench latency", description=__doc__)
    parser.add_argument("--rate", type=float, default=200.0, help="alerts a second")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--warm", type=int, default=100, help="alerts before those that count")
    wanted = parser.parse_args(argv)
    count = int(wanted.rate * wanted.seconds) + wanted.warm
    with tempfile.TemporaryDirectory() as folder, running("--times") as sink:
        chosen = _settings(folder, sink.url)
        with open_database(chosen).begin() as conn:
            recipients.save_all(conn, (_room(code) for code in _codes()))
        handed = run(_publish(chosen, count, wanted.rate))
        seen = sink.stop()
        told = _told(open_database(chosen))
    arrived: dict[str, float] = {}
    for at, key in seen:
        arrived.setdefault(told.get(key, ""), at)
    counted = list(handed.items())[wanted.warm :]
    found = sorted(arrived[code] - at for code, at in counted if code in arrived)
    lost = count - wanted.warm - len(found)
    progress(f"{len(found)} alerts at {wanted.rate:g}/s, {lost} without a call")
    emit(
        "latency",
        figures={
            "alerts_per_second": wanted.rate,
            "alerts": len(found),
            "without_a_call": lost,
            "p50_seconds": statistics.median(found),
            "p99_seconds": found[int(len(found) * 0.99)],
            "max_seconds": found[-1],
        },
        baselines={},
        ratios={},
    )
    return 0 if lost == 0 else 1


def _settings(folder: str, url: str) -> Settings:
    return world.settings(
        folder,
        {"kind": "webhook", "targets": {"t": url}, "secret_env": "BENCH_SECRET", "concurrency": 100},
        feeds={_FEED: FeedSettings(format="cap", official=True)},
        policies=(Policy(name="all", mode="auto", channels=(world.CHANNEL,)),),
        guards=GuardSettings(flood_per_hour=0, startup_quiet_minutes=0.0),
        content=ContentSettings(trust_shipped=True),
    )


@cache
def _codes() -> tuple[str, ...]:
    """Counties, each a place of its own."""
    return tuple(code for code in china.table() if not code.endswith("00"))


def _room(code: str) -> Recipient:
    return Recipient(
        id=f"room-{code}",
        kind=RecipientKind.ROOM,
        locale="zh-Hans",
        place=code,
        addresses=(Address(channel=world.CHANNEL, target="t"),),
    )


async def _publish(chosen: Settings, count: int, rate: float) -> dict[str, float]:
    """Place code to the unix second at which its alert was handed in; returns when nothing is left to do."""
    runtime = Runtime(wire(chosen, environ=world.SECRET))
    await runtime.start()
    handed: dict[str, float] = {}
    under_way: set[asyncio.Task[None]] = set()
    began = time.perf_counter()
    for number, code in enumerate(_codes()[:count]):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        handed[code] = time.time()
        task = asyncio.create_task(runtime.services.bus.publish([_alert(number, code)]))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    while not await runtime.idle():  # noqa: ASYNC110 - nothing announces that
        await asyncio.sleep(0.1)
    await runtime.stop()
    return handed


def _alert(number: int, code: str) -> Record:
    now = datetime.now(UTC)
    body = _CAP.format(
        n=number,
        code=code,
        sent=now.isoformat(timespec="seconds"),
        expires=(now + timedelta(hours=3)).isoformat(timespec="seconds"),
    )
    return feed_record(feed=_FEED, body=body.encode(), received_at=now, received_wall=time.time(), origin="push")


def _told(database: Database) -> dict[str, str]:
    """Idempotency key to the place code of the recipient."""
    query = select(deliveries.c.batch_id, deliveries.c.n, deliveries.c.recipient_id)
    with database.reading() as conn:
        return {f"{row[0]}/{row[1]}": row[2].removeprefix("room-") for row in conn.execute(query)}
