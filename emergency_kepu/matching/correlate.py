"""Is this alert about something we know, and what did it change? Pure: the incident before in, the match out.

Rules, first that applies, the newest incident first:
1. CAP references name an alert of the incident: by sender and identifier, else by the identifier alone within one
   feed (some centres refer to themselves by another name).
2. The same sender and identifier: a list that revises its entries in place, or a late copy of a named message.
3. Chinese warning lists have no references: the same office, hazard and place continue each other.
   Rumours do not: two of one place are two, and only what names one by its identifier is about it.
4. Across feeds: earthquakes by origin (60 s, 100 km); outbreaks by country within 90 days; other hazards while the
   incident is open, where its people were told already: no new place and no higher level. What is wider or worse is
   an incident of its own, because its readers have heard nothing of it.

Drills meet drills only, and what is not for the public never touches what is. Only the feed or issuer that opened an
incident ends it: another feed's cancel ends that feed's own word, nothing more. After an all-clear a newer warning is
a new incident; one that merely ran out goes on when its issuer says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from emergency_kepu.domain.alert import Effect
from emergency_kepu.domain.incident import Incident, IncidentStatus
from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.apply import applied
from emergency_kepu.matching.match import Change, Match, is_own
from emergency_kepu.matching.observe import RUMOUR, Observation
from emergency_kepu.places.distance import distance_km
from emergency_kepu.places.gazetteer import contains

__all__ = ("OUTBREAK_WINDOW", "Change", "Match", "applied", "correlate")

QUAKE_SECONDS = 60.0
QUAKE_KM = 100.0
OUTBREAK_WINDOW = timedelta(days=90)
NEAR_KM = 50.0
"""Two points without any known place, of one hazard, are one event within this distance."""
MATERIAL_MAGNITUDE = 0.3
"""A smaller revision of a magnitude changes no advice."""
MATERIAL_EXTENSION = timedelta(minutes=30)
"""A stated end that moves by less changes nobody's plans."""
RENEWAL_SLACK = timedelta(hours=1)
"""Offices renew a warning a little after it ran out."""


def correlate(observation: Observation, candidates: Sequence[Incident]) -> Match:
    """Where an observation belongs. Candidates come newest first."""
    incident, why = _find(observation, candidates)
    if incident is None:
        if observation.effect is Effect.CANCEL:
            return Match(incident=None, change=Change.NOTHING_TO_END, why="it ends something that was never seen here")
        return Match(incident=None, change=Change.NEW, why="no open incident is about this")
    return Match(incident=incident, change=_change(observation, incident), why=why)


def _find(observation: Observation, candidates: Sequence[Incident]) -> tuple[Incident | None, str]:
    world = [
        item
        for item in candidates
        if not item.apart and item.drill == observation.drill and item.public == observation.public
    ]
    # one message may be about two hazards, and so be named by two incidents: its own hazard's comes first
    world.sort(key=lambda item: item.hazard != observation.hazard)
    for rule, why in _RULES:
        for incident in world:
            if rule(observation, incident):
                return incident, why
    return None, ""


def _refers_exactly(observation: Observation, incident: Incident) -> bool:
    named = {(key.sender, key.identifier) for key in observation.references}
    known = {(key.sender, key.identifier) for key in incident.alerts}
    return bool(named & known) and _may_join(observation, incident)


def _refers_loosely(observation: Observation, incident: Incident) -> bool:
    # an identifier alone is not unique (CAP 1.2, 3.2.1), so only within a feed
    named = {key.identifier for key in observation.references}
    known = {key.identifier for key in incident.alerts}
    return observation.feed in incident.feeds and bool(named & known) and _may_join(observation, incident)


def _is_same_entry(observation: Observation, incident: Incident) -> bool:
    own = (observation.key.sender, observation.key.identifier)
    return any(own == (key.sender, key.identifier) for key in incident.alerts) and _may_join(observation, incident)


def _may_join(observation: Observation, incident: Incident) -> bool:
    """Named by identifier: but another hazard needs other advice, and after an all-clear a newer warning is new."""
    if observation.effect is Effect.CANCEL:
        return True
    if observation.hazard != incident.hazard:
        return False
    newer = observation.sent > incident.updated_at
    # a list goes on revising the figures of an earthquake that it has withdrawn: no news
    return incident.status is not IncidentStatus.CANCELLED or not newer or incident.hazard == "earthquake"


def _continues(observation: Observation, incident: Incident) -> bool:
    if observation.hazard != incident.hazard or observation.issuer != incident.issuer or observation.hazard == RUMOUR:
        return False
    return _still_on(observation, incident)


def _still_on(observation: Observation, incident: Incident) -> bool:
    if incident.status is IncidentStatus.OPEN:
        return incident.expires_at is None or observation.sent <= incident.expires_at + RENEWAL_SLACK
    # a late copy of a message from before the end still belongs to it
    return observation.sent <= incident.updated_at


def _same_event(observation: Observation, incident: Incident) -> bool:
    if observation.hazard != incident.hazard or observation.hazard == RUMOUR:
        return False
    if observation.hazard == "earthquake":
        return _same_quake(observation, incident)
    if observation.category == "health":
        return _same_outbreak(observation, incident)
    if observation.feed in incident.feeds:
        return False  # two warnings of one feed are two warnings, until rule 1 to 3 says otherwise
    if incident.status is not IncidentStatus.OPEN or not _still_on(observation, incident):
        return False
    worse = Severity.UNKNOWN not in (observation.severity, incident.severity) and (
        observation.severity > incident.severity
    )
    return not worse and _told_there(observation, incident)


