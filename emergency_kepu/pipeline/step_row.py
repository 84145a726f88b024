"""A later message as a revision of its campaign: the same for what a policy planned and for what an expert wrote.

It reaches exactly those who were reached before, says what has changed since the last message, and plans nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from emergency_kepu.campaigns.drafting import facts_of
from emergency_kepu.campaigns.following import LATEST
from emergency_kepu.campaigns.lifecycle import step as moved
from emergency_kepu.domain.campaign import CampaignKind, CampaignState, Interpretation, Lane, MessageFacts
from emergency_kepu.domain.incident import Incident
from emergency_kepu.domain.step import StepMark
from emergency_kepu.pipeline.contacts import contact_for
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns
from emergency_kepu.store.campaigns import CampaignRow

OPEN = (CampaignState.DRAFT, CampaignState.WAITING, CampaignState.APPROVED)


def step_row(
    services: Services,
    found: Sequence[CampaignRow],
    *,
    facts: MessageFacts,
    severity: int,
    lane: Lane,
    approvals: int,
    created_by: str,
    phase: str,
    say: str,
    mark: StepMark,
    interpretation: Interpretation | None = None,
) -> CampaignRow:
    """The revision after `found` (oldest first, at least one launched), approved where nobody has to."""
    now = services.clock.now()
    told = [row for row in found if row.launched_at is not None]
    last = told[-1]
    over = facts.until is None or facts.until <= now
    return msgspec.structs.replace(
        last,
        revision=found[-1].revision + 1,
        kind=CampaignKind.STEP,
        state=CampaignState.WAITING if approvals else CampaignState.APPROVED,
        severity=severity,
        lane=lane,
        approvals_needed=approvals,
        created_at=now,
        created_by=created_by,
        accepted_at=now,
        expires_at=now + LATEST if over else facts.until,
        spec=msgspec.structs.replace(
            last.spec,
            phase=phase,
            say=say,
            facts=msgspec.structs.replace(
                facts, until=None if over else facts.until, before=last.spec.facts.as_before()
            ),
            only_reached_by=tuple(row.revision for row in told),
            also_audience=False,
            steps=(),
            step=mark,
            interpretation=interpretation,
            accepted_wall=services.clock.wall(),
        ),
        launched_at=None,
        first_send_at=None,
        first_send_seconds=None,
        finished_at=None,
        planned=0,
        plan_complete=False,
    )


def overtake(conn: Connection, found: Sequence[CampaignRow]) -> None:
    """A later message that nobody approved in time: the next takes its place."""
    for older in found:
        if older.state in OPEN:
            after = moved(older.state, "supersede")
            campaigns.set_state(conn, older.id, older.revision, before=older.state, after=after)


def facts_now(conn: Connection, services: Services, incident: Incident, last: CampaignRow) -> MessageFacts:
    """What is known of the incident as it stands, for readers of the campaign whose latest message is `last`."""
    told = last.spec.facts
    contact = contact_for(
        conn,
        services.catalog,
        services.settings,
        hazard=incident.hazard,
        places=incident.place_codes,
        now=services.clock.now(),
    )
    issued_at = max(told.issued_at, incident.latest.sent or told.issued_at)
    return facts_of(incident, issued_at=issued_at, source_names=told.source_names, contact=contact, link=told.link)
