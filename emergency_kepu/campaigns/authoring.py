"""What a person starts at the desk: a campaign of their own, or the end of an incident.

Everything written here waits for somebody else's approval: no one person can send, and no one person can say that it
is over. Both names, of the warning's authority and of its time, are asked for: this program explains a warning, it
never issues one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection

from emergency_kepu.campaigns.drafting import campaign_id
from emergency_kepu.campaigns.lifecycle import step
from emergency_kepu.domain.campaign import CampaignKind, CampaignSpec, CampaignState, Lane, MessageFacts
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.errors import Refused, UserError
from emergency_kepu.domain.expert import Expert
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.domain.incident import AlertKey, Incident, IncidentStatus
from emergency_kepu.domain.recipient import AudienceQuery, RecipientKind
from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.audience import with_provinces
from emergency_kepu.places import gazetteer
from emergency_kepu.places.gazetteer import is_place
from emergency_kepu.store import campaigns, incidents
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.decisions import append_about, append_decision

DESK = "desk"
"""The feed of incidents that people at the desk open."""
_UNSAID = timedelta(hours=24)
"""An incident of the desk without an end is over by then; one that goes on is written again."""
_WAITS = (CampaignState.DRAFT, CampaignState.WAITING, CampaignState.APPROVED)
_TOLD = (CampaignState.LAUNCHED, CampaignState.FINISHED)


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person asks for. Instants with an offset; places are adcodes or ISO countries."""

    hazard: str
    places: tuple[str, ...]
    source: str
    """The authority whose warning or notice is explained."""
    issued_at: datetime
    channels: tuple[str, ...]
    until: datetime | None = None
    severity: str = "Severe"
    """CAP: Minor, Moderate, Severe, Extreme."""
    colour: str | None = None
    """Only where the authority itself gave one."""
    phase: str = "now"
    kinds: tuple[RecipientKind, ...] = ()
    tags: tuple[str, ...] = ()
    urgent: bool = True
    """Goes in the immediate lane."""
    approvers: int = 1
    values: dict[str, float] = {}
    """Figures that the texts may name, e.g. max_temp_c."""


def write(
    conn: Connection,
    wish: Wish,
    *,
    actor: str,
    now: datetime,
    wall: float,
    contact: Expert | None,
    drill: bool = False,
    link_of: Callable[[str], str] = lambda _: "",
) -> CampaignRow:
    """A draft of a wish that `check` has let through; the same wish of the same person is the same draft. `link_of` a
    campaign's id is the address of its page."""
    incident = _incident(wish, actor, now)
    if incidents.find(conn, incident.id) is None:
        incidents.save(conn, incident)
    facts = MessageFacts(
        source_name=wish.source,
        place_codes=wish.places,
        issued_at=wish.issued_at,
        until=wish.until,
        tz=incident.tz,
        severity=incident.severity.cap,
        level_colour=wish.colour,
        values=dict(wish.values),
        hotline=contact.hotline if contact else "",
        hotline_names=dict(contact.institutions) if contact else {},
        link=link_of(campaign_id(incident.id)),
    )
    query = AudienceQuery(places=with_provinces(wish.places), kinds=wish.kinds, tags_any=wish.tags, drill=drill)
    row = CampaignRow(
        id=campaign_id(incident.id),
        revision=1,
        incident_id=incident.id,
        kind=CampaignKind.ISSUE,
        state=CampaignState.DRAFT,
        hazard=wish.hazard,
        severity=int(incident.severity),
        title=incident.title,
        policy=DESK,
        lane=Lane.IMMEDIATE if wish.urgent else Lane.ROUTINE,
        drill=drill,
        approvals_needed=max(1, wish.approvers),
        created_at=now,
        created_by=actor,
        accepted_at=now,
        expires_at=wish.until,
        spec=CampaignSpec(
            hazard=wish.hazard,
            phase=wish.phase,
            channels=wish.channels,
            facts=facts,
            audience=msgspec.to_builtins(query),
            drill=drill,
            accepted_wall=wall,
        ),
    )
    if campaigns.insert(conn, row):
        _say(conn, row, Action.DRAFT, f"{actor} wrote it", actor, now)
    return campaigns.latest(conn, row.id)


def check(wish: Wish, *, channels: Mapping[str, Mapping[str, Any]], content: Collection[str]) -> None:
    """UserError with one line for the first field that is wrong. `channels`: as configured; `content`: hazards that
    have a text."""
    problem = _problem(wish) or _unusable(wish, channels, content)
    if problem:
        raise UserError(problem)


