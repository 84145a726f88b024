"""Rates as values: at most so many in any window, counted the way providers count.

A token bucket lets burst plus refill through within one window, which a provider that counts a sliding window
refuses; so this counts the sends themselves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from emergency_kepu.channels.port import Rate


class SlidingWindow:
    """One channel's rates over its targets. `now` is in seconds of any clock that does not run backwards."""

    def __init__(self, rates: Sequence[Rate]) -> None:
        self._rates = tuple(rates)
        self._sent: dict[tuple[int, str], deque[float]] = {}

    def take(self, target: str, now: float) -> float | None:
        """None when one may be sent now (it is counted), else the seconds until it may."""
        waits = [wait for number, rate in enumerate(self._rates) if (wait := self._wait(number, rate, target, now)) > 0]
        if waits:
            return max(waits)
        for number, rate in enumerate(self._rates):
            self._window(number, rate, target).append(now)
        return None

    def _wait(self, number: int, rate: Rate, target: str, now: float) -> float:
        window = self._window(number, rate, target)
        while window and window[0] <= now - rate.per_seconds:
            window.popleft()
        if len(window) < rate.limit:
            return 0.0
        # a hair more than the window, so that rounding cannot put the next one inside it
        return window[len(window) - rate.limit] + rate.per_seconds - now + 0.001

    def _window(self, number: int, rate: Rate, target: str) -> deque[float]:
        return self._sent.setdefault((number, target if rate.per_target else ""), deque())
