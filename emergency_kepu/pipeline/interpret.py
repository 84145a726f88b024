"""What an expert wrote becomes the next step of the campaign, and waits for approval like any text nobody has read.

The question's row hands it on again every few minutes until it is settled: sent, rejected, or too late. So it is never
lost behind a message that is still being sent, and what overtakes it while it waits only delays it.
"""

from __future__ import annotations

from sqlalchemy import Connection

from emergency_kepu.asking.answers import interpretation
from emergency_kepu.asking.around import Around
from emergency_kepu.bus.port import Record
from emergency_kepu.campaigns.drafting import campaign_id
from emergency_kepu.campaigns.following import Answer, interpretation_verdict
from emergency_kepu.campaigns.lifecycle import step
from emergency_kepu.campaigns.planned import root_of
from emergency_kepu.domain.ask import Ask, AskState
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.incident import Incident
from emergency_kepu.domain.step import StepMark
from emergency_kepu.pipeline.jobs import Launch
from emergency_kepu.pipeline.services import Services
from emergency_kepu.pipeline.step_row import OPEN, facts_now, overtake, step_row
from emergency_kepu.store import asks, campaigns, incidents
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.decisions import append_decision
from emergency_kepu.store.locks import one_at_a_time


def interpret(conn: Connection, services: Services, launch: Launch) -> list[Record]:
    """The part of `kepu.launch` that prepares interpretations. Nothing goes out before somebody approves."""
    ask = asks.find(conn, launch.ask)
    incident = incidents.find(conn, ask.incident_id) if ask else None
    if ask is None or incident is None:
        return []
    one_at_a_time(conn, f"judge/{incident.hazard}")
    one_at_a_time(conn, f"ask/{incident.id}")
    ask = asks.find(conn, launch.ask)
    if ask is None or ask.state is not AskState.CORRECTED or ask.next_at is None:
        return []
    found = campaigns.revisions(conn, campaign_id(incident.id))
    made = [row for row in found if row.spec.step is not None and row.spec.step.ask == ask.id]
    waits = bool(made) and made[-1].state in OPEN
    overtaken = made and made[-1].state is CampaignState.SUPERSEDED and made[-1].launched_at is None
    if made and not overtaken and not waits:
        asks.change(conn, ask, next_at=None, detail=f"revision {made[-1].revision} is {made[-1].state.value}")
        return []
    incident = incidents.get(conn, incident.id)
    now = services.clock.now()
    said = interpretation_verdict(incident, found, written_at=ask.answered_at or ask.created_at, now=now)
    if said.answer is Answer.STOP:
        asks.change(conn, ask, next_at=None, detail=said.detail)
        detail = f"what {ask.expert} wrote is not sent: {said.detail}"
        decision = Decision(action=Action.STOP, reason=said.reason or Reason.OPERATOR, guard="expert", detail=detail)
        _say(conn, services, decision, incident.id, found[-1] if found else None)
        if waits:  # what is over must not be approved by mistake an hour later
            after = step(made[-1].state, "cancel")
            campaigns.set_state(conn, made[-1].id, made[-1].revision, before=made[-1].state, after=after)
    elif said.answer is Answer.GO and not waits:
        _prepare(conn, services, incident, found, ask)
    return []


def _prepare(conn: Connection, services: Services, incident: Incident, found: list[CampaignRow], ask: Ask) -> None:
    expert = Around.of(services).expert(ask.expert)
    root = root_of(found)
    told = [row for row in found if row.launched_at is not None]
    if expert is None or root is None:
        asks.change(conn, ask, next_at=None, detail=f"{ask.expert} is not in experts.yaml any more")
        return
    last = told[-1]
    ours = incident.source_name == last.spec.facts.source_name
    row = step_row(
        services,
        found,
        facts=facts_now(conn, services, incident, last) if ours else last.spec.facts,
        severity=int(incident.severity) if ours else last.severity,
        lane=root.lane,  # a correction is as urgent as what it corrects
        approvals=max(1, root.approvals_needed),
        created_by=f"expert {expert.id}",
        phase=root.spec.phase,
        say="expert",
        mark=StepMark(planned_by=root.revision, number=0, ask=ask.id),
        interpretation=interpretation(ask, expert),
    )
    campaigns.insert(conn, row)
    overtake(conn, found)
    asks.change(conn, ask, detail=f"revision {row.revision} waits for approval")
    detail = f"what {expert.id} wrote is revision {row.revision}: read it, then approve or reject"
    said = Decision(action=Action.DRAFT, reason=Reason.EXPERT_CORRECTED, guard="expert", detail=detail)
    _say(conn, services, said, incident.id, row)


def _say(conn: Connection, services: Services, decision: Decision, incident_id: str, row: CampaignRow | None) -> None:
    append_decision(
        conn,
        decision,
        at=services.clock.now(),
        subject="campaign",
        actor="clock",
        incident_id=incident_id,
        campaign_id=row.id if row else None,
        revision=row.revision if row else None,
    )
    services.metrics.decided([decision])
