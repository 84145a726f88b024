"""What desk, CLI and pipeline do to campaigns. Each function is one step inside the caller's transaction.

They return the records to publish; the caller publishes them in the same transaction where the engine allows it, or
right after the commit. A launched revision whose record got lost on the way is found again by `unplanned`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, exists, func, select

from emergency_kepu.bus.port import LAUNCH, Record
from emergency_kepu.campaigns import planned
from emergency_kepu.campaigns.lifecycle import check_approver, enough_approvals, step
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.errors import Refused
from emergency_kepu.pipeline.jobs import Launch, launch_record, planned_next
from emergency_kepu.store import campaigns as store
from emergency_kepu.store import incidents, ledger
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.decisions import append_about
from emergency_kepu.store.tables import campaigns, records

Unsigned = Callable[[str], tuple[Reason, str] | None]
"""Hazard to why its texts are not signed, in a reason and in words; None when they are (`content.review.unsigned`)."""

_OVERTAKABLE = (CampaignState.DRAFT, CampaignState.WAITING, CampaignState.APPROVED, CampaignState.LAUNCHED)


def submit(conn: Connection, campaign_id: str, *, actor: str, now: datetime) -> CampaignRow:
    """A draft asks for approval."""
    row = store.latest(conn, campaign_id)
    _move(conn, row, "submit")
    _record(conn, row, Action.DRAFT, f"{actor} asks for approval", actor=actor, now=now)
    return store.latest(conn, campaign_id)


def approve(
    conn: Connection,
    campaign_id: str,
    *,
    actor: str,
    now: datetime,
    wall: float,
    unsigned: Unsigned,
    override: bool = False,
    note: str = "",
    hold: bool = False,
) -> list[Record]:
    """One person's approval of the latest revision. Launches when enough people have approved; with `hold` it stays
    approved until somebody launches it; with a slot it stays approved until its day.

    Refused when the campaign does not wait for approval, when the author approves, or when a person approves twice.
    Refused too when `unsigned` says of its hazard that no expert stands behind the words, unless `override`: then
    `actor` does, by name, on record. An exercise needs no such name, since nobody outside reads it.
    `wall` is machine time in seconds: the latency of an approved campaign is counted from the approval.
    """
    row = store.latest(conn, campaign_id)
    step(row.state, "approve")
    _in_time(row, now)
    given = store.approvers(conn, row.id, row.revision)
    check_approver(actor=actor, author=row.created_by, approvers=given)
    _answer_for(conn, row, None if row.drill else unsigned(row.hazard), override=override, actor=actor, now=now)
    store.add_approval(conn, row.id, row.revision, actor=actor, at=now, note=note)
    needed = max(1, row.approvals_needed)
    count = len(given) + 1
    detail = f"{actor} approved ({count} of {needed})" + (f": {note}" if note else "")
    _record(conn, row, Action.LAUNCH, detail, actor=actor, now=now)
    if not enough_approvals(needed, count):
        return []
    _move(conn, row, "approve")
    store.set_accepted_wall(conn, row, wall)
    return [] if hold or row.spec.slot else launch(conn, campaign_id, now=now)


def launch(conn: Connection, campaign_id: str, *, now: datetime) -> list[Record]:
    """Start an approved revision: earlier ones are superseded in the same transaction, so nothing older goes out."""
    row = store.latest(conn, campaign_id)
    _in_time(row, now)
    _move(conn, row, "launch")
    store.set_launched(conn, row.id, row.revision, now)
    supersede_older(conn, row, now=now)
    planned.schedule(conn, row, now)
    return [first_record(row)]


def supersede_older(conn: Connection, row: CampaignRow, *, now: datetime) -> None:
    """Earlier revisions end here: what they have not sent yet is skipped, what they wait for is void."""
    for older in store.revisions(conn, row.id):
        if older.revision < row.revision and older.state in _OVERTAKABLE:
            _move(conn, older, "supersede")
    ledger.supersede(conn, row.id, below_revision=row.revision, now=now)


def reject(conn: Connection, campaign_id: str, *, actor: str, now: datetime, note: str = "") -> None:
    """Someone says no to what waits; nothing is sent."""
    row = store.latest(conn, campaign_id)
    _move(conn, row, "reject")
    _forget_check(conn, row)
    _record(conn, row, Action.STOP, f"{actor} rejected it" + (f": {note}" if note else ""), actor=actor, now=now)


def cancel(conn: Connection, campaign_id: str, *, actor: str, now: datetime) -> int:
    """Stop the latest revision: returns how many queued deliveries were stopped. What was sent stays sent."""
    row = store.latest(conn, campaign_id)
    _move(conn, row, "cancel")
    stopped = ledger.stop_queued(conn, row.id, row.revision, reason=Reason.CAMPAIGN_CANCELLED, now=now)
    planned.stop(conn, row.id)
    _forget_check(conn, row)
    detail = f"{actor} cancelled it: {stopped} deliveries were stopped"
    _record(conn, row, Action.STOP, detail, actor=actor, now=now)
    return stopped


def retry(
    conn: Connection, campaign_id: str, *, actor: str, now: datetime, channel: str | None, reason: str | None
) -> tuple[int, list[str]]:
    """What failed of the latest revision is tried again: (how many, in which batches).

    Refused when nothing failed so, when the campaign was stopped, or when it is past its end: advice that comes after
    the danger is worse than none.
    """
    row = store.latest(conn, campaign_id)
    if row.state not in (CampaignState.LAUNCHED, CampaignState.FINISHED):
        raise Refused(Reason.NO_CHANGE, f"campaign {campaign_id} is {row.state}: nothing of it is sent again")
    if row.expires_at is not None and row.expires_at <= now:
        raise Refused(Reason.EXPIRED, f"campaign {campaign_id} was over at {row.expires_at:%F %H:%MZ}")
    batches = ledger.retry_failed(conn, row.id, row.revision, channel=channel, reason=reason, now=now)
    number = sum(batches.values())
    if not number:
        raise Refused(Reason.NO_CHANGE, f"nothing of campaign {campaign_id} has failed that way")
    if row.state is CampaignState.FINISHED:
        _move(conn, row, "retry")
    _record(conn, row, Action.LAUNCH, f"{actor} has {number} failed deliveries tried again", actor=actor, now=now)
    return number, list(batches)


def note(conn: Connection, campaign_id: str, detail: str, *, actor: str, now: datetime) -> None:
    """One line of the record about the latest revision."""
    _record(conn, store.latest(conn, campaign_id), Action.LAUNCH, detail, actor=actor, now=now)


def unplanned(conn: Connection, *, before: datetime | None = None, limit: int = 1_000) -> Sequence[Record]:
    """Records that go on with revisions not planned to the end that nobody plans; `before`: nobody since then.

    Planning is idempotent, so doing it twice changes nothing; never doing it would lose a campaign. But going over
    the same pages every time somebody looks, while a large audience is being planned, would take for ever: a record
    that waits or is in hand in the embedded engine, or a page planned since `before` on any, is enough.
    """
    under_way = exists().where(records.c.topic == LAUNCH, records.c.key == campaigns.c.incident_id)
    query = (
        select(campaigns.c.id, campaigns.c.revision)
        .where(campaigns.c.state == CampaignState.LAUNCHED, campaigns.c.plan_complete.is_(False), ~under_way)
        .order_by(campaigns.c.launched_at)
        .limit(limit)
    )
    if before is not None:
        query = query.where(func.coalesce(campaigns.c.planning_at, campaigns.c.launched_at) < before)
    rows = (store.get(conn, found.id, found.revision) for found in conn.execute(query).all())
    return [next_record(row) for row in rows if row is not None]


def next_record(row: CampaignRow) -> Record:
    """Where planning of a revision goes on."""
    return first_record(row) if row.plan_next is None else launch_record(planned_next(row.plan_next))


def first_record(row: CampaignRow) -> Record:
    """Where planning of a revision begins."""
    only_reached = bool(row.spec.only_reached_by) and not row.spec.also_audience
    return launch_record(
        Launch(campaign_id=row.id, revision=row.revision, incident_id=row.incident_id, reached_only=only_reached)
    )


def lapse(conn: Connection, row: CampaignRow, *, now: datetime, detail: str) -> None:
    """Its slot has passed: it is not sent, and nobody is asked about it any more."""
    _move(conn, row, "cancel")
    decision = Decision(action=Action.STOP, reason=Reason.EXPIRED, guard="calendar", detail=detail)
    _append(conn, row, decision, actor="clock", now=now)


def _in_time(row: CampaignRow, now: datetime) -> None:
    if row.spec.slot is not None and row.expires_at is not None and row.expires_at <= now:
        raise Refused(Reason.EXPIRED, f"campaign {row.id} was for a day that is over ({row.expires_at:%F %H:%MZ})")


def _answer_for(
    conn: Connection, row: CampaignRow, found: tuple[Reason, str] | None, *, override: bool, actor: str, now: datetime
) -> None:
    """Words that no expert stands behind go out only when whoever approves them says that they do."""
    if found is None:
        return
    reason, detail = found
    if not override:
        mend = "tick that you answer for them (console), send override_review (API) or add --override-review"
        raise Refused(reason, f"{detail}: read every text of {row.id}, then {mend}")
    said = Decision(action=Action.LAUNCH, reason=reason, guard="review", detail=f"{actor} answers for them: {detail}")
    _append(conn, row, said, actor=actor, now=now)


def _forget_check(conn: Connection, row: CampaignRow) -> None:
    """A fact-check that people took back stands no more: what was told before it does, else none, so that the same
    verdict from a feed is news again."""
    incident = incidents.find(conn, row.incident_id) if row.spec.facts.check else None
    if incident is None or incident.check != row.spec.facts.check:
        return
    told = [older for older in store.revisions(conn, row.id) if older.launched_at and older.revision < row.revision]
    stands = told[-1].spec.facts.check if told else None
    incidents.save(conn, msgspec.structs.replace(incident, check=stands))


def _move(conn: Connection, row: CampaignRow, verb: str) -> None:
    after = step(row.state, verb)
    if not store.set_state(conn, row.id, row.revision, before=row.state, after=after):
        raise Refused(Reason.NO_CHANGE, f"campaign {row.id} was changed by someone else just now: look at it again")


def _record(conn: Connection, row: CampaignRow, action: Action, detail: str, *, actor: str, now: datetime) -> None:
    decision = Decision(action=action, reason=Reason.OPERATOR, guard="desk", detail=detail)
    _append(conn, row, decision, actor=actor, now=now)


def _append(conn: Connection, row: CampaignRow, decision: Decision, *, actor: str, now: datetime) -> None:
    append_about(conn, row, decision, at=now, actor=actor)


def spec_bytes(row: CampaignRow) -> bytes:
    """The frozen specification as stored."""
    return msgspec.json.encode(row.spec)
