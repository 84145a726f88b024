"""A silence: for a while the desk wants nothing to go out about something, and says why."""

from __future__ import annotations

from datetime import datetime

import msgspec

from emergency_kepu.domain.severity import Severity


class Silence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Empty fields do not restrict; what is named must all match. Instants UTC, `ends_at` excluded.

    A red warning (CAP `Extreme`) goes out all the same unless `also_red` is set: a silence made for a nuisance must
    not swallow the one message that saves lives.
    """

    id: str
    hazards: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    """Adcodes or ISO countries; what lies inside matches."""
    feeds: tuple[str, ...] = ()
    also_red: bool = False
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str

    def subject(self) -> str:
        """What it is about, in a few words."""
        parts = [", ".join(self.hazards), ", ".join(self.places), ", ".join(f"feed {name}" for name in self.feeds)]
        return " / ".join(part for part in parts if part) + (" (also red)" if self.also_red else "")

    def covers(self, severity: Severity) -> bool:
        """Is this severity held back at all?"""
        return self.also_red or severity is not Severity.EXTREME
