"""From an incident and a policy to a campaign revision: what is fixed when it is drafted."""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from emergency_kepu.domain.campaign import Before, CampaignKind, CampaignSpec, CampaignState, Lane, MessageFacts
from emergency_kepu.domain.expert import Expert
from emergency_kepu.domain.incident import Incident
from emergency_kepu.domain.recipient import AudienceQuery
from emergency_kepu.matching.policy import Policy
from emergency_kepu.store.campaigns import CampaignRow

UNANNOUNCED = frozenset({"earthquake", "aftershock"})
"""Nobody announces these: an incident of one has happened, and how to prepare for it would come too late."""


def campaign_id(incident_id: str) -> str:
    """One campaign an incident, whichever policies it meets; what follows are its revisions."""
    digest = hashlib.blake2b(incident_id.encode(), digest_size=6, person=b"kepu.campaign")
    return f"c-{digest.hexdigest()}"


def facts_of(
    incident: Incident,
    *,
    issued_at: datetime,
    source_names: dict[str, str],
    contact: Expert | None = None,
    before: Before | None = None,
    link: str = "",
) -> MessageFacts:
    """What the texts may say about an incident; `contact` is whom readers may ask, `before` what they were told, `link`
    the page that says more."""
    return MessageFacts(
        source_name=incident.source_name,
        source_names=source_names,
        place_codes=incident.place_codes,
        place_text=incident.place_text,
        issued_at=issued_at,
        until=incident.expires_at,
        tz=incident.tz,
        severity=incident.severity.cap,
        level_colour=incident.colour,
        values=incident.values,
        headlines=incident.headlines,
        hotline=contact.hotline if contact else "",
        hotline_names=dict(contact.institutions) if contact else {},
        before=before,
        check=incident.check,
        link=link,
    )


def draft(
    incident: Incident,
    policy: Policy,
    *,
    kind: CampaignKind,
    revision: int,
    query: AudienceQuery,
    reached: tuple[int, ...],
    also_audience: bool,
    approvals: int,
    facts: MessageFacts,
    now: datetime,
    accepted_at: datetime,
    accepted_wall: float,
) -> CampaignRow:
    """A revision, approved at once where no person is needed, else waiting for one."""
    drill = incident.drill
    too_late = policy.phase == "before" and incident.hazard in UNANNOUNCED
    spec = CampaignSpec(
        hazard=incident.hazard,
        phase="now" if too_late else policy.phase,
        channels=policy.drill_channels if drill else policy.channels,
        facts=facts,
        audience=msgspec.to_builtins(query),
        only_reached_by=reached,
        also_audience=also_audience,
        drill=drill,
        steps=policy.steps if kind is CampaignKind.ISSUE or also_audience else (),
        accepted_wall=accepted_wall,
    )
    return CampaignRow(
        id=campaign_id(incident.id),
        revision=revision,
        incident_id=incident.id,
        kind=kind,
        state=CampaignState.WAITING if approvals else CampaignState.APPROVED,
        hazard=incident.hazard,
        severity=int(incident.severity),
        title=incident.title,
        policy=policy.name,
        lane=Lane.ROUTINE if drill else policy.lane,
        drill=drill,
        approvals_needed=approvals,
        created_at=now,
        created_by="intake",
        accepted_at=accepted_at,
        expires_at=None if kind is CampaignKind.ALL_CLEAR else incident.expires_at,
        spec=spec,
    )
