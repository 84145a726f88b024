"""The calendar at work: drafts ahead of time, and what was approved goes out on its day.

Nothing is remembered about ticks. Each looks at the clock, at the calendar and at what is stored, so a tick that never
came, a restart or a second scheduler changes nothing: a draft's id is derived from its entry and its first day, and a
revision leaves the state `approved` once. A draft is always for people to approve; the calendar sends nothing alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from emergency_kepu.bus.port import Record
from emergency_kepu.campaigns import operations
from emergency_kepu.campaigns.drafting import campaign_id
from emergency_kepu.domain.campaign import CampaignKind, CampaignSpec, CampaignState, Lane, MessageFacts, Slot
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.incident import AlertKey, Incident, IncidentStatus
from emergency_kepu.domain.recipient import AudienceQuery
from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.audience import with_provinces
from emergency_kepu.matching.calendar import Occasion, to_prepare, within_hours
from emergency_kepu.matching.silences import silenced_by
from emergency_kepu.pages.address import link_of
from emergency_kepu.pipeline.contacts import contact_for
from emergency_kepu.pipeline.services import Services
from emergency_kepu.places.gazetteer import contains
from emergency_kepu.store import campaigns, incidents, silences
from emergency_kepu.store.audience_size import audience_size
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.decisions import append_about
from emergency_kepu.store.locks import one_at_a_time

CALENDAR = "calendar"
"""Author and policy of its drafts, and the feed of their incidents."""


def anything_to_do(conn: Connection, services: Services) -> bool:
    """A look without writing: most ticks find nothing."""
    now = services.clock.now()
    return bool(_missing(conn, services, now)) or any(
        _is_over(row, now) or _may_go(conn, row, now) for row in _planned(conn)
    )


def tick(conn: Connection, services: Services) -> list[Record]:
    """One transaction: end what its day has passed by, send what was approved for now, draft what comes.

    Returns the records to publish; a launched revision whose record gets lost is found again as unplanned.
    """
    one_at_a_time(conn, CALENDAR)
    now = services.clock.now()
    for occasion in _missing(conn, services, now):
        _draft(conn, services, occasion, now)
    out: list[Record] = []
    for row in _planned(conn):
        if _is_over(row, now):
            held = (
                "it was approved and held back until its end" if row.state is CampaignState.APPROVED else "not approved"
            )
            operations.lapse(conn, row, now=now, detail=f"its day has passed: {held}")
        elif _may_go(conn, row, now):
            said = Decision(action=Action.LAUNCH, reason=Reason.CALENDAR, guard="calendar", detail="its day has come")
            _say(conn, row, said, now)
            campaigns.set_accepted_wall(conn, row, services.clock.wall())
            out += operations.launch(conn, row.id, now=now)
    return out


def _planned(conn: Connection) -> list[CampaignRow]:
    return [row for row in campaigns.unsent_of(conn, CALENDAR) if row.spec.slot is not None]


def _missing(conn: Connection, services: Services, now: datetime) -> list[Occasion]:
    found = to_prepare(services.settings.calendar, now)
    known = campaigns.known_ids(conn, [campaign_id(occasion.incident_id) for occasion in found])
    return [
        occasion
        for occasion in found
        if campaign_id(occasion.incident_id) not in known and _has_text(services, occasion)
    ]


def _has_text(services: Services, occasion: Occasion) -> bool:
    """`kepu check-config` names entries without one; a draft that cannot be read helps nobody."""
    topic = services.catalog.topics.get(occasion.entry.hazard)
    return topic is not None and occasion.entry.phase in topic.meta.phases


def _is_over(row: CampaignRow, now: datetime) -> bool:
    return row.expires_at is not None and row.expires_at <= now


def _may_go(conn: Connection, row: CampaignRow, now: datetime) -> bool:
    """Approved, its time has come, and nothing speaks against it at this moment; asked again until its end."""
    slot, facts = row.spec.slot, row.spec.facts
    if row.state is not CampaignState.APPROVED or slot is None or now < slot.not_before:
        return False
    if not within_hours(now, facts.tz, slot.start, slot.end):
        return False
    silent = silenced_by(
        silences.active(conn, now),
        hazard=row.hazard,
        places=facts.place_codes,
        feed=CALENDAR,
        severity=Severity.UNKNOWN,
        now=now,
    )
    return not silent and not (row.drill and _something_real(conn, facts.place_codes))


def _something_real(conn: Connection, places: Sequence[str]) -> bool:
    """Nobody plays an emergency where there is one."""
    return any(
        not incident.drill
        and incident.public
        and not incident.apart
        and incident.severity >= Severity.SEVERE
        and any(contains(ours, code) or contains(code, ours) for ours in places for code in incident.place_codes)
        for incident in incidents.listing(conn, statuses=[IncidentStatus.OPEN], limit=1_000)
    )


def _draft(conn: Connection, services: Services, occasion: Occasion, now: datetime) -> None:
    entry, settings = occasion.entry, services.settings
    drill = entry.kind == "drill"
    source = entry.source or settings.desk.name
    severity = Severity.of(entry.severity) if drill else Severity.UNKNOWN
    contact = contact_for(
        conn,
        services.catalog,
        settings,
        hazard=entry.hazard,
        places=entry.places,
        now=occasion.opens,
    )
    incident = Incident(
        id=occasion.incident_id,
        hazard=entry.hazard,
        title=entry.titles["zh-Hans"],
        severity=severity,
        opened_at=now,
        updated_at=now,
        expires_at=occasion.closes,
        place_codes=entry.places,
        tz=occasion.tz,
        source_name=source,
        issuer=CALENDAR,
        feeds=(CALENDAR,),
        drill=drill,
        apart=True,
        headlines=entry.titles,
        latest=AlertKey(sender=CALENDAR, identifier=occasion.incident_id, sent=now),
    )
    if incidents.find(conn, incident.id) is None:
        incidents.save(conn, incident)
    facts = MessageFacts(
        source_name=f"{source}（演练）" if drill else source,
        source_names={} if drill else entry.source_names,
        place_codes=entry.places,
        issued_at=occasion.opens,
        until=occasion.closes if drill else None,
        tz=occasion.tz,
        severity=severity.cap,
        headlines=entry.titles,
        hotline=contact.hotline if contact else "",
        hotline_names=dict(contact.institutions) if contact else {},
        day=None if drill else occasion.day,
        link=link_of(services.pages, campaign_id(incident.id)),
    )
    query = AudienceQuery(places=with_provinces(entry.places), kinds=entry.kinds, tags_any=entry.tags, drill=drill)
    row = CampaignRow(
        id=campaign_id(incident.id),
        revision=1,
        incident_id=incident.id,
        kind=CampaignKind.ISSUE if drill else CampaignKind.CALENDAR,
        state=CampaignState.WAITING,
        hazard=entry.hazard,
        severity=int(severity),
        title=incident.title,
        policy=CALENDAR,
        lane=Lane.ROUTINE,
        drill=drill,
        approvals_needed=entry.approvers,
        created_at=now,
        created_by=CALENDAR,
        accepted_at=now,
        expires_at=occasion.closes,
        spec=CampaignSpec(
            hazard=entry.hazard,
            phase=entry.phase,
            channels=entry.channels,
            facts=facts,
            audience=msgspec.to_builtins(query),
            drill=drill,
            slot=Slot(not_before=occasion.opens, start=entry.hours.start, end=entry.hours.end),
            accepted_wall=services.clock.wall(),
        ),
    )
    many = audience_size(conn, row) > settings.guards.blast_radius
    if many:
        row = msgspec.structs.replace(row, approvals_needed=max(2, row.approvals_needed))
    if campaigns.insert(conn, row):
        detail = f"{entry.name!r} comes on {occasion.day.first}: laid before people"
        _say(conn, row, Decision(action=Action.DRAFT, reason=Reason.CALENDAR, guard="calendar", detail=detail), now)


def _say(conn: Connection, row: CampaignRow, decision: Decision, now: datetime) -> None:
    append_about(conn, row, decision, at=now, actor="clock")
