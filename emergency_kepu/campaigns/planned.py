"""Steps that are planned: they wait in the due table, put there by the transaction that launches their campaign.

So neither a restart nor a `kill -9` loses one, and of two schedulers one publishes it. What is planned can be read and
stopped at any time before it goes out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.errors import Refused
from emergency_kepu.domain.step import Step
from emergency_kepu.pipeline.jobs import Launch, step_record
from emergency_kepu.store import campaigns, due
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.decisions import append_about


class PlannedStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step that has not been prepared yet. `at` is when it is looked at; then the incident decides."""

    revision: int
    """Of the campaign, that planned it."""
    number: int
    at: datetime
    step: Step


def schedule(conn: Connection, row: CampaignRow, launched_at: datetime) -> None:
    """Put everything that a revision plans into the due table. Doing it twice changes nothing."""
    for number, step in enumerate(row.spec.steps, start=1):
        launch = Launch(campaign_id=row.id, revision=row.revision, incident_id=row.incident_id, follow=number)
        due.put_due(conn, step_record(launch), launched_at + timedelta(minutes=step.after_minutes))


def planned(conn: Connection, campaign_id: str) -> list[PlannedStep]:
    """What still waits, the next first. NotFound names the campaign."""
    latest = campaigns.latest(conn, campaign_id)
    root = root_of(campaigns.revisions(conn, campaign_id))
    if root is None:
        return []
    found = []
    for at, value in due.waiting(conn, latest.incident_id):
        launch = msgspec.json.decode(value, type=Launch)
        ours = (launch.campaign_id, launch.revision) == (root.id, root.revision)
        if ours and 0 < launch.follow <= len(root.spec.steps):
            step = root.spec.steps[launch.follow - 1]
            found.append(PlannedStep(revision=root.revision, number=launch.follow, at=at, step=step))
    return found


def root_of(revisions: list[CampaignRow]) -> CampaignRow | None:
    """The newest launched revision that plans, perhaps nothing: the first message, or an escalation. What was planned
    before it is void."""
    plans = (row for row in reversed(revisions) if row.kind is CampaignKind.ISSUE or row.spec.also_audience)
    return next((row for row in plans if row.launched_at is not None), None)


def stop(conn: Connection, campaign_id: str) -> int:
    """Nothing follows by itself any more; how many steps still waited. Prepared ones are revisions: cancel those."""
    waited = len(planned(conn, campaign_id))
    for row in campaigns.revisions(conn, campaign_id):
        if row.spec.steps and row.launched_at is not None:
            campaigns.drop_steps(conn, row)
    return waited


def stop_by_hand(conn: Connection, campaign_id: str, *, actor: str, now: datetime) -> int:
    """`stop` on somebody's word, on record. Refused when nothing is planned."""
    waited = stop(conn, campaign_id)
    if not waited:
        raise Refused(Reason.NO_CHANGE, f"campaign {campaign_id} plans nothing any more")
    row = campaigns.latest(conn, campaign_id)
    detail = f"{actor} stopped what was planned: {waited} steps"
    append_about(
        conn,
        row,
        Decision(action=Action.STOP, reason=Reason.OPERATOR, guard="desk", detail=detail),
        at=now,
        actor=actor,
    )
    return waited
