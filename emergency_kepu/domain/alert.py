"""One message of a feed in normal form, modelled on CAP 1.2 (`Alert` > `Info` > `Area`).

`to_json` of these values is the contract of `kepu feeds parse`: the field names below *are* the JSON keys.
Instants are aware datetimes (RFC 3339 with an offset in JSON); absent is `None` or empty, never invented.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Effect(StrEnum):
    """What the message means for the public, which feeds often hide behind another `msg_type`."""

    ISSUE = "issue"
    UPDATE = "update"
    CANCEL = "cancel"
    INFO = "info"


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier message that this one updates or cancels."""

    sender: str
    identifier: str
    sent: datetime | None = None


class Circle(msgspec.Struct, frozen=True, kw_only=True):
    """Degrees WGS-84; radius in kilometres, 0 is a point."""

    lat: float
    lon: float
    radius_km: float = 0.0


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """Where. `polygons` are rings of (lat, lon) in degrees; altitude and ceiling in feet, as CAP has them."""

    desc: str = ""
    polygons: tuple[tuple[tuple[float, float], ...], ...] = ()
    circles: tuple[Circle, ...] = ()
    geocodes: dict[str, tuple[str, ...]] = {}
    altitude: float | None = None
    ceiling: float | None = None


class Info(msgspec.Struct, frozen=True, kw_only=True):
    """One language, or one part, of an alert. Enumerations are spelled as CAP does (`Immediate`, `Severe`, ...)."""

    language: str | None = None
    categories: tuple[str, ...] = ()
    event: str = ""
    hazard: str | None = None
    """Code of our taxonomy, or None when the event is not known."""
    response_types: tuple[str, ...] = ()
    urgency: str = "Unknown"
    severity: str = "Unknown"
    certainty: str = "Unknown"
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str | None = None
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None
    web: str | None = None
    contact: str | None = None
    event_codes: dict[str, tuple[str, ...]] = {}
    parameters: dict[str, tuple[str, ...]] = {}
    areas: tuple[Area, ...] = ()


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a feed in normal form."""

    identifier: str
    sender: str
    sent: datetime | None
    status: str
    msg_type: str
    scope: str
    effect: Effect
    source: str | None = None
    flags: tuple[str, ...] = ()
    """What was assumed or odd, as short snake_case words: `status_assumed`, `no_sent`, `expires_assumed`, ..."""
    references: tuple[Reference, ...] = ()
    incidents: tuple[str, ...] = ()
    infos: tuple[Info, ...] = ()
