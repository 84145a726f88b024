"""Faults on real processes: what was lost, doubled, overtaken, and how long it took to go on.

    python -m bench faults NAME [--recipients N] [--times N]      NAME: see FAULTS; `all` runs one after the other

A red warning goes to N recipients through Kafka, PostgreSQL and `kepu worker`s; the fault strikes while it goes out;
then the warning is cancelled and the all-clear must reach exactly those who got it, after it. Exit 1 when something was
lost, overtaken, left open, or doubled beyond what the ledger counts as in flight.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.cluster import Cluster
from bench.report import emit, progress
from bench.single import Single
from emergency_kepu.bus.port import DISPATCH_IMMEDIATE, DISPATCH_ROUTINE, FEED, LAUNCH, RECEIPT, Record

Fault = Callable[[Cluster, random.Random], None]
FAKETIME = next((str(path) for path in Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")), "")
"""Debian's `faketime`: a clock of its own for a process."""


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


def leader_change(cluster: Cluster, rng: random.Random) -> None:
    """A broker is stopped politely: its partitions get other leaders; then it comes back."""
    cluster.kafka.end_node(2)
    time.sleep(2)
    cluster.kafka.start_node(2)
    cluster.kafka.wait_node(2)


def broker_gone(cluster: Cluster, rng: random.Random) -> None:
    """`kill -9` of one of three, which stays away."""
    cluster.kafka.kill_node(1)


def rebalance_storm(cluster: Cluster, rng: random.Random) -> None:
    """Workers come and go faster than a group settles: five more, each ended or killed after a second or two."""
    for number in range(5):
        name = f"worker-storm-{number}"
        cluster.start(name)
        time.sleep(rng.uniform(1.0, 2.5))
        if number % 2:
            cluster.kill(name)
        else:
            cluster.end(name)


def slow_database(cluster: Cluster, rng: random.Random) -> None:
    """Every answer of the database takes 100 ms longer, for ten seconds."""
    assert cluster.proxy is not None
    cluster.proxy.delay = 0.1
    time.sleep(10)
    cluster.proxy.delay = 0.0


def poison(cluster: Cluster, rng: random.Random) -> None:
    """Records that nobody can read, on every topic, in the middle of good ones: two of each, to be dead-lettered."""
    records = [
        Record(topic=topic, key=f"poison-{number}", id=f"poison-{topic}-{number}", value=b"\xff{")
        for topic in POISONED
        for number in (1, 2)
    ]
    asyncio.run(cluster.hand_in(records))


def two_schedulers(cluster: Cluster, rng: random.Random) -> None:
    """A second one beside the first, and the first killed while both run: what is due goes out once."""
    cluster.start("scheduler-2")
    cluster.start("scheduler-3")
    time.sleep(6)
    cluster.kill("scheduler")
    time.sleep(4)
    cluster.kill("scheduler-2")


def clock_steps(cluster: Cluster, rng: random.Random) -> None:
    """The workers' clocks jump past their leases, forward and back again, while they send."""
    for offset in ("+20s", "-20s", "+0s"):
        (cluster.folder / "clock").write_text(offset + "\n", encoding="ascii")
        time.sleep(4)


def disk_full(cluster: Cluster, rng: random.Random) -> None:
    """No byte is left on the disk of the SQLite database for some seconds."""
    assert isinstance(cluster, Single)
    ballast = cluster.disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))
    time.sleep(6)
    ballast.unlink()


def serve_kill(cluster: Cluster, rng: random.Random) -> None:
    """`kill -9` of the one process, and up again."""
    cluster.kill("desk")
    cluster.start("desk")


POISONED = (FEED, LAUNCH, DISPATCH_IMMEDIATE, DISPATCH_ROUTINE, RECEIPT)


class Case(NamedTuple):
    """What is done, when, and what there must be for it."""

    strike: Fault
    brokers: int = 1
    planning: bool = False
    """Strike while the audience is still planned, not while it is sent to."""
    proxied: bool = False
    faked_clock: bool = False
    single: bool = False
    disk_bytes: int = 0
    dead_letters: int = 0


