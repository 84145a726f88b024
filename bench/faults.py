"""Faults on real processes: what was lost, doubled, overtaken, and how long it took to go on.

    python -m bench faults NAME [--recipients N] [--times N]      NAME: see --help; `all` runs all

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

from bench import faults_here
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


def rebalance_storm(cluster: Cluster, rng: random.Random) -> None:
    """Workers come and go, politely or not, faster than the groups settle."""
    for number in range(3, 7):
        cluster.start(f"worker-{number}")
        time.sleep(rng.uniform(2.0, 5.0))
        if number % 2:
            cluster.kill(f"worker-{number}")
        else:
            cluster.end(f"worker-{number}")


def slow_database(cluster: Cluster, rng: random.Random) -> None:
    """Every packet to and from the database takes 50 ms longer, for 15 s."""
    assert cluster.proxy is not None
    cluster.proxy.delay = 0.05
    time.sleep(15)
    cluster.proxy.delay = 0.0


def silent_database(cluster: Cluster, rng: random.Random) -> None:
    """For 20 s, longer than the leases, nothing passes to or from the database; connections stay."""
    assert cluster.proxy is not None
    cluster.proxy.silence()
    time.sleep(20)
    cluster.proxy.speak()


def poison_record(cluster: Cluster, rng: random.Random) -> None:
    """Bytes that are no record, on every topic of the flow: each must become one dead letter and stop nothing."""
    for topic in POISONED:
        cluster.raw(topic, "poison", b"\xff\x00 no record")


def rolling_brokers(cluster: Cluster, rng: random.Random) -> None:
    """Each of three brokers is stopped politely and started again: every partition's leader changes."""
    for node in (1, 2, 3):
        cluster.kafka.end_node(node)
        time.sleep(2)
        cluster.kafka.start_node(node)
        cluster.kafka.wait_node(node)


def broker_gone(cluster: Cluster, rng: random.Random) -> None:
    """One of three brokers is gone for good."""
    cluster.kafka.kill_node(rng.choice((1, 2, 3)))


FAULTS: dict[str, tuple[Fault, int]] = {
    "worker_kill": (worker_kill, 1),
    "rolling_restart": (rolling_restart, 1),
    "scheduler_kill": (scheduler_kill, 1),
    "frozen_worker": (frozen_worker, 1),
    "rebalance_storm": (rebalance_storm, 1),
    "broker_restart": (broker_restart, 1),
    "broker_of_three": (broker_restart, 3),
    "rolling_brokers": (rolling_brokers, 3),
    "broker_gone": (broker_gone, 3),
    "postgres_restart": (postgres_restart, 1),
    "postgres_outage": (postgres_outage, 1),
    "slow_database": (slow_database, 1),
    "silent_database": (silent_database, 1),
    "poison_record": (poison_record, 1),
}
"""Name to what is done, and how many brokers there are."""
POISONED = ("kepu.feed", "kepu.dispatch.immediate")
_NAMES = (*FAULTS, *faults_here.FAULTS)


def run(name: str, folder: Path, *, number: int, times: int = 1, seed: int = 1) -> dict[str, float]:
    """One fault, `times` times at random moments of one campaign; the figures.

    Several times: the first while the campaign is being planned.
    """
    if name in faults_here.FAULTS:
        return faults_here.run(name, folder, number=number)
    fault, brokers = FAULTS[name]
    rng = random.Random(seed)
    with Cluster(folder, brokers=brokers) as cluster:
        cluster.people(number)
        cluster.alert("A1")
        if times > 1:
            cluster.until(lambda: cluster.planned() > 0, 120)
            fault(cluster, rng)
        cluster.until(lambda: cluster.final() > 0, 120)
        moments = sorted(rng.uniform(0.02, 0.9) for _ in range(max(1, times - 1)))
        recovery = 0.0
        for moment in moments:
            cluster.until(lambda moment=moment: cluster.final() >= min(number - 1, int(number * moment)), 600)  # type: ignore[misc]
            before = cluster.final()
            struck = time.monotonic()
            fault(cluster, rng)
            cluster.until(lambda before=before: cluster.final() > before or cluster.final() >= number, 180)  # type: ignore[misc]
            recovery = max(recovery, time.monotonic() - struck)
        cluster.until(lambda: (1, "finished") in cluster.states(), 600)
        cluster.alert("A2", cancels=f"A1,{cluster.last_sent}")
        cluster.until(lambda: (2, "finished") in cluster.states(), 600)
        return {**cluster.verdict(), "recovery_seconds": round(recovery, 1), "faults": times}


def sound(name: str, found: dict[str, float], number: int) -> list[str]:
    """What is wrong; empty when nothing is."""
    wrong = [
        f"{key} = {found[key]:g}" for key in ("lost", "doubled_beyond_counted", "not_final", "overtaken") if found[key]
    ]
    buried = len(POISONED) if name == "poison_record" else 0
    if found["dead_letters"] != buried:
        wrong.append(f"dead_letters = {found['dead_letters']:g}, expected {buried}")
    # on Kafka everybody is also told that it is over
    expected = number if name in faults_here.FAULTS else 2 * number
    if found["sent"] != expected:
        wrong.append(f"sent = {found['sent']:g}, expected {expected}")
    return wrong


def main(argv: list[str]) -> int:
    """Exit 1 when a promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m bench faults")
    parser.add_argument("name", choices=[*_NAMES, "all"])
    parser.add_argument("--recipients", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=1)
    wanted = parser.parse_args(argv)
    status = 0
    for name in _NAMES if wanted.name == "all" else [wanted.name]:
        with tempfile.TemporaryDirectory(prefix="kepu-faults-") as folder:
            found = run(name, Path(folder), number=wanted.recipients, times=wanted.times)
        wrong = sound(name, found, wanted.recipients)
        progress(f"{name}: {'; '.join(wrong) or 'nothing lost, overtaken or doubled beyond what was in flight'}")
        emit(f"faults.{name}", figures=found, baselines={}, ratios={})
        status = max(status, int(bool(wrong)))
    return status