def _problem(wish: Wish) -> str:
    unknown = next((code for code in wish.places if not is_place(code)), None)
    if wish.hazard not in HAZARDS:
        return f"hazard {wish.hazard!r}: not in the taxonomy; `kepu templates list` shows it"
    if not wish.places:
        return "places: name at least one; a campaign for nowhere would reach nobody"
    if unknown is not None:
        return f"place {unknown!r}: give a 6-digit adcode or an ISO 3166 country code"
    if not wish.source.strip():
        return "source: name the authority whose warning this explains; this program issues none of its own"
    if wish.issued_at.tzinfo is None or (wish.until is not None and wish.until.tzinfo is None):
        return "issued_at, until: write instants with an offset, e.g. 2026-06-30T13:30:00+08:00"
    if wish.until is not None and wish.until <= wish.issued_at:
        return "until: must be later than issued_at"
    if Severity.of(wish.severity) is Severity.UNKNOWN:
        return f"severity {wish.severity!r}: one of Minor, Moderate, Severe, Extreme"
    if wish.colour not in (None, "blue", "yellow", "orange", "red"):
        return f"colour {wish.colour!r}: one of blue, yellow, orange, red, as the authority gave it"
    if wish.phase not in ("before", "now", "after"):
        return f"phase {wish.phase!r}: one of before, now, after"
    return "" if wish.channels else "channels: name at least one of kepu.yaml"


def _unusable(wish: Wish, channels: Mapping[str, Mapping[str, Any]], content: Collection[str]) -> str:
    if wish.hazard not in content:
        return f"hazard {wish.hazard!r}: there is no content about it; `kepu templates list` shows what there is"
    for name in wish.channels:
        if name not in channels:
            return f"channel {name!r}: not in kepu.yaml, which has: {', '.join(sorted(channels))}"
        if channels[name].get("drill"):
            return f"channel {name!r}: takes drills only; `kepu drill start` makes one"
    return ""


def end(
    conn: Connection, incident_id: str, *, source: str, actor: str, now: datetime, wall: float
) -> CampaignRow | None:
    """A person says that it is over: the incident is closed, what waited is stopped, and an all-clear to exactly those
    who were reached waits for another person's approval. None when nobody was told: then nothing is sent.

    Refused when it is over already. NotFound names the incident.
    """
    incident = incidents.get(conn, incident_id)
    if incident.status is not IncidentStatus.OPEN:
        raise Refused(Reason.NO_CHANGE, f"{incident_id} is {incident.status.value} already")
    if incident.apart:
        msg = f"{incident_id} is no event: cancel its campaign instead"
        raise Refused(Reason.NO_CHANGE, msg)
    closed = msgspec.structs.replace(incident, status=IncidentStatus.CANCELLED, updated_at=now)
    incidents.save(conn, closed)
    rows = campaigns.of_incident(conn, incident_id)
    for row in rows:
        if row.state in _WAITS:
            campaigns.set_state(conn, row.id, row.revision, before=row.state, after=step(row.state, "cancel"))
    told = [row for row in rows if row.launched_at is not None and row.state in (*_TOLD, CampaignState.SUPERSEDED)]
    detail = f"{actor} says that it is over, on the word of {source}"
    decision = Decision(action=Action.STOP, reason=Reason.OPERATOR, guard="desk", detail=detail)
    append_decision(conn, decision, at=now, subject="incident", actor=actor, incident_id=incident_id)
    if not told:
        return None
    last = told[-1]
    row = msgspec.structs.replace(
        last,
        revision=max(other.revision for other in rows if other.id == last.id) + 1,
        kind=CampaignKind.ALL_CLEAR,
        state=CampaignState.WAITING,
        approvals_needed=1,
        created_at=now,
        created_by=actor,
        accepted_at=now,
        expires_at=None,
        spec=msgspec.structs.replace(
            last.spec,
            facts=msgspec.structs.replace(
                last.spec.facts, source_name=source, source_names={}, issued_at=now, until=None, before=None
            ),
            only_reached_by=tuple(other.revision for other in told if other.id == last.id),
            also_audience=False,
            say="actions",
            interpretation=None,
            steps=(),
            step=None,
            accepted_wall=wall,
        ),
        launched_at=None,
        first_send_at=None,
        first_send_seconds=None,
        finished_at=None,
        planned=0,
        plan_complete=False,
    )
    campaigns.insert(conn, row)
    _say(conn, row, Action.DRAFT, f"{actor} asks for the all-clear to be approved", actor, now)
    return row


def _incident(wish: Wish, actor: str, now: datetime) -> Incident:
    name = msgspec.json.encode([msgspec.to_builtins(wish), actor])
    digest = hashlib.blake2b(name, digest_size=6, person=b"kepu.desk").hexdigest()
    places = "、".join(gazetteer.name(code, "zh-Hans", full=len(wish.places) == 1) for code in wish.places[:3])
    return Incident(
        id=f"i-{wish.hazard}-{digest}",
        hazard=wish.hazard,
        title=f"{places}{HAZARDS[wish.hazard].names['zh-Hans']}",
        severity=Severity.of(wish.severity),
        opened_at=now,
        updated_at=now,
        expires_at=wish.until or now + _UNSAID,
        place_codes=wish.places,
        tz=gazetteer.timezone_of(wish.places, None, None),
        source_name=wish.source,
        colour=wish.colour,
        issuer=DESK,
        feeds=(DESK,),
        values=dict(wish.values),
        latest=AlertKey(sender=DESK, identifier=digest, sent=now),
    )


def _say(conn: Connection, row: CampaignRow, action: Action, detail: str, actor: str, now: datetime) -> None:
    decision = Decision(action=action, reason=Reason.OPERATOR, guard="desk", detail=detail)
    append_about(conn, row, decision, at=now, actor=actor)
