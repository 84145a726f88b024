"""A fact-check as a draft: the first message about a rumour, or the correction of one that went out.

Like everything that people write at the desk it waits for somebody else's approval. A correction goes to exactly those
who were told before, and to whoever has come to live there since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from emergency_kepu.campaigns.authoring import DESK
from emergency_kepu.campaigns.drafting import campaign_id
from emergency_kepu.campaigns.lifecycle import step
from emergency_kepu.checking.wish import CheckWish, check_of
from emergency_kepu.domain.campaign import CampaignKind, CampaignSpec, CampaignState, Lane, MessageFacts
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.errors import Refused, UserError
from emergency_kepu.domain.expert import Expert
from emergency_kepu.domain.factcheck import FactCheck
from emergency_kepu.domain.incident import AlertKey, Incident, IncidentStatus
from emergency_kepu.domain.recipient import AudienceQuery
from emergency_kepu.matching.audience import with_provinces
from emergency_kepu.matching.observe import RUMOUR
from emergency_kepu.places import gazetteer
from emergency_kepu.settings import Settings
from emergency_kepu.store import campaigns, incidents
from emergency_kepu.store.audience_size import audience_size
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.decisions import append_about
from emergency_kepu.store.locks import one_at_a_time

_HELD = timedelta(days=90)
"""For so long a check can be corrected or taken back; people meet the rumour again for weeks."""
_WAITS = (CampaignState.DRAFT, CampaignState.WAITING, CampaignState.APPROVED)
_OUT = (CampaignState.LAUNCHED, CampaignState.FINISHED)
_TITLE_LENGTH = 40


def write(
    conn: Connection,
    wish: CheckWish,
    settings: Settings,
    *,
    actor: str,
    now: datetime,
    wall: float,
    contact: Expert | None,
    link_of: Callable[[str], str] = lambda _: "",
) -> CampaignRow:
    """The draft of a wish that `check_wish` has let through; the same wish again is the same draft.

    NotFound for an incident that is not known; UserError for one that is no rumour; Refused when it was taken back, or
    when just this has been sent.
    """
    check = check_of(wish, settings.experts)
    incident = _incident(conn, wish, check, actor, now)
    one_at_a_time(conn, f"judge/{incident.hazard}")
    known = campaigns.revisions(conn, campaign_id(incident.id))
    if known and _says_the_same(known[-1], check, wish):
        if known[-1].state in _WAITS:
            return known[-1]
        if known[-1].state in _OUT:
            raise Refused(Reason.NO_CHANGE, f"campaign {known[-1].id} says just that already")
    incidents.save(conn, incident)
    told = [row for row in known if row.launched_at is not None]
    row = _row(wish, check, incident, known, told, settings, actor, now, wall)
    facts = msgspec.structs.replace(
        row.spec.facts,
        hotline=contact.hotline if contact else "",
        hotline_names=dict(contact.institutions) if contact else {},
        before=told[-1].spec.facts.as_before() if told else None,
        link=link_of(row.id),
    )
    row = msgspec.structs.replace(row, spec=msgspec.structs.replace(row.spec, facts=facts))
    if audience_size(conn, row) > settings.guards.blast_radius:
        row = msgspec.structs.replace(row, approvals_needed=max(2, row.approvals_needed))
    campaigns.insert(conn, row)
    for older in known:
        if older.state in _WAITS:
            after = step(older.state, "supersede")
            campaigns.set_state(conn, older.id, older.revision, before=older.state, after=after)
    detail = f"{actor} {'corrected' if told else 'wrote'} the fact-check: {check.verdict.value}"
    decision = Decision(action=Action.DRAFT, reason=Reason.OPERATOR, guard="desk", detail=detail)
    append_about(conn, row, decision, at=now, actor=actor)
    return campaigns.latest(conn, row.id)


def _says_the_same(row: CampaignRow, check: FactCheck, wish: CheckWish) -> bool:
    spec = row.spec
    return (
        spec.facts.check == check
        and spec.facts.source_name == wish.source
        and spec.facts.source_names == wish.source_names
        and spec.facts.place_codes == wish.places
        and spec.channels == wish.channels
    )


def _row(
    wish: CheckWish,
    check: FactCheck,
    incident: Incident,
    known: list[CampaignRow],
    told: list[CampaignRow],
    settings: Settings,
    actor: str,
    now: datetime,
    wall: float,
) -> CampaignRow:
    facts = MessageFacts(
        source_name=wish.source,
        source_names=wish.source_names,
        place_codes=wish.places,
        issued_at=wish.issued_at or now,
        tz=incident.tz,
        check=check,
    )
    query = AudienceQuery(places=with_provinces(wish.places), kinds=wish.kinds, tags_any=wish.tags)
    return CampaignRow(
        id=campaign_id(incident.id),
        revision=max((row.revision for row in known), default=0) + 1,
        incident_id=incident.id,
        kind=CampaignKind.UPDATE if told else CampaignKind.ISSUE,
        state=CampaignState.DRAFT,
        hazard=RUMOUR,
        severity=int(incident.severity),
        title=incident.title,
        policy=DESK,
        lane=Lane.IMMEDIATE if wish.urgent else Lane.ROUTINE,
        drill=False,
        approvals_needed=max(1, wish.approvers),
        created_at=now,
        created_by=actor,
        accepted_at=now,
        expires_at=None,
        spec=CampaignSpec(
            hazard=RUMOUR,
            phase="now",
            channels=wish.channels,
            facts=facts,
            audience=msgspec.to_builtins(query),
            only_reached_by=tuple(row.revision for row in told),
            also_audience=bool(told),
            accepted_wall=wall,
        ),
    )


def _incident(conn: Connection, wish: CheckWish, check: FactCheck, actor: str, now: datetime) -> Incident:
    known: Incident | None
    if wish.incident:
        known = incidents.get(conn, wish.incident)
        if known.hazard != RUMOUR or known.drill:
            msg = f"incident {known.id}: is no rumour; leave it out to begin a new one"
            raise UserError(msg)
        if known.status is IncidentStatus.CANCELLED:
            raise Refused(Reason.NO_CHANGE, f"{known.id} was taken back; begin a new one")
        return msgspec.structs.replace(
            known,
            check=check,
            status=IncidentStatus.OPEN,
            revision=known.revision + 1,
            updated_at=max(now, known.updated_at),
            expires_at=now + _HELD,
            place_codes=wish.places,
            source_name=wish.source,
        )
    name = msgspec.json.encode([msgspec.to_builtins(msgspec.structs.replace(wish, issued_at=None)), actor])
    digest = hashlib.blake2b(name, digest_size=6, person=b"kepu.check").hexdigest()
    incident_id = f"i-{RUMOUR}-{digest}"
    words = next(iter(check.words.values()))
    known = incidents.find(conn, incident_id)
    if known is not None and known.status is IncidentStatus.CANCELLED:
        raise Refused(Reason.NO_CHANGE, f"{known.id} was taken back; write it anew in other words")
    return known or Incident(
        id=incident_id,
        hazard=RUMOUR,
        title=short_title(words.claim),
        opened_at=now,
        updated_at=now,
        expires_at=now + _HELD,
        place_codes=wish.places,
        tz=gazetteer.timezone_of(wish.places, None, None),
        source_name=wish.source,
        issuer=DESK,
        feeds=(DESK,),
        check=check,
        latest=AlertKey(sender=DESK, identifier=digest, sent=now),
    )


def short_title(claim: str) -> str:
    """For lists at the desk: what the rumour says."""
    return claim if len(claim) <= _TITLE_LENGTH else claim[: _TITLE_LENGTH - 1].rstrip() + "…"
