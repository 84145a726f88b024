"""Two workers against one: the same campaign on Kafka and PostgreSQL through a provider that takes 50 ms to answer.

Each worker has `--concurrency` requests under way at once, so that the provider's answers are the limit and not this
machine's cores.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench import world
from bench.province import province
from bench.report import emit, progress
from bench.sink import running
from emergency_kepu.campaigns.operations import launch
from emergency_kepu.domain.campaign import Lane
from emergency_kepu.store import campaigns, recipients


def main(argv: list[str]) -> int:
    """Last the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench scaleout", description=__doc__)
    parser.add_argument("--recipients", type=int, default=6_000)
    parser.add_argument("--delay", type=float, default=0.05, help="seconds that each answer takes")
    parser.add_argument("--concurrency", type=int, default=4)
    wanted = parser.parse_args(argv)
    one, two = (_seconds(wanted, workers) for workers in (1, 2))
    rates = {workers: wanted.recipients / seconds for workers, seconds in ((1, one), (2, two))}
    progress(f"{rates[1]:.0f}/s with one worker, {rates[2]:.0f}/s with two")
    emit(
        "scaleout",
        figures={"two_workers_per_second": rates[2], "recipients": wanted.recipients},
        baselines={"one_worker": rates[1]},
        ratios={"one_worker": rates[2] / rates[1]},
    )
    return 0


def _seconds(wanted: argparse.Namespace, workers: int) -> float:
    """From the first delivery that is final to the last: joining the group is not part of it."""
    with (
        tempfile.TemporaryDirectory(prefix="kepu-bench-") as folder,
        running("--delay", str(wanted.delay)) as sink,
        province(
            Path(folder), sink.url, workers=workers, concurrency=wanted.concurrency, batch_size=50, plan_page=500
        ) as cluster,
    ):
        with cluster.database().begin() as conn:
            recipients.save_all(conn, world.people(wanted.recipients + 200))
            row = world.campaign("scale", lane=Lane.ROUTINE)
            campaigns.insert(conn, row)
            records = list(launch(conn, row.id, now=datetime.now(UTC)))
        asyncio.run(cluster.hand_in(records))
        cluster.until(lambda: cluster.final() >= 200, 120)
        return cluster.until(lambda: cluster.final() >= wanted.recipients + 200, 600)
