"""Who is there at an instant: duty windows and absences, read in each expert's own time zone. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

from emergency_kepu.domain.expert import Absence, DutyWindow, Expert


class Presence(IntEnum):
    """How sure it is that somebody answers, the best first."""

    ON_DUTY = 0
    NO_FIXED_HOURS = 1
    """Keeps no rota: may be asked at any hour, and may be asleep."""
    OFF_DUTY = 2
    AWAY = 3

    @property
    def there(self) -> bool:
        """May be asked now, and their hotline may be named."""
        return self <= Presence.NO_FIXED_HOURS

    @property
    def words(self) -> str:
        """As explanations say it."""
        return ("on duty now", "keeps no fixed hours", "not on duty now", "away now")[self]


def presence(expert: Expert, now: datetime) -> Presence:
    """Whether the expert is there at this instant: an absence outweighs the rota."""
    zone = ZoneInfo(expert.tz)
    if any(_covers(absence, now, zone) for absence in expert.away):
        return Presence.AWAY
    if not expert.duty:
        return Presence.NO_FIXED_HOURS
    local = now.astimezone(zone)
    return Presence.ON_DUTY if any(_holds(window, local) for window in expert.duty) else Presence.OFF_DUTY


def is_on_duty(expert: Expert, now: datetime) -> bool:
    """Whether a duty window of the expert's own time zone holds this instant."""
    return presence(expert, now) is Presence.ON_DUTY


def instant_of(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment of `experts.yaml`: without an offset it is of the expert's own time zone."""
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment


def _covers(absence: Absence, now: datetime, zone: ZoneInfo) -> bool:
    return instant_of(absence.start, zone) <= now < instant_of(absence.end, zone)


def _holds(window: DutyWindow, local: datetime) -> bool:
    start, end = time.fromisoformat(window.start), time.fromisoformat(window.end)
    clock = local.time()
    if start < end:
        return start <= clock < end and local.isoweekday() in window.days
    # past midnight, or all day where both are equal: the small hours belong to the evening before
    if clock >= start:
        return local.isoweekday() in window.days
    return clock < end and (local - timedelta(days=1)).isoweekday() in window.days
