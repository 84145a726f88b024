"""Alerts taken in and decided end to end on one node: parse, correlate, match against policies, record, durable.

Each alert is a new incident in a county of its own or, in later rounds, of another hazard there; the policy only
watches, so that nothing but matching is measured. Another platform publishes 1,000 alerts a minute for itself.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence

import msgspec
from sqlalchemy import func, select

from bench import alerts
from bench.latency import embedded
from bench.report import emit, progress
from bench.sink import running
from emergency_kepu.bus.port import Record
from emergency_kepu.loop import run
from emergency_kepu.matching.policy import Policy
from emergency_kepu.runtime import Runtime
from emergency_kepu.services import wire
from emergency_kepu.settings import FeedSettings, Settings
from emergency_kepu.store.tables import decisions

PUBLISHED_PER_SECOND = 1_000 / 60
_FEEDS = ("one", "two", "three", "four")
"""Documents of one feed are taken in one after the other; several feeds side by side."""
_EVENTS = ("暴雨", "大风", "高温", "雷电", "冰雹")


def main(argv: list[str]) -> int:
    """Last the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench match", description=__doc__)
    parser.add_argument("--alerts", type=int, default=8_000)
    wanted = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder, running() as sink:
        watch = (Policy(name="all", mode="watch", channels=()),)
        feeds = {name: FeedSettings(format="cap", official=True) for name in _FEEDS}
        chosen = msgspec.structs.replace(embedded(folder, sink.url), policies=watch, feeds=feeds)
        seconds, decided = run(_take_in(chosen, [_record(number) for number in range(wanted.alerts)]))
    rate = wanted.alerts / seconds
    progress(f"{wanted.alerts:,} alerts in {seconds:.1f} s: {rate:.0f}/s; {decided:,} decisions")
    emit(
        "match",
        figures={"alerts_per_second": rate, "alerts": wanted.alerts, "decisions": decided},
        baselines={"published_per_second": PUBLISHED_PER_SECOND},
        ratios={"published_per_second": rate / PUBLISHED_PER_SECOND},
    )
    return 0 if decided >= wanted.alerts else 1


def _record(number: int) -> Record:
    known = alerts.codes()
    event = _EVENTS[number // len(known) % len(_EVENTS)]
    return alerts.alert(number, known[number % len(known)], event=event, feed=_FEEDS[number % len(_FEEDS)])


async def _take_in(chosen: Settings, records: Sequence[Record]) -> tuple[float, int]:
    runtime = Runtime(wire(chosen, environ={"BENCH_SECRET": "x"}))
    await runtime.start()
    began = time.perf_counter()
    for start in range(0, len(records), 100):
        await runtime.services.bus.publish(records[start : start + 100])
    while not await runtime.idle():  # noqa: ASYNC110 - nothing announces that
        await asyncio.sleep(0.25)
    seconds = time.perf_counter() - began
    found = await runtime.services.database.read(lambda conn: conn.scalar(select(func.count()).select_from(decisions)))
    await runtime.stop()
    return seconds, int(found or 0)
