"""CAP severity and the four Chinese warning levels as one ordered scale."""

from __future__ import annotations

from enum import IntEnum


class Severity(IntEnum):
    """CAP severity words in order. Compare within one hazard only: thresholds differ between hazards."""

    UNKNOWN = 0
    MINOR = 1
    MODERATE = 2
    SEVERE = 3
    EXTREME = 4

    @classmethod
    def of(cls, word: str | None) -> Severity:
        """The CAP word ('Severe', any case) as a value; anything else is UNKNOWN."""
        return cls.__members__.get((word or "").upper(), cls.UNKNOWN)

    @property
    def cap(self) -> str:
        """The CAP spelling."""
        return self.name.capitalize()

    @property
    def colour(self) -> str | None:
        """The Chinese warning colour of the same rank (突发事件应对法 Art. 63), or None for UNKNOWN."""
        return {1: "blue", 2: "yellow", 3: "orange", 4: "red"}.get(int(self))
