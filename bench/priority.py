"""A red alert while a large routine campaign runs on the same workers, against the same alerts on idle workers.

The alerts come one after the other, each a new incident in a county of its own. The routine campaign is not through
when they are: what is left of it is reported. `--kafka`: two workers on Kafka and PostgreSQL; else one process with
the embedded bus on SQLite.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from bench import alerts, kafka_latency, world
from bench.latency import embedded
from bench.province import province, settle_in
from bench.report import emit, progress
from bench.sink import RunningSink, running
from emergency_kepu.bus.port import Record
from emergency_kepu.campaigns.operations import launch
from emergency_kepu.domain.campaign import Lane
from emergency_kepu.loop import run
from emergency_kepu.runtime import Runtime
from emergency_kepu.services import open_database, wire
from emergency_kepu.store import campaigns, recipients
from emergency_kepu.store.database import Database
from emergency_kepu.store.tables import deliveries

_WARM = 5
_BUSY = 2_000
"""Deliveries of the routine campaign that are out before the alerts come."""


def main(argv: list[str]) -> int:
    """Last the JSON line; the ratio is that of the medians."""
    parser = argparse.ArgumentParser(prog="python -m bench priority", description=__doc__)
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--alerts", type=int, default=30)
    parser.add_argument("--rate", type=float, default=1.0, help="alerts a second")
    parser.add_argument("--concurrency", type=int, default=16, help="requests under way at once: the channel's default")
    parser.add_argument("--kafka", action="store_true")
    wanted = parser.parse_args(argv)
    measure = _on_kafka if wanted.kafka else _embedded
    with tempfile.TemporaryDirectory(prefix="kepu-bench-") as folder, running("--times") as sink:
        idle, busy, keys, left = measure(Path(folder), sink, wanted)
        seen = sink.stop()
    calm, loaded = alerts.waited(idle, seen, keys), alerts.waited(busy, seen, keys)
    lost = len(idle) + len(busy) - len(calm) - len(loaded)
    ratio = statistics.median(loaded) / statistics.median(calm)
    progress(
        f"median {statistics.median(calm) * 1000:.0f} ms idle, {statistics.median(loaded) * 1000:.0f} ms beside "
        f"{wanted.recipients:,} routine recipients, of whom {left:,} were left at the end; {lost} without a call"
    )
    emit(
        "priority_kafka" if wanted.kafka else "priority",
        figures={
            "p50_seconds": statistics.median(loaded),
            "p90_seconds": alerts.share(loaded, 0.9),
            "max_seconds": loaded[-1],
            "without_a_call": lost,
            "routine_left": left,
        },
        baselines={"idle": statistics.median(calm), "idle_p90": alerts.share(calm, 0.9), "idle_max": calm[-1]},
        ratios={"idle": ratio, "idle_p90": alerts.share(loaded, 0.9) / alerts.share(calm, 0.9)},
    )
    return 0 if lost == 0 and left > 0 else 1


Measured = tuple[dict[str, float], dict[str, float], dict[str, str], int]


def _codes(number: int) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Counties for the alerts on idle workers and for those beside the campaign; the first ones only warm up."""
    found = [(place, code) for place, code in enumerate(alerts.codes()) if code != world.PLACE]
    return found[: number + _WARM], found[number + _WARM : 2 * number + _WARM]


def _fill(database: Database, number: int) -> None:
    with database.begin() as conn:
        recipients.save_all(conn, (alerts.room(code) for code in alerts.codes()))
        recipients.save_all(conn, world.people(number))


def _begin(conn: Connection) -> list[Record]:
    row = world.campaign("routine", lane=Lane.ROUTINE)
    campaigns.insert(conn, row)
    return list(launch(conn, row.id, now=datetime.now(UTC)))


def _out(conn: Connection) -> int:
    """Of the routine campaign."""
    query = select(func.count()).select_from(deliveries).where(deliveries.c.campaign_id == "routine")
    return int(conn.scalar(query.where(deliveries.c.state == "sent")) or 0)


def _embedded(folder: Path, sink: RunningSink, wanted: argparse.Namespace) -> Measured:
    chosen = embedded(str(folder), sink.url, concurrency=wanted.concurrency)
    _fill(open_database(chosen), wanted.recipients)
    first, second = _codes(wanted.alerts)

    async def both() -> tuple[dict[str, float], dict[str, float], int]:
        runtime = Runtime(wire(chosen, environ=world.SECRET))
        await runtime.start()
        database, publish = runtime.services.database, runtime.services.bus.publish
        idle = await alerts.hand_in(publish, first, wanted.rate, spread=True)
        while not await runtime.idle():  # noqa: ASYNC110 - nothing announces that
            await asyncio.sleep(0.1)
        await publish(await database.write(_begin))
        while await database.read(_out) < _BUSY:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        busy = await alerts.hand_in(publish, second, wanted.rate, spread=True)
        await asyncio.sleep(1.0)
        left = wanted.recipients - await database.read(_out)
        await runtime.stop()
        return idle, busy, left

    idle, busy, left = run(both())
    return dict(list(idle.items())[_WARM:]), busy, alerts.told(open_database(chosen)), left


def _on_kafka(folder: Path, sink: RunningSink, wanted: argparse.Namespace) -> Measured:
    first, second = _codes(wanted.alerts)
    with province(folder, sink.url, concurrency=wanted.concurrency) as cluster:
        settle_in(cluster)
        _fill(cluster.database(), wanted.recipients)
        idle = asyncio.run(kafka_latency.hand_in(cluster, first, wanted.rate, spread=True))
        cluster.until(lambda: cluster.final() >= len(first), 120)
        with cluster.database().begin() as conn:
            records = _begin(conn)
        asyncio.run(cluster.hand_in(records))
        cluster.until(_enough(cluster.database()), 300)
        busy = asyncio.run(kafka_latency.hand_in(cluster, second, wanted.rate, spread=True))
        time.sleep(5.0)
        with cluster.database().reading() as conn:
            left = wanted.recipients - _out(conn)
        keys = alerts.told(cluster.database())
    return dict(list(idle.items())[_WARM:]), busy, keys, left


def _enough(database: Database) -> Callable[[], bool]:
    def look() -> bool:
        with database.reading() as conn:
            return _out(conn) >= _BUSY

    return look
