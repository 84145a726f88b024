"""Who waits for the writer: what is urgent passes what can wait, and nothing waits for ever.

An alert is some ten writes long. Each of them would wait for the routine writes that were asked for before it, and
share its commit with them; beside a large routine campaign that is most of its time. Those who asked at the same
urgency are served in the order in which they asked, and one after the other all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from typing import Any, NamedTuple

from sqlalchemy import Connection

_URGENT: ContextVar[bool] = ContextVar("kepu.urgent_writes", default=False)
PATIENCE_SECONDS = 0.5
"""So long at most do routine writes stand back."""


@contextlib.contextmanager
def urgent_writes(urgent: bool = True) -> Iterator[None]:
    """Writes asked for inside are urgent."""
    token = _URGENT.set(urgent)
    try:
        yield
    finally:
        _URGENT.reset(token)


class Work(NamedTuple):
    """One closure and who waits for it."""

    fn: Callable[[Connection], Any]
    future: asyncio.Future[Any]
    urgent: bool
    asked: float
    """Of `time.monotonic`."""


class Line:
    """Filled by the event loop, emptied by the writer thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urgent: deque[Work] = deque()
        self._routine: deque[Work] = deque()
        self._closed = False
        self._routine_had_its_turn = False

    def put(self, fn: Callable[[Connection], Any], future: asyncio.Future[Any]) -> None:
        """At the end of those who ask at the same urgency."""
        work = Work(fn, future, _URGENT.get(), time.monotonic())
        with self._changed:
            (self._urgent if work.urgent else self._routine).append(work)
            self._changed.notify()

    def put_back(self, works: Sequence[Work]) -> None:
        """At the front again: their turn was cut short."""
        with self._changed:
            self._routine.extendleft(reversed(works))

    def close(self) -> None:
        """What is in it is served, then `take` says that it is over."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def open(self) -> None:
        """Again."""
        self._closed = False

    def take(self, most: int, timeout: float) -> tuple[list[Work], bool]:
        """(up to `most` of one urgency, whether that was the last). Empty after `timeout` seconds without any."""
        with self._changed:
            if not (self._urgent or self._routine or self._closed):
                self._changed.wait(timeout)
            chosen = self._next()
            group = [chosen.popleft() for _ in range(min(most, len(chosen)))]
            return group, self._closed and not (self._urgent or self._routine)

    def urgent_waits(self) -> bool:
        """Whether a routine group should end here. Asked without the lock: a moment late does no harm."""
        return bool(self._urgent)

    def _next(self) -> deque[Work]:
        if not self._urgent:
            return self._routine
        overdue = bool(self._routine) and time.monotonic() - self._routine[0].asked > PATIENCE_SECONDS
        # by turns, so that neither a storm of alerts nor a long routine queue stops the other
        self._routine_had_its_turn = overdue and not self._routine_had_its_turn
        return self._routine if self._routine_had_its_turn else self._urgent
