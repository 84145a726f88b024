"""One look for everybody who asks for the same thing at the same time, by name; and what was made of it.

In the minute of a warning a hundred thousand people open one page: they cost one read and one render a second.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

FRESH_SECONDS = 1.0
_REMEMBERED = 500


class Shared(Generic[K, T]):
    """Calls `look` for a key at most once at a time, and at most once per `FRESH_SECONDS`. A failure is everybody's who
    waited for that look; whoever comes next asks again. `wall` tells machine time in seconds."""

    def __init__(self, look: Callable[[K], Awaitable[T]], *, wall: Callable[[], float]) -> None:
        self._look = look
        self._wall = wall
        self._kept: OrderedDict[K, tuple[float, T]] = OrderedDict()
        self._looking: dict[K, asyncio.Task[T]] = {}

    async def get(self, key: K) -> T:
        """The newest answer that is fresh enough; the very same object for as long as it is."""
        kept = self._kept.get(key)
        # a clock that was put back makes nothing fresh for longer
        if kept is not None and 0 <= self._wall() - kept[0] < FRESH_SECONDS:
            return kept[1]
        task = self._looking.get(key)
        if task is None:
            task = self._looking[key] = asyncio.create_task(self._ask(key))
            task.add_done_callback(_seen)
        return await asyncio.shield(task)  # a reader who goes away must not take the look from the others

    async def _ask(self, key: K) -> T:
        began = self._wall()
        try:
            found = await self._look(key)
        finally:
            del self._looking[key]
        self._kept[key] = (began, found)
        self._kept.move_to_end(key)
        while len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)
        return found


def _seen(task: asyncio.Task[T]) -> None:
    """A failure for which nobody waits any more is no complaint of the event loop's."""
    if not task.cancelled():
        task.exception()


class Made(Generic[K, T]):
    """What was made out of a thing, for as long as the very same thing is given."""

    def __init__(self) -> None:
        self._kept: OrderedDict[K, tuple[object, T]] = OrderedDict()

    def of(self, source: object, key: K, make: Callable[[], T]) -> T:
        """`make()` once for each source and key."""
        kept = self._kept.get(key)
        if kept is not None and kept[0] is source:
            return kept[1]
        made = make()
        self._kept[key] = (source, made)
        self._kept.move_to_end(key)
        while len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)
        return made
