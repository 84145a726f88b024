"""A planned step whose time has come: it becomes the next revision of its campaign, is put off, or is dropped.

One transaction decides on the incident as it stands now. A step is a revision like any other: it reaches exactly those
who were reached before, the next update or all-clear knows whom it reached, and the same record twice makes one of it.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from sqlalchemy import Connection

from emergency_kepu.bus.port import Record
from emergency_kepu.campaigns import operations
from emergency_kepu.campaigns.following import Answer, verdict
from emergency_kepu.campaigns.planned import root_of
from emergency_kepu.content.review import weakest
from emergency_kepu.domain.campaign import CampaignState, Lane
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.incident import Incident
from emergency_kepu.domain.severity import Severity
from emergency_kepu.domain.step import Step, StepMark
from emergency_kepu.matching.guards import decide
from emergency_kepu.matching.guards.context import GuardContext
from emergency_kepu.matching.silences import silenced_by
from emergency_kepu.pipeline.jobs import Launch, step_record
from emergency_kepu.pipeline.services import Services
from emergency_kepu.pipeline.step_row import facts_now, overtake, step_row
from emergency_kepu.store import campaigns, due, incidents, silences
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.decisions import append_decision
from emergency_kepu.store.locks import one_at_a_time

_PUT_OFF = timedelta(minutes=5)
_ASKED = ("review", "silence", "quiet_hours")
"""Guards of a step: whom it reaches and on whose word was settled when its campaign went out."""


def follow(conn: Connection, services: Services, launch: Launch) -> list[Record]:
    """The part of `kepu.launch` that prepares steps. Returns the records of a revision that goes out at once."""
    found = campaigns.revisions(conn, launch.campaign_id)
    mark = StepMark(planned_by=launch.revision, number=launch.follow)
    if not found:
        return []
    one_at_a_time(conn, f"judge/{found[0].hazard}")
    found = campaigns.revisions(conn, launch.campaign_id)
    made = next((row for row in found if row.spec.step == mark), None)
    if made is not None:
        lost = made.state is CampaignState.LAUNCHED and not made.plan_complete
        return [operations.first_record(made)] if lost else []
    now = services.clock.now()
    incident = incidents.get(conn, launch.incident_id)
    told = [row for row in found if row.launched_at is not None]
    ours = not told or incident.source_name == told[-1].spec.facts.source_name
    severity = incident.severity if ours else Severity(max(incident.severity, told[-1].severity))
    said = verdict(incident, found, planned_by=launch.revision, number=launch.follow, severity=severity, now=now)
    if said.answer is Answer.LATER:
        again = msgspec.structs.replace(launch, tries=launch.tries + 1)
        due.put_due(conn, step_record(again), now + _PUT_OFF)
        return []
    root = root_of(found)
    if said.answer is Answer.STOP or root is None:
        _say(conn, services, found[-1], [_dropped(said.reason or Reason.OPERATOR, launch, said.detail)])
        return []
    step = root.spec.steps[launch.follow - 1]
    if not _has_text(services, root.hazard, step):
        detail = f"there is no advice for phase {step.phase!r}"
        _say(conn, services, found[-1], [_dropped(Reason.CONTENT_MISSING, launch, detail)])
        return []
    return _prepare(conn, services, incident, found, step, mark, severity if ours else None)


def _prepare(
    conn: Connection,
    services: Services,
    incident: Incident,
    found: list[CampaignRow],
    step: Step,
    mark: StepMark,
    severity: Severity | None,
) -> list[Record]:
    """`severity` is None where the message's figures came from another feed: they stay what they were."""
    root = next(row for row in found if row.revision == mark.planned_by)
    told = [row for row in found if row.launched_at is not None]
    wants = max(root.approvals_needed, 1 if any(row.state is CampaignState.REJECTED for row in found) else 0)
    policy_says = Decision(
        action=Action.DRAFT if wants else Action.LAUNCH,
        reason=Reason.POLICY_APPROVE if wants else Reason.POLICY_AUTO,
        guard="policy",
        detail=f"step {mark.number} of policy {root.policy!r}: approved as the message that it follows",
    )
    said = decide(_context(conn, services, incident, root, wants), policy_says, only=_ASKED)
    if said.action not in (Action.LAUNCH, Action.DRAFT):
        stops = [msgspec.structs.replace(decision, action=Action.STOP) for decision in said.decisions[1:]]
        _say(conn, services, found[-1], stops)
        return []
    last = told[-1]
    facts = last.spec.facts if severity is None else facts_now(conn, services, incident, last)
    row = step_row(
        services,
        found,
        facts=facts,
        severity=int(last.severity if severity is None else severity),
        lane=Lane.ROUTINE,  # explains what people have been told: it never holds a warning up
        approvals=said.approvals,
        created_by="clock",
        phase=step.phase,
        say=step.say,
        mark=mark,
    )
    campaigns.insert(conn, row)
    _say(conn, services, row, list(said.decisions))
    if not said.approvals:
        return operations.launch(conn, row.id, now=services.clock.now())
    overtake(conn, found)
    return []


def _context(
    conn: Connection, services: Services, incident: Incident, root: CampaignRow, approvers: int
) -> GuardContext:
    now = services.clock.now()
    content = services.settings.content
    policy = next((each for each in services.settings.policies if each.name == root.policy), None)
    silence = silenced_by(
        silences.active(conn, now),
        hazard=incident.hazard,
        places=incident.place_codes,
        feed=incident.feeds[0] if incident.feeds else "",
        severity=incident.severity,
        now=now,
    )
    review, review_of = weakest(services.catalog, incident.hazard, now.date())
    return GuardContext(
        now=now,
        tz=incident.tz,
        hazard=incident.hazard,
        severity=incident.severity,
        status="Exercise" if incident.drill else "Actual",
        scope="Public",
        official=True,
        source_name=incident.source_name,
        sent=incident.latest.sent,
        expires=incident.expires_at,
        backlog=False,
        places_known=bool(incident.place_codes),
        review=review,
        review_of=review_of,
        trust_shipped=content.trust_shipped,
        max_age_hours=services.settings.guards.max_age_hours,
        silenced_by=silence,
        quiet=policy.quiet_hours if policy else None,
        policy_approvers=max(1, approvers, policy.approvers if policy else 1),
    )


def _has_text(services: Services, hazard: str, step: Step) -> bool:
    topic = services.catalog.topics.get(hazard)
    return topic is not None and all(text.actions.get(step.phase) for text in topic.locales.values())


def _dropped(reason: Reason, launch: Launch, detail: str) -> Decision:
    said = f"step {launch.follow} is not sent: {detail}"
    return Decision(action=Action.STOP, reason=reason, guard="step", detail=said)


def _say(conn: Connection, services: Services, row: CampaignRow, decisions: list[Decision]) -> None:
    for decision in decisions:
        append_decision(
            conn,
            decision,
            at=services.clock.now(),
            subject="campaign",
            actor="clock",
            incident_id=row.incident_id,
            campaign_id=row.id,
            revision=row.revision,
        )
    services.metrics.decided(decisions)
