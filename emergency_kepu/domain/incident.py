"""All alerts, of all feeds, about one real-world event."""

from __future__ import annotations

import hashlib
from datetime import datetime
from enum import StrEnum

import msgspec

from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.factcheck import FactCheck
from emergency_kepu.domain.severity import Severity


class IncidentStatus(StrEnum):
    """`cancelled`: its issuer said that it is over. `expired`: nobody said anything until its end."""

    OPEN = "open"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class AlertKey(msgspec.Struct, frozen=True, kw_only=True):
    """What names one message across feeds and polls."""

    sender: str
    identifier: str
    sent: datetime | None = None


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One real-world event as it stands now. Instants UTC, degrees WGS 84."""

    id: str
    hazard: str
    title: str
    status: IncidentStatus = IncidentStatus.OPEN
    severity: Severity = Severity.UNKNOWN
    revision: int = 1
    opened_at: datetime
    updated_at: datetime
    expires_at: datetime | None = None
    onset: datetime | None = None
    """When it happened or begins, where the source says so."""
    place_codes: tuple[str, ...] = ()
    place_text: str = ""
    lat: float | None = None
    lon: float | None = None
    tz: str = "UTC"
    source_name: str = ""
    """The authority, as its own alert names it."""
    colour: str | None = None
    """Of the warning, only where the source gave one."""
    issuer: str = ""
    """Feed and issuer that opened it: only they can end it."""
    feeds: tuple[str, ...] = ()
    drill: bool = False
    public: bool = True
    """False where a message opened it that is not for the public: it is kept apart from what is."""
    information_only: bool = False
    """So far nothing that concerns the public has been said of it."""
    apart: bool = False
    """True for what the desk itself put down (a day of its calendar): no alert is ever about it."""
    values: dict[str, float | str] = {}
    headlines: dict[str, str] = {}
    check: FactCheck | None = None
    """Of a rumour or a question, once somebody has checked it."""
    latest: AlertKey
    alerts: tuple[AlertKey, ...] = ()
    """Its messages and those they refer to, also such as never came: if one comes late, it is known to be old."""


def alert_id(alert: Alert) -> str:
    """Derived from sender, identifier and sent (CAP 1.2, 3.2.1): the same message always gets the same id."""
    sent = alert.sent.isoformat() if alert.sent else ""
    digest = hashlib.blake2b(digest_size=12, person=b"kepu.alert")
    for part in (alert.sender, alert.identifier, sent):
        digest.update(part.encode())
        digest.update(b"\x1f")
    return f"a-{digest.hexdigest()}"


def incident_id(opened_by: Alert, hazard: str) -> str:
    """Derived from the alert that opened it, so that a redelivered alert cannot open it twice."""
    return f"i-{hazard}-{alert_id(opened_by)[2:14]}"
