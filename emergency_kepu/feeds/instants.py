"""Times as feeds write them, read into aware datetimes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo

CHINA = timezone(timedelta(hours=8))
"""China Standard Time has had no clock changes since 1991; Chinese lists write it without an offset."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(1900, 2201)
"""Outside these a time is a mistake, and arithmetic on it would overflow."""


def read_instant(text: str, assumed: tzinfo = UTC) -> tuple[datetime | None, bool]:
    """An ISO 8601 time, and whether its offset had to be assumed. None when it cannot be read.

    Fractions of any length are cut to microseconds; `-00:00` is UTC (RFC 3339 section 4.3).
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None, False
    if instant.year not in _YEARS:
        return None, False
    if instant.tzinfo is None:
        return instant.replace(tzinfo=assumed), True
    return instant, False


def read_pattern(text: str, patterns: tuple[str, ...], zone: tzinfo) -> datetime | None:
    """The first `strptime` pattern that fits, in the zone the source is known to write; else None."""
    for pattern in patterns:
        try:
            instant = datetime.strptime(text.strip(), pattern).replace(tzinfo=zone)
        except ValueError:
            continue
        return instant if instant.year in _YEARS else None
    return None


def from_epoch_ms(milliseconds: float | None) -> datetime | None:
    """Milliseconds since 1970 as UTC; None when absent or absurd."""
    if milliseconds is None:
        return None
    try:
        instant = _EPOCH + timedelta(milliseconds=milliseconds)
    except (OverflowError, ValueError):
        return None
    return instant if instant.year in _YEARS else None
