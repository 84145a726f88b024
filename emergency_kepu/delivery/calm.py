"""What can wait lets what is urgent pass: within one process, an alert in hand and the routine campaign beside it.

Lanes keep urgent records from waiting behind routine ones. They still share a processor and a writer: while a routine
batch of hundreds goes out, everything in between takes longer. So routine sending and planning pause while something
urgent is in hand, and a moment longer, because between two stages it is in nobody's hands. They never pause for long in
one go: a storm of alerts slows a routine campaign down and does not stop it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator

LINGER_SECONDS = 0.05
"""Of the wall: between two stages an urgent record is committed and fetched."""
PATIENCE_SECONDS = 0.5
"""Of the wall: so long at most does one routine step wait."""


class Calm:
    """One a process. Bound to no event loop: who waits does so in its own."""

    def __init__(self) -> None:
        self._urgent = 0
        self._waiting: set[asyncio.Future[None]] = set()
        self._lingering: asyncio.TimerHandle | None = None

    @contextlib.contextmanager
    def urgent(self) -> Iterator[None]:
        """While something urgent is in hand."""
        self._urgent += 1
        if self._lingering is not None:
            self._lingering.cancel()
            self._lingering = None
        try:
            yield
        finally:
            self._urgent -= 1
            if not self._urgent:
                self._lingering = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._settle)

    def soon(self) -> None:
        """Something urgent is on its way into somebody's hands."""
        if not self._urgent:
            if self._lingering is not None:
                self._lingering.cancel()
            self._lingering = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._settle)

    async def come(self) -> bool:
        """Wait until nothing urgent is in hand; False when that took too long: then go on all the same."""
        if not self._urgent and self._lingering is None:
            return True
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(turn)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await turn
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(turn)
        return True

    def _settle(self) -> None:
        self._lingering = None
        for turn in self._waiting:
            if not turn.done():
                turn.set_result(None)