def _same_outbreak(observation: Observation, incident: Incident) -> bool:
    if incident.status is IncidentStatus.CANCELLED:
        return False
    shared = any(
        contains(ours, theirs) or contains(theirs, ours)
        for ours in incident.place_codes
        for theirs in observation.place_codes
    )
    return shared and abs(observation.sent - incident.updated_at) <= OUTBREAK_WINDOW


def _told_there(observation: Observation, incident: Incident) -> bool:
    """Whether every place of the observation lies in the incident's; by distance where neither names a place."""
    if not observation.place_codes and not incident.place_codes:
        apart = _apart_km(observation, incident)
        return apart is not None and apart <= NEAR_KM
    return bool(observation.place_codes) and all(
        # a word about a whole country is no word to each of its counties
        any(contains(ours, theirs) and ours.isdigit() == theirs.isdigit() for ours in incident.place_codes)
        for theirs in observation.place_codes
    )


def _same_quake(observation: Observation, incident: Incident) -> bool:
    km = _apart_km(observation, incident)
    if km is None or observation.onset is None or incident.onset is None:
        return False
    seconds = abs((observation.onset - incident.onset).total_seconds())
    return seconds <= QUAKE_SECONDS and km <= QUAKE_KM


def _apart_km(observation: Observation, incident: Incident) -> float | None:
    if observation.lat is None or observation.lon is None or incident.lat is None or incident.lon is None:
        return None
    return distance_km(observation.lat, observation.lon, incident.lat, incident.lon)


_RULES: tuple[tuple[Callable[[Observation, Incident], bool], str], ...] = (
    (_refers_exactly, "it refers to an alert of this incident"),
    (_refers_loosely, "it refers to an alert of this incident"),
    (_is_same_entry, "the same entry of the same feed, revised"),
    (_continues, "the same office warns of the same hazard in the same place"),
    (_same_event, "another feed reports the same event"),
)


def _change(observation: Observation, incident: Incident) -> Change:
    own = is_own(observation, incident)
    if incident.status is IncidentStatus.CANCELLED or (own and observation.sent < incident.updated_at):
        return Change.OLDER
    if observation.effect is Effect.CANCEL:
        if incident.status is IncidentStatus.EXPIRED:
            return Change.OLDER
        return Change.ENDED if own else Change.OTHER_FEED
    if observation.effect is Effect.INFO:
        return _change_by_information(observation, incident, own=own)
    if incident.information_only:
        return Change.REVISED  # from now on it concerns the public, whoever says so
    if not own:
        return Change.OTHER_FEED
    if incident.status is IncidentStatus.EXPIRED:
        return _change_after_lapse(observation, incident)
    return _change_of_level(observation, incident) or (
        Change.REVISED if _material(observation, incident) else Change.UNCHANGED
    )


def _change_by_information(observation: Observation, incident: Incident, *, own: bool) -> Change:
    """Below what concerns the public: only a corrected magnitude of something that did concern it is news."""
    if not own:
        return Change.OTHER_FEED
    if incident.information_only or incident.status is IncidentStatus.EXPIRED:
        return Change.UNCHANGED
    return Change.REVISED if _other_magnitude(observation, incident) else Change.UNCHANGED


def _change_after_lapse(observation: Observation, incident: Incident) -> Change:
    """It ran out and goes on. An earthquake is over at once: later figures are for the record."""
    if incident.hazard == "earthquake":
        return Change.OLDER
    return _change_of_level(observation, incident) or Change.REVISED


def _change_of_level(observation: Observation, incident: Incident) -> Change | None:
    before, after = incident.severity, observation.severity
    if Severity.UNKNOWN in (before, after):
        # a level that becomes known may meet a policy that asked for one; one that is left out is not taken back
        return Change.REVISED if before is Severity.UNKNOWN and after is not Severity.UNKNOWN else None
    if after == before:
        return None
    return Change.ESCALATED if after > before else Change.DOWNGRADED


def _material(observation: Observation, incident: Incident) -> bool:
    if _other_magnitude(observation, incident):
        return True
    if observation.hazard == RUMOUR:
        return _other_verdict(observation, incident)
    if observation.hazard == "earthquake":
        return False  # its county moves with every better location
    longer = (
        observation.expires_stated
        and observation.expires is not None
        and incident.expires_at is not None
        and observation.expires - incident.expires_at >= MATERIAL_EXTENSION
    )
    return longer or bool(set(observation.place_codes) - set(incident.place_codes))


def _other_verdict(observation: Observation, incident: Incident) -> bool:
    """The same verdict in other words is worth no other message, and must not undo what the desk has written."""
    new, known = observation.check, incident.check
    return new is not None and (known is None or new.verdict is not known.verdict)


def _other_magnitude(observation: Observation, incident: Incident) -> bool:
    old, new = incident.values.get("magnitude"), observation.values.get("magnitude")
    if not isinstance(old, float) or not isinstance(new, float):
        return False
    return abs(new - old) >= MATERIAL_MAGNITUDE - 1e-9
