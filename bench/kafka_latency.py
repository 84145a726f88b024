"""Alert accepted to first provider call through Kafka, Faust and PostgreSQL, at a steady rate.

The same alerts and the same sink as `latency`: published on the feed topic at fixed instants; workers, scheduler,
broker and database are processes of this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import alerts
from bench.cluster import SECRETS, Cluster
from bench.latency import spread
from bench.province import province, settle_in
from bench.report import emit, progress
from bench.sink import running
from emergency_kepu.services import wire


def main(argv: list[str]) -> int:
    """Last the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench kafka_latency", description=__doc__)
    parser.add_argument("--rate", type=float, default=20.0, help="alerts a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--warm", type=int, default=40, help="alerts before those that count")
    parser.add_argument("--workers", type=int, default=1)
    wanted = parser.parse_args(argv)
    count = int(wanted.rate * wanted.seconds) + wanted.warm
    with tempfile.TemporaryDirectory(prefix="kepu-bench-") as folder, running("--times") as sink:
        with province(Path(folder), sink.url, workers=wanted.workers) as cluster:
            settle_in(cluster)
            handed = asyncio.run(hand_in(cluster, list(enumerate(alerts.codes()[:count])), wanted.rate))
            cluster.until(lambda: cluster.final() >= count, 120)
            keys = alerts.told(cluster.database())
        seen = sink.stop()
    counted = dict(list(handed.items())[wanted.warm :])
    found = alerts.waited(counted, seen, keys)
    lost = len(counted) - len(found)
    progress(f"{len(found)} alerts at {wanted.rate:g}/s through Kafka, {lost} without a call")
    figures = {"alerts_per_second": wanted.rate, "alerts": len(found), "without_a_call": lost, **spread(found)}
    emit("kafka_latency", figures=figures, baselines={}, ratios={})
    return 0 if lost == 0 else 1


async def hand_in(
    cluster: Cluster, numbered: Sequence[tuple[int, str]], rate: float, *, spread: bool = False
) -> dict[str, float]:
    """Through one producer of this process."""
    wired = wire(cluster.settings, environ=SECRETS)
    bus = wired.services.bus
    await wired.services.database.start()
    handed = await alerts.hand_in(bus.publish, numbered, rate, spread=spread)
    await bus.stop()
    await wired.close()
    return handed
