"""A worker whose records wait while nothing is committed ends itself; whoever supervises it starts a fresh one.

Faust has been seen to stop fetching after an outage or a rebalance without saying so. Restarting costs seconds and
loses nothing; a worker that looks alive and does nothing costs lives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

log = structlog.get_logger(__name__)

EXIT_CODE = 70
"""EX_SOFTWARE of sysexits.h: start it again."""

Position = tuple[int, int]
"""(committed, end) of one partition."""


class Watchdog:
    """Fed with positions and instants in seconds; says which partitions stand still."""

    def __init__(self, *, stall_seconds: float) -> None:
        self._stall_seconds = stall_seconds
        self._moved: dict[str, tuple[int, float]] = {}

    def stalled(self, positions: Mapping[str, Position], now: float) -> list[str]:
        """Partitions with records waiting whose committed offset has not moved for `stall_seconds`."""
        still = []
        for name, (committed, end) in positions.items():
            before = self._moved.get(name)
            if before is None or before[0] != committed or committed >= end:
                self._moved[name] = (committed, now)
            elif now - before[1] >= self._stall_seconds:
                still.append(name)
        for name in self._moved.keys() - positions.keys():
            del self._moved[name]  # another worker has it now
        return still


async def watch(
    look: Callable[[], Awaitable[Mapping[str, Position]]],
    *,
    stall_seconds: float,
    every_seconds: float,
    clock: Callable[[], float],
    give_up: Callable[[list[str]], None],
) -> None:
    """Until something stands still: then `give_up` is told what. A look that fails is no proof of anything."""
    dog = Watchdog(stall_seconds=stall_seconds)
    while True:
        await asyncio.sleep(every_seconds)
        try:
            positions = await look()
        except Exception as problem:  # noqa: BLE001 - brokers away: the clients try by themselves
            log.warning("watchdog_cannot_look", why=str(problem))
            continue
        still = dog.stalled(positions, clock())
        if still:
            log.error("worker_stands_still", partitions=still, stall_seconds=stall_seconds)
            give_up(still)
            return
