"""Slows down guessing of passwords: after some failures from one address for one name, it must wait."""

from __future__ import annotations

from collections import OrderedDict

MAX_FAILURES = 5
WINDOW_SECONDS = 300.0
_REMEMBERED = 10_000
"""Pairs kept at most: guessing with many names must not fill the memory."""


class Attempts:
    """Counts per (address, name), so that a stranger elsewhere cannot lock out the officer on duty."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def wait_seconds(self, address: str, name: str, *, wall: float) -> float:
        """0 when a try is allowed."""
        recent = [at for at in self._failures.get((address, name), ()) if wall - at < WINDOW_SECONDS]
        return 0.0 if len(recent) < MAX_FAILURES else WINDOW_SECONDS - (wall - recent[0])

    def failed(self, address: str, name: str, *, wall: float) -> None:
        """One wrong password."""
        kept = [*self._failures.pop((address, name), ()), wall][-MAX_FAILURES:]
        self._failures[address, name] = kept
        while len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, address: str, name: str) -> None:
        """Forget the failures."""
        self._failures.pop((address, name), None)
