"""Time is a value: everything that needs "now" is given a clock or an instant, never asks the machine."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where "now" comes from. `now()` is aware UTC. `sleep(seconds)` waits that many seconds *of this clock*."""

    def now(self) -> datetime: ...

    async def sleep(self, seconds: float) -> None: ...

    def real_seconds(self, seconds: float) -> float:
        """How long `seconds` of this clock take on the wall: what timers of outside libraries must be given."""
        ...

    def wall(self) -> float:
        """Seconds since 1970 on the machine's own clock, whatever this one says: for measuring latencies only."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))

    def real_seconds(self, seconds: float) -> float:
        return max(0.0, seconds)

    def wall(self) -> float:
        return time.time()