FAULTS: dict[str, Case] = {
    "worker_kill": Case(worker_kill),
    "planning_kill": Case(worker_kill, planning=True),
    "rolling_restart": Case(rolling_restart),
    "scheduler_kill": Case(scheduler_kill),
    "two_schedulers": Case(two_schedulers),
    "frozen_worker": Case(frozen_worker),
    "rebalance_storm": Case(rebalance_storm),
    "broker_restart": Case(broker_restart),
    "broker_of_three": Case(broker_restart, brokers=3),
    "broker_gone": Case(broker_gone, brokers=3),
    "leader_change": Case(leader_change, brokers=3),
    "postgres_restart": Case(postgres_restart),
    "postgres_outage": Case(postgres_outage),
    "slow_database": Case(slow_database, proxied=True),
    "poison": Case(poison, dead_letters=2 * len(POISONED)),
    "clock_steps": Case(clock_steps, faked_clock=True),
    "serve_kill": Case(serve_kill, single=True),
    "disk_full": Case(disk_full, single=True, disk_bytes=24 * 1024 * 1024),
}
"""By name; the words after each are in its function."""


def why_not(name: str) -> str:
    """What this machine lacks for a fault; empty when nothing."""
    if FAULTS[name].faked_clock and not FAKETIME:
        return "libfaketime is not installed (apt-get install faketime)"
    if FAULTS[name].disk_bytes and os.geteuid():
        return "a small disk of its own takes root, who may mount one"
    return ""


@contextlib.contextmanager
def stage(case: Case, folder: Path) -> Iterator[Cluster]:
    """The processes that a fault strikes."""
    if case.single:
        disk = folder / "disk"
        disk.mkdir()
        if case.disk_bytes:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={case.disk_bytes}", "tmpfs", disk], check=True)
        try:
            with Single(folder, disk=disk) as desk:
                yield desk
        finally:
            if case.disk_bytes:
                subprocess.run(["umount", "--lazy", disk], check=True)
        return
    environ = {}
    if case.faked_clock:
        (folder / "clock").write_text("+0s\n", encoding="ascii")
        environ = {
            "LD_PRELOAD": FAKETIME,
            "FAKETIME_TIMESTAMP_FILE": str(folder / "clock"),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
    with Cluster(folder, brokers=case.brokers, proxied=case.proxied, environ=environ) as cluster:
        yield cluster


def run(name: str, folder: Path, *, number: int, times: int = 1, seed: int = 1) -> dict[str, float]:
    """One fault, `times` times at random moments of one campaign; the figures."""
    case = FAULTS[name]
    rng = random.Random(seed)
    with stage(case, folder) as cluster:
        cluster.people(number)
        cluster.alert("A1")
        cluster.until((lambda: cluster.planned() > 0) if case.planning else (lambda: cluster.final() > 0), 120)
        moments = sorted(rng.uniform(0.02, 0.9) for _ in range(times))
        measure = cluster.planned if case.planning else cluster.final
        recovery = 0.0
        for moment in moments:
            cluster.until(lambda moment=moment: measure() >= min(number - 1, int(number * moment)), 600)  # type: ignore[misc]
            before = cluster.final()
            struck = time.monotonic()
            case.strike(cluster, rng)
            cluster.until(lambda before=before: cluster.final() > before or cluster.final() >= number, 180)  # type: ignore[misc]
            recovery = max(recovery, time.monotonic() - struck)
        cluster.until(lambda: (1, "finished") in cluster.states(), 600)
        cluster.alert("A2", cancels=f"A1,{cluster.last_sent}")
        cluster.until(lambda: (2, "finished") in cluster.states(), 600)
        cluster.until(lambda: cluster.verdict()["dead_letters"] >= case.dead_letters, 60)
        found: dict[str, float] = {**cluster.verdict(), "recovery_seconds": round(recovery, 1), "faults": times}
    found["dead_letters"] -= case.dead_letters
    return found


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
        if missing := why_not(name):
            progress(f"{name}: {missing}")
            status = max(status, int(wanted.name != "all"))
            continue
        with tempfile.TemporaryDirectory(prefix="kepu-faults-") as folder:
            found = run(name, Path(folder), number=wanted.recipients, times=wanted.times)
        wrong = sound(found, wanted.recipients)
        progress(f"{name}: {'; '.join(wrong) or 'nothing lost, overtaken or doubled beyond what was in flight'}")
        emit(f"faults.{name}", figures=found, baselines={}, ratios={})
        status = max(status, int(bool(wrong)))
    return status
