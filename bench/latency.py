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

from bench import alerts, world
from bench.report import emit, progress
from bench.sink import running
from emergency_kepu.loop import run
from emergency_kepu.matching.policy import Policy
from emergency_kepu.runtime import Runtime
from emergency_kepu.services import open_database, wire
from emergency_kepu.settings import ContentSettings, FeedSettings, GuardSettings, Settings
from emergency_kepu.store import recipients


def main(argv: list[str]) -> int:
    """Send the alerts at the rate, collect what the sink saw; last the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench latency", description=__doc__)
    parser.add_argument("--rate", type=float, default=200.0, help="alerts a second")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--warm", type=int, default=100, help="alerts before those that count")
    wanted = parser.parse_args(argv)
    count = int(wanted.rate * wanted.seconds) + wanted.warm
    with tempfile.TemporaryDirectory() as folder, running("--times") as sink:
        chosen = embedded(folder, sink.url)
        with open_database(chosen).begin() as conn:
            recipients.save_all(conn, (alerts.room(code) for code in alerts.codes()))
        handed = run(_publish(chosen, count, wanted.rate))
        seen = sink.stop()
        keys = alerts.told(open_database(chosen))
    counted = dict(list(handed.items())[wanted.warm :])
    found = alerts.waited(counted, seen, keys)
    lost = len(counted) - len(found)
    progress(f"{len(found)} alerts at {wanted.rate:g}/s, {lost} without a call")
    figures = {"alerts_per_second": wanted.rate, "alerts": len(found), "without_a_call": lost, **spread(found)}
    emit("latency", figures=figures, baselines={}, ratios={})
    return 0 if lost == 0 else 1


def spread(found: list[float]) -> dict[str, float]:
    """What the sorted latencies look like."""
    return {
        "p50_seconds": statistics.median(found),
        "p99_seconds": alerts.share(found, 0.99),
        "max_seconds": found[-1],
    }


def embedded(folder: str, url: str, *, concurrency: int = 100) -> Settings:
    """Every alert of the feed goes to the room of its county at once."""
    return world.settings(
        folder,
        {"kind": "webhook", "targets": {"t": url}, "secret_env": "BENCH_SECRET", "concurrency": concurrency},
        feeds={alerts.FEED: FeedSettings(format="cap", official=True)},
        policies=(Policy(name="all", mode="auto", channels=(world.CHANNEL,)),),
        guards=GuardSettings(flood_per_hour=0, startup_quiet_minutes=0.0),
        content=ContentSettings(trust_shipped=True),
    )


async def _publish(chosen: Settings, count: int, rate: float) -> dict[str, float]:
    """Place code to the unix second at which its alert was handed in; returns when nothing is left to do."""
    runtime = Runtime(wire(chosen, environ=world.SECRET))
    await runtime.start()
    handed = await alerts.hand_in(runtime.services.bus.publish, enumerate(alerts.codes()[:count]), rate)
    while not await runtime.idle():  # noqa: ASYNC110 - nothing announces that
        await asyncio.sleep(0.1)
    await runtime.stop()
    return handed
