"""The incident after an observation: pure, so that `explain` shows what intake would store."""

from __future__ import annotations

import msgspec

from emergency_kepu.domain.alert import Effect
from emergency_kepu.domain.incident import Incident, IncidentStatus
from emergency_kepu.matching.match import Change, Match, is_own
from emergency_kepu.matching.observe import Observation


def applied(observation: Observation, match: Match, *, incident_id: str, tz: str) -> Incident:
    """Opened for NEW; OLDER and OTHER_FEED only add the alert; ENDED keeps the figures that people were told.

    Applying the same observation again changes nothing but what is equal anyway, so a redelivery is harmless.
    """
    before = match.incident
    if before is None:
        return _opened(observation, incident_id=incident_id, tz=tz)
    joined = msgspec.structs.replace(
        before,
        alerts=tuple(dict.fromkeys((*before.alerts, observation.key, *observation.references))),
        feeds=tuple(dict.fromkeys((*before.feeds, observation.feed))),
    )
    if match.change in (Change.OLDER, Change.OTHER_FEED):
        return joined
    said = msgspec.structs.replace(joined, updated_at=observation.sent, latest=observation.key)
    if match.change is Change.ENDED:
        return msgspec.structs.replace(said, status=IncidentStatus.CANCELLED, revision=before.revision + 1)
    if match.change is Change.UNCHANGED and observation.effect is Effect.INFO and not before.information_only:
        # e.g. an upgraded watch: its warning goes on under another number, so nothing of it may shorten this
        return said
    return _revised(observation, match, said)


def _opened(observation: Observation, *, incident_id: str, tz: str) -> Incident:
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
        public=observation.public,
        information_only=observation.effect is Effect.INFO,
        values=observation.values,
        headlines=observation.headlines,
        check=observation.check,
        latest=observation.key,
        alerts=tuple(dict.fromkeys((observation.key, *observation.references))),
    )


def _revised(observation: Observation, match: Match, before: Incident) -> Incident:
    located = observation.lat is not None and observation.lon is not None
    revised = msgspec.structs.replace(
        before,
        status=IncidentStatus.OPEN,
        severity=observation.severity or before.severity,
        colour=observation.colour or before.colour,
        revision=before.revision + (match.change is not Change.UNCHANGED),
        expires_at=observation.expires or before.expires_at,
        onset=observation.onset or before.onset,
        place_codes=observation.place_codes or before.place_codes,
        place_text=observation.place_text or before.place_text,
        lat=observation.lat if located else before.lat,
        lon=observation.lon if located else before.lon,
        values={**before.values, **observation.values},
        headlines=observation.headlines or before.headlines,
        check=observation.check if match.change is Change.REVISED and observation.check else before.check,
        source_name=observation.source_name or before.source_name,
        information_only=before.information_only and observation.effect is Effect.INFO,
    )
    if is_own(observation, before):
        return revised
    # who first says that it concerns the public owns it from then on
    feeds = tuple(dict.fromkeys((observation.feed, *before.feeds)))
    return msgspec.structs.replace(revised, issuer=observation.issuer, feeds=feeds)
