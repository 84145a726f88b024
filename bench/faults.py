"""Faults on real processes: what was lost, doubled, overtaken, and how long it took to go on.

    python -m bench faults NAME [--recipients N] [--times N]      NAME: see FAULTS; `all` runs one after the other

A red warning goes to N recipients through Kafka, PostgreSQL and `kepu worker`s; the fault strikes while it goes out;
then the warning is cancelled and the all-clear must reach exactly those who got it, after it. Exit 1 when something was
lost, overtaken, left open, or doubled beyond what the ledger counts as in flight.
"""

from __future__ import annotations

import argparse
import random
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.cluster import Cluster
from bench.report import emit, progress

Fault = Callable[[Cluster, random.Random], None]


def worker_kill(cluster: Cluster, rng: random.Random) -> None:
    """`kill -9` of one worker, and a fresh one."""
    name = rng.choice([name for name in cluster.processes if name.startswith("worker")])
    cluster.kill(name)
    cluster.start(name)


def rolling_restart(cluster: Cluster, rng: random.Random) -> None:
    """SIGTERM one worker after the other; each must end by itself with exit 0."""
    for name in [name for name in cluster.processes if name.startswith("worker")]:
        code = cluster.end(name)
        if code:
            msg = f"{name} ended with {code}"
            raise RuntimeError(msg)
        cluster.start(name)


def scheduler_kill(cluster: Cluster, rng: random.Random) -> None:
    """`kill -9` of the scheduler while a second one stands by."""
    cluster.start("scheduler-2")
    time.sleep(4)
    cluster.kill("scheduler")


def frozen_worker(cluster: Cluster, rng: random.Random) -> None:
    """SIGSTOP past its session and its leases, then SIGCONT: it must settle nothing that others took over."""
    name = rng.choice([name for name in cluster.processes if name.startswith("worker")])
    cluster.signal(name, signal.SIGSTOP)
    time.sleep(12)
    cluster.signal(name, signal.SIGCONT)


def broker_restart(cluster: Cluster, rng: random.Random) -> None:
    """`kill -9` of a broker, and up again on its data."""
    cluster.kafka.kill_node(1)
    time.sleep(2)
    cluster.kafka.start_node(1)
    cluster.kafka.wait_node(1)


def postgres_restart(cluster: Cluster, rng: random.Random) -> None:
    """A power cut of the database server."""
    cluster.postgres.kill()
    cluster.postgres.start()


def postgres_outage(cluster: Cluster, rng: random.Random) -> None:
    """The database is away for half a minute."""
    cluster.postgres.stop()
    time.sleep(30)
    cluster.postgres.start()


FAULTS: dict[str, tuple[Fault, int]] = {
    "worker_kill": (worker_kill, 1),
    "rolling_restart": (rolling_restart, 1),
    "scheduler_kill": (scheduler_kill, 1),
    "frozen_worker": (frozen_worker, 1),
    "broker_restart": (broker_restart, 1),
    "broker_of_three": (broker_restart, 3),
    "postgres_restart": (postgres_restart, 1),
    "postgres_outage": (postgres_outage, 1),
}
"""Name to what is done, and how many brokers there are."""


def run(name: str, folder: Path, *, number: int, times: int = 1, seed: int = 1) -> dict[str, float]:
    """One fault, `times` times at random moments of one campaign; the figures."""
    fault, brokers = FAULTS[name]
    rng = random.Random(seed)
    with Cluster(folder, brokers=brokers) as cluster:
        cluster.people(number)
        cluster.alert("A1")
        cluster.until(lambda: cluster.final() > 0, 120)
        moments = sorted(rng.uniform(0.02, 0.9) for _ in range(times))
        recovery = 0.0
        for moment in moments:
            cluster.until(lambda moment=moment: cluster.final() >= min(number - 1, int(number * moment)), 300)  # type: ignore[misc]
            before = cluster.final()
            struck = time.monotonic()
            fault(cluster, rng)
            cluster.until(lambda before=before: cluster.final() > before or cluster.final() >= number, 180)  # type: ignore[misc]
            recovery = max(recovery, time.monotonic() - struck)
        cluster.until(lambda: (1, "finished") in cluster.states(), 300)
        cluster.alert("A2", cancels=f"A1,{cluster.last_sent}")
        cluster.until(lambda: (2, "finished") in cluster.states(), 300)
        return {**cluster.verdict(), "recovery_seconds": round(recovery, 1), "faults": times}


def sound(found: dict[str, float], number: int) -> list[str]:
    """What is wrong; empty when nothing is."""
    wrong = [
        f"{key} = {found[key]:g}"
        for key in ("lost", "doubled_beyond_counted", "not_final", "overtaken", "dead_letters")
        if found[key]
    ]
    if found["sent"] != 2 * number:
        wrong.append(f"sent = {found['sent']:g}, expected {2 * number}")
    return wrong


def main(argv: list[str]) -> int:
    """Exit 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m bench faults")
    parser.add_argument("name", choices=[*FAULTS, "all"])
    parser.add_argument("--recipients", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=1)
    wanted = parser.parse_args(argv)
    status = 0
    for name in FAULTS if wanted.name == "all" else [wanted.name]:
        with tempfile.TemporaryDirectory(prefix="kepu-faults-") as folder:
            found = run(name, Path(folder), number=wanted.recipients, times=wanted.times)
        wrong = sound(found, wanted.recipients)
        progress(f"{name}: {'; '.join(wrong) or 'nothing lost, overtaken or doubled beyond what was in flight'}")
        emit(f"faults.{name}", figures=found, baselines={}, ratios={})
        status = max(status, int(bool(wrong)))
    return status
