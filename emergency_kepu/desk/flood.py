"""Holds back machines that send forms by the thousand, and lets a shelter full of people behind one address through.

Addresses are kept in memory only, for as long as the window lasts.
"""

from __future__ import annotations

from collections import OrderedDict, deque

WINDOW_SECONDS = 600.0
OF_ADDRESS = 60
"""Many telephones share one address of their network."""
OF_ALL = 3_000
_REMEMBERED = 10_000
"""Addresses kept at most."""


class Flood:
    """Counts what is let through, per address and altogether."""

    def __init__(self, *, of_address: int = OF_ADDRESS, of_all: int = OF_ALL) -> None:
        self._of_address = of_address
        self._of_all = of_all
        self._all: deque[float] = deque(maxlen=of_all)
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def lets(self, address: str, *, wall: float) -> bool:
        """Whether one more may pass at this instant (machine time, seconds); counted when it may."""
        times = self._times.pop(address, None) or deque(maxlen=self._of_address)
        self._times[address] = times
        while len(self._times) > _REMEMBERED:
            self._times.popitem(last=False)
        if _full(times, self._of_address, wall) or _full(self._all, self._of_all, wall):
            return False
        times.append(wall)
        self._all.append(wall)
        return True


def _full(times: deque[float], most: int, wall: float) -> bool:
    while times and wall - times[0] >= WINDOW_SECONDS:
        times.popleft()
    return len(times) >= most
