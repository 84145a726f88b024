"""How many requests of one channel are under way at once, over all batches of the process; urgent ones go first."""

from __future__ import annotations

import asyncio
from collections import deque


class Gate:
    """`limit` places. Whoever waits with `urgent` gets the next one before whoever waits without."""

    __slots__ = ("_free", "_patient", "_urgent")

    def __init__(self, limit: int) -> None:
        self._free = limit
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._patient: deque[asyncio.Future[None]] = deque()

    async def enter(self, *, urgent: bool) -> None:
        """Wait for a place."""
        if self._free > 0:
            self._free -= 1
            return
        waiting = self._urgent if urgent else self._patient
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()  # the place came at the same moment: it is the next one's
            elif turn in waiting:
                waiting.remove(turn)
            raise

    def leave(self) -> None:
        """Give the place to whoever is next."""
        for waiting in (self._urgent, self._patient):
            while waiting:
                turn = waiting.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._free += 1
