"""Is this alert about something we know, and what did it change? Pure: the incident before in, the match out.

Rules, first that applies:
1. CAP references name an alert of the incident (the triple, or its identifier alone where senders differ).
2. The same sender and identifier: a list that revises its entries in place.
3. Chinese warning lists have no references: the same office, hazard and place continue each other.
4. Across feeds: earthquakes by origin (60 s, 100 km); outbreaks by country within 90 days; other hazards by
   a common place while the incident is open.

Only the issuer that opened an incident ends it: another feed's cancel ends that feed's own word, nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from emergency_kepu.domain.alert import Effect
from emergency_kepu.domain.incident import Incident, IncidentStatus
from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.observe import Observation
from emergency_kepu.places.distance import distance_km
from emergency_kepu.places.gazetteer import contains

QUAKE_SECONDS = 60.0
QUAKE_KM = 100.0
OUTBREAK_WINDOW = timedelta(days=90)
MATERIAL_MAGNITUDE = 0.3
"""A smaller revision of a magnitude changes no advice."""


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


def correlate(observation: Observation, candidates: Sequence[Incident]) -> Match:
    """Where an observation belongs. Candidates come newest first."""
    incident, why = _find(observation, candidates)
    if incident is None:
        if observation.effect is Effect.CANCEL:
            return Match(incident=None, change=Change.NOTHING_TO_END, why="it ends something that was never seen here")
        return Match(incident=None, change=Change.NEW, why="no open incident is about this")
    return Match(incident=incident, change=_change(observation, incident), why=why)


def _find(observation: Observation, candidates: Sequence[Incident]) -> tuple[Incident | None, str]:
    named = {key.identifier for key in observation.references}
    same_kind = [item for item in candidates if item.drill == observation.drill]
    for incident in same_kind:
        known = {key.identifier for key in incident.alerts}
        if known & named:
            return incident, "it refers to an alert of this incident"
        if any(
            key.sender == observation.key.sender and key.identifier == observation.key.identifier
            for key in incident.alerts
        ):
            return incident, "the same entry of the same feed, revised"
    alike = [item for item in same_kind if item.hazard == observation.hazard]
    for incident in alike:
        if incident.issuer == observation.issuer and _still_on(incident, observation.sent):
            return incident, "the same office warns of the same hazard in the same place"
    for incident in alike:
        if _same_event(observation, incident):
            return incident, "another feed reports the same event"
    return None, ""


def _still_on(incident: Incident, at: datetime) -> bool:
    if incident.status is IncidentStatus.OPEN:
        return incident.expires_at is None or at <= incident.expires_at + timedelta(hours=1)
    # a late copy of the message that ended it still belongs to it
    return at <= incident.updated_at


def _same_event(observation: Observation, incident: Incident) -> bool:
    if observation.hazard == "earthquake":
        return _same_quake(observation, incident)
    shared = any(
        contains(ours, theirs) or contains(theirs, ours)
        for ours in incident.place_codes
        for theirs in observation.place_codes
    )
    if observation.category == "health":
        return shared and abs(observation.sent - incident.updated_at) <= OUTBREAK_WINDOW
    if observation.feed in incident.feeds:
        return False  # two warnings of one feed are two warnings, until rule 1 to 3 says otherwise
    return shared and incident.status is IncidentStatus.OPEN and _still_on(incident, observation.sent)


def _same_quake(observation: Observation, incident: Incident) -> bool:
    if None in (observation.onset, incident.onset, observation.lat, observation.lon, incident.lat, incident.lon):
        return False
    assert observation.onset is not None
    assert incident.onset is not None
    assert observation.lat is not None
    assert observation.lon is not None
    assert incident.lat is not None
    assert incident.lon is not None
    apart = abs((observation.onset - incident.onset).total_seconds())
    return (
        apart <= QUAKE_SECONDS and distance_km(observation.lat, observation.lon, incident.lat, incident.lon) <= QUAKE_KM
    )


def _change(observation: Observation, incident: Incident) -> Change:
    own = observation.issuer == incident.issuer or observation.feed == incident.feeds[0]
    if observation.effect is Effect.CANCEL:
        if incident.status is not IncidentStatus.OPEN:
            return Change.OLDER
        return Change.ENDED if own else Change.OTHER_FEED
    if incident.status is not IncidentStatus.OPEN or observation.sent < incident.updated_at:
        return Change.OLDER
    if not own:
        return Change.OTHER_FEED
    if Severity.UNKNOWN not in (observation.severity, incident.severity):
        if observation.severity > incident.severity:
            return Change.ESCALATED
        if observation.severity < incident.severity:
            return Change.DOWNGRADED
    return Change.REVISED if _material(observation, incident) else Change.UNCHANGED


def _material(observation: Observation, incident: Incident) -> bool:
    old, new = incident.values.get("magnitude"), observation.values.get("magnitude")
    if isinstance(old, float) and isinstance(new, float) and abs(new - old) >= MATERIAL_MAGNITUDE - 1e-9:
        return True
    return bool(set(observation.place_codes) - set(incident.place_codes)) and observation.hazard != "earthquake"


def applied(observation: Observation, match: Match, *, incident_id: str, tz: str) -> Incident:
    """The incident after an observation. For NEW it is opened; OLDER and OTHER_FEED only add the alert to it."""
    before = match.incident
    if before is None:
        return Incident(
            id=incident_id,
            hazard=observation.hazard,
            title=next(iter(observation.headlines.values()), observation.place_text or observation.hazard),
            severity=observation.severity,
            opened_at=observation.sent,
            updated_at=observation.sent,
            expires_at=observation.expires,
            onset=observation.onset,
            place_codes=observation.place_codes,
            place_text=observation.place_text,
            lat=observation.lat,
            lon=observation.lon,
            tz=tz,
            source_name=observation.source_name,
            colour=observation.colour,
            issuer=observation.issuer,
            feeds=(observation.feed,),
            drill=observation.drill,
            values=observation.values,
            headlines=observation.headlines,
            latest=observation.key,
            alerts=(observation.key,),
        )
    joined = msgspec.structs.replace(
        before,
        alerts=tuple(dict.fromkeys((*before.alerts, observation.key))),
        feeds=tuple(dict.fromkeys((*before.feeds, observation.feed))),
    )
    if match.change in (Change.OLDER, Change.OTHER_FEED):
        return joined
    ended = match.change is Change.ENDED
    return msgspec.structs.replace(
        joined,
        status=IncidentStatus.CANCELLED if ended else before.status,
        severity=before.severity if ended else (observation.severity or before.severity),
        colour=before.colour if ended else (observation.colour or before.colour),
        revision=before.revision + (match.change is not Change.UNCHANGED),
        updated_at=observation.sent,
        expires_at=before.expires_at if ended else observation.expires,
        place_codes=before.place_codes if ended else (observation.place_codes or before.place_codes),
        values={**before.values, **observation.values},
        headlines=observation.headlines or before.headlines,
        source_name=observation.source_name or before.source_name,
        latest=observation.key,
    )
