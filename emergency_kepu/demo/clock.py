"""The afternoon's clock: so many times faster than the wall, and never past the instant that it is held at."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta


class HeldClock:
    """Runs at `speed` from `start`; `hold` is as far as it goes until told otherwise."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._base = start
        self._began = time.monotonic()
        self._hold = start
        self.speed = speed

    def now(self) -> datetime:
        return min(self._hold, self._base + timedelta(seconds=(time.monotonic() - self._began) * self.speed))

    def run_to(self, until: datetime) -> None:
        """Go on from here, up to `until`."""
        self._base, self._began = self.now(), time.monotonic()
        self._hold = max(until, self._base)

    @property
    def arrived(self) -> bool:
        """Whether it stands at its hold."""
        return self.now() >= self._hold

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(self.real_seconds(seconds))

    def real_seconds(self, seconds: float) -> float:
        return max(0.0, seconds / self.speed)

    def wall(self) -> float:
        return time.time()
