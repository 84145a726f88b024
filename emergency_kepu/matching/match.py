"""What correlation answers: the incident an observation belongs to, and what it did to what we knew."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from emergency_kepu.domain.incident import Incident
from emergency_kepu.matching.observe import Observation


class Change(StrEnum):
    """What an alert did to what we knew."""

    NEW = "new"
    ESCALATED = "escalated"
    DOWNGRADED = "downgraded"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    OTHER_FEED = "other_feed"
    ENDED = "ended"
    OLDER = "older"
    NOTHING_TO_END = "nothing_to_end"


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """The incident an observation belongs to, what it changed, and by which rule, in words."""

    incident: Incident | None
    change: Change
    why: str


def is_own(observation: Observation, incident: Incident) -> bool:
    """Whether the incident belongs to who speaks here: the issuer, or the feed, that opened it."""
    return observation.issuer == incident.issuer or observation.feed == incident.feeds[0]
