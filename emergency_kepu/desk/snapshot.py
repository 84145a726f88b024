"""One answer for everybody who looks at the same thing at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")

FRESH_SECONDS = 1.0
_SHARE = 5.0
"""A look that took long is kept this many times as long: watching must not slow down what is watched."""


class Snapshot(Generic[T]):
    """Calls `look` at most once at a time and at most once per `FRESH_SECONDS`, however many pages are open."""

    def __init__(self, look: Callable[[], Awaitable[T]]) -> None:
        self._look = look
        self._looking = asyncio.Lock()
        self._kept: tuple[float, T] | None = None

    async def get(self) -> T:
        """The newest answer that is fresh enough."""
        async with self._looking:
            began = asyncio.get_running_loop().time()
            if self._kept is not None and began < self._kept[0]:
                return self._kept[1]
            found = await self._look()
            ended = asyncio.get_running_loop().time()
            self._kept = (ended + max(FRESH_SECONDS, _SHARE * (ended - began)), found)
            return found

    def forget(self) -> None:
        """Something was changed by the person who looks next."""
        self._kept = None
