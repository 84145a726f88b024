"""All alerts, of all feeds, about one real-world event: opened, updated, cancelled, expired.

An incident belongs to the issuer that opened it (`issuer_key`). What other issuers say about the same event is kept
as their `Share`: it never rewrites the owner's figures, and their cancel ends only their share.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from enum import StrEnum

import msgspec

from emergency_kepu.domain.alert import Reference
from emergency_kepu.domain.severity import Severity


class IncidentStatus(StrEnum):
    """Where an incident stands. Ended incidents never open again: a newer warning is a new incident."""

    OPEN = "open"
    CANCELLED = "cancelled"
    """Its own issuer said that it is over."""
    EXPIRED = "expired"


class AlertKey(msgspec.Struct, frozen=True, kw_only=True):
    """Which message. CAP's identity is the triple (sender, identifier, sent); the feed says where we got it."""

    feed: str
    sender: str
    identifier: str
    sent: datetime | None = None

    @property
    def id(self) -> str:
        """The alert's id in the store; see `alert_id`."""
        return alert_id(self.sender, self.identifier, self.sent)


def alert_id(sender: str, identifier: str, sent: datetime | None) -> str:
    """The content-derived id of an alert: the same message by any road and at any time has the same id.

    CAP 1.2 identifies a message by sender, identifier and sent together. `sent` counts as an instant, so the same
    instant in another offset is the same message. 32 hexadecimal digits.
    """
    instant = "" if sent is None else sent.astimezone(UTC).isoformat(timespec="microseconds")
    triple = "\x1f".join((sender.strip(), identifier.strip(), instant))
    return hashlib.blake2b(triple.encode(), digest_size=16, person=b"kepu.alert").hexdigest()


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What one issuer contributed through one feed."""

    feed: str
    issuer_key: str
    latest: AlertKey
    """The newest message by `sent`: what arrives later but was sent earlier changes nothing."""
    chain_key: str | None = None
    """Issuer, hazard and adcode, for lists that carry no references; None where messages name each other."""
    active: bool = True


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One event. Instants are aware UTC; codes are 6-digit adcodes or ISO 3166 alpha-2 countries."""

    id: str
    hazard: str
    category: str = ""
    """natural, accident, health, social; empty where the taxonomy does not say."""
    title: str
    status: IncidentStatus = IncidentStatus.OPEN
    severity: Severity = Severity.UNKNOWN
    level_colour: str | None = None
    """blue, yellow, orange, red: only where the source itself gave one."""
    revision: int = 1
    """Counts every change that matters to the public, from 1."""
    opened_at: datetime
    updated_at: datetime
    issued_at: datetime
    """When the authority issued the message that the figures here come from."""
    origin: datetime | None = None
    """When the event itself began, where the source tells (the origin time of an earthquake)."""
    expires_at: datetime | None = None
    place_codes: tuple[str, ...] = ()
    place_text: str = ""
    """The feed's own wording of the place."""
    lat: float | None = None
    lon: float | None = None
    tz: str = "UTC"
    """IANA zone of the place."""
    source_name: str
    """The authority as the message names it."""
    source_names: dict[str, str] = {}
    """The same by locale, where the configuration gives it."""
    sources: tuple[str, ...] = ()
    """The feeds that spoke of it, the owner's first."""
    official: bool = False
    """The owner is a trusted official source."""
    drill: bool = False
    """Opened by an Exercise or Test message. A drill never meets a real incident."""
    values: dict[str, float | str] = {}
    """magnitude, depth_km, ... as the owner gave them."""
    headlines: dict[str, str] = {}
    """Language tag to the owner's headline."""
    link: str = ""
    latest_alert: AlertKey
    alerts: tuple[AlertKey, ...] = ()
    mentions: tuple[Reference, ...] = ()
    """Messages that ours referred to and that we may never have seen: if one arrives late, it is older."""
    issuer_key: str
    shares: tuple[Share, ...] = ()

    @property
    def open(self) -> bool:
        """Not over yet."""
        return self.status is IncidentStatus.OPEN


def expire(incident: Incident, now: datetime) -> Incident:
    """The incident as it stands at `now`: an open one whose `expires_at` has come is expired."""
    if incident.open and incident.expires_at is not None and incident.expires_at <= now:
        return msgspec.structs.replace(incident, status=IncidentStatus.EXPIRED, updated_at=now)
    return incident
