"""What the guards may look at: plain values, gathered by the caller."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.policy import QuietHours


class ReviewState(StrEnum):
    """What the experts said of the texts that would be sent."""

    VALID = "valid"
    SHIPPED = "shipped"
    EXPIRED = "expired"
    CHANGED = "changed"
    """Somebody signed other words than these."""
    MISSING = "missing"
    """There is no text for this hazard at all."""


class GuardContext(msgspec.Struct, frozen=True, kw_only=True):
    """One possible campaign. Instants UTC; `audience` is the number of recipients."""

    now: datetime
    tz: str
    hazard: str
    severity: Severity
    status: str
    scope: str
    official: bool
    source_name: str
    sent: datetime | None
    expires: datetime | None
    happened: datetime | None = None
    """The origin time of an earthquake: a list may report a revision today of what shook last week."""
    backlog: bool
    places_known: bool
    review: ReviewState
    review_of: str = "the texts"
    """What `review` is about: the hazard's own words, or those that all messages share."""
    trust_shipped: bool
    foreign_words: bool = False
    """True: it would say what somebody outside wrote, a fact-check."""
    max_age_hours: float
    silenced_by: str = ""
    last_similar: datetime | None = None
    last_similar_severity: Severity = Severity.UNKNOWN
    cooldown_minutes: float = 0.0
    quiet: QuietHours | None = None
    audience: int = 0
    blast_radius: int = 0
    automatic_last_hour: int = 0
    flood_per_hour: int = 0
    policy_approvers: int = 1
