"""Faults of the one-process desk on SQLite: the disk is full; the machine's clock jumps.

A campaign goes to N recipients through the signed webhook channel to a sink that notes each idempotency key. The fault
strikes while it goes out. Figures as in `bench.faults`: what the ledger says against what the sink took.

The disk that fills is a tmpfs of its own (Linux, root), because nothing else gives SQLite a real ENOSPC.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from bench import world
from bench.sink import running
from emergency_kepu.campaigns.operations import launch
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.domain.delivery import FINAL
from emergency_kepu.loop import run as run_loop
from emergency_kepu.runtime import Runtime
from emergency_kepu.services import open_database, wire
from emergency_kepu.settings import DeliverySettings
from emergency_kepu.store import campaigns, recipients
from emergency_kepu.store.tables import dead_letters, deliveries

_MEGABYTES = 96
_SPARE_BYTES = 16 * 1024
_PATIENCE_SECONDS = 240.0
_FULL_SECONDS = 5.0


class SteppedClock(SystemClock):
    """The machine's clock with somebody's hand on it."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


class Struck:
    """What a fault may touch."""

    def __init__(self, folder: Path, runtime: Runtime, clock: SteppedClock) -> None:
        self.folder = folder
        self.clock = clock
        self._runtime = runtime

    async def final(self) -> int:
        """Deliveries that are final."""
        query = select(func.count()).select_from(deliveries).where(deliveries.c.state.in_(FINAL))
        return await self._runtime.services.database.read(lambda conn: int(conn.scalar(query) or 0))


async def disk_full(struck: Struck) -> None:
    """Nothing is left on the disk for some seconds, then it is."""
    ballast = struck.folder / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * _SPARE_BYTES)
    await asyncio.sleep(_FULL_SECONDS)
    ballast.unlink()


async def clock_steps(struck: Struck) -> None:
    """An hour ahead, two hours back, then right again: time servers do that to a machine that booted wrong."""
    for hours in (1, -1, 0):
        struck.clock.offset = timedelta(hours=hours)
        await asyncio.sleep(1.0)


FAULTS: dict[str, Callable[[Struck], Awaitable[None]]] = {"disk_full": disk_full, "clock_steps": clock_steps}


def run(name: str, folder: Path, *, number: int) -> dict[str, float]:
    """One fault at a third of the way; the figures. RuntimeError when the campaign does not end."""
    with _disk(folder) if name == "disk_full" else contextlib.nullcontext(), running("--times") as sink:
        hook = {"kind": "webhook", "targets": {"t": sink.url}, "secret_env": "BENCH_SECRET", "concurrency": 20}
        chosen = world.settings(folder, hook, delivery=DeliverySettings(batch_size=100, lease_seconds=8.0))
        database = open_database(chosen)
        with database.begin() as conn:
            recipients.save_all(conn, world.people(number))
        clock = SteppedClock()
        runtime = Runtime(wire(chosen, clock=clock, environ=world.SECRET))
        recovery = run_loop(_strike(FAULTS[name], runtime, Struck(folder, runtime, clock), number))
        taken = Counter(key for _, key in sink.stop())
        with database.reading() as conn:
            found = conn.execute(
                select(deliveries.c.batch_id, deliveries.c.n, deliveries.c.state, deliveries.c.possible_duplicates)
            ).all()
            dead = int(conn.scalar(select(func.count()).select_from(dead_letters)) or 0)
    sent = [f"{row.batch_id}/{row.n}" for row in found if row.state in ("sent", "delivered")]
    doubled = sum(max(0, count - 1) for count in taken.values())
    counted = sum(row.possible_duplicates for row in found)
    return {
        "deliveries": len(found),
        "sent": len(sent),
        "lost": sum(not taken[key] for key in sent) + number - len(found),
        "doubled": doubled,
        "counted_as_possible_duplicates": counted,
        "doubled_beyond_counted": max(0, doubled - counted),
        "not_final": sum(row.state not in FINAL for row in found),
        "dead_letters": dead,
        "overtaken": 0,
        "recovery_seconds": round(recovery, 1),
        "faults": 1,
    }


async def _strike(fault: Callable[[Struck], Awaitable[None]], runtime: Runtime, struck: Struck, number: int) -> float:
    await runtime.start()
    database = runtime.services.database
    row = world.campaign("struck")
    await runtime.services.bus.publish(
        await database.write(lambda conn: (campaigns.insert(conn, row), launch(conn, row.id, now=datetime.now(UTC)))[1])
    )
    await _until(lambda: _reached(struck, number // 3))
    began = time.monotonic()
    await fault(struck)
    before = await struck.final()
    await _until(lambda: _reached(struck, min(number, before + 1)))
    recovery = time.monotonic() - began

    async def finished() -> bool:
        found = await database.read(lambda conn: campaigns.get(conn, row.id, 1))
        return found is not None and found.state is CampaignState.FINISHED

    await _until(finished)
    await runtime.stop()
    return recovery


async def _reached(struck: Struck, number: int) -> bool:
    return await struck.final() >= number


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not await condition():
        if time.monotonic() > deadline:
            msg = f"not within {_PATIENCE_SECONDS:g} s"
            raise RuntimeError(msg)
        await asyncio.sleep(0.02)


@contextlib.contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """A small disk mounted over `folder`. RuntimeError where mounting is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "none", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        msg = f"disk_full needs to mount a small disk: {done.stderr.strip()}"
        raise RuntimeError(msg)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
