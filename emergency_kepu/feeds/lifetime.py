"""How long a message without an expiry is taken to hold.

The normal form itself stays silent: `expires` is null.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from emergency_kepu.domain.alert import Alert, Info

_DEFAULT = timedelta(hours=24)
_BY_CATEGORY = {"Health": timedelta(days=30), "Geo": timedelta(hours=48)}
_SHORT = timedelta(hours=12)
_RUMOUR = timedelta(days=14)
"""People go on meeting a rumour that has been refuted."""
_SHORT_EVENTS = ("雷", "冰雹", "thunderstorm", "hail", "tornado")
"""Convective weather is over within hours; Chinese lists carry no expiry for it."""


def expires_or_assumed(alert: Alert) -> tuple[datetime | None, bool]:
    """When the message stops to hold, and whether that was assumed. The latest expiry of its infos wins.

    None only when there is neither an expiry nor any instant to count from.
    """
    stated = [info.expires for info in alert.infos if info.expires is not None]
    if stated:
        return max(stated), False
    begun = [moment for info in alert.infos for moment in (info.onset, info.effective) if moment is not None]
    start = max([*begun, *([alert.sent] if alert.sent else [])], default=None)
    if start is None:
        return None, True
    return start + max((_lifetime(info) for info in alert.infos), default=_DEFAULT), True


def _lifetime(info: Info) -> timedelta:
    event = info.event.lower()
    if any(word in event for word in _SHORT_EVENTS):
        return _SHORT
    if info.hazard == "rumour":
        return _RUMOUR
    return next((_BY_CATEGORY[name] for name in info.categories if name in _BY_CATEGORY), _DEFAULT)
