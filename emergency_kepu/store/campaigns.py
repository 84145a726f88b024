"""Campaign revisions and their approvals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, func, select, update

from emergency_kepu.domain.campaign import CampaignKind, CampaignSpec, CampaignState, Lane
from emergency_kepu.domain.errors import NotFound
from emergency_kepu.store.codec import pack, unpack
from emergency_kepu.store.tables import approvals, campaigns
from emergency_kepu.store.upsert import insert_new


class CampaignRow(msgspec.Struct, frozen=True, kw_only=True):
    """One revision as stored."""

    id: str
    revision: int
    incident_id: str
    kind: CampaignKind
    state: CampaignState
    hazard: str
    severity: int
    title: str
    policy: str
    lane: Lane
    drill: bool
    approvals_needed: int
    created_at: datetime
    created_by: str
    accepted_at: datetime
    expires_at: datetime | None
    spec: CampaignSpec
    launched_at: datetime | None = None
    first_send_at: datetime | None = None
    first_send_seconds: float | None = None
    finished_at: datetime | None = None
    planned: int = 0
    plan_complete: bool = False
    plan_next: bytes | None = None
    planning_at: datetime | None = None


def insert(conn: Connection, row: CampaignRow) -> bool:
    """Add a revision. False when it is there already: a redelivered alert drafts nothing twice."""
    values = {column.name: getattr(row, column.name) for column in campaigns.columns}
    return insert_new(conn, campaigns, [{**values, "spec": pack(row.spec)}]) == 1


def get(conn: Connection, campaign_id: str, revision: int) -> CampaignRow | None:
    """One revision."""
    found = conn.execute(_ONE, {"campaign": campaign_id, "revision": revision}).first()
    return None if found is None else _row(found)


_ONE = select(campaigns).where(campaigns.c.id == bindparam("campaign"), campaigns.c.revision == bindparam("revision"))


def lane(conn: Connection, campaign_id: str, revision: int) -> Lane | None:
    """Of one revision; None where there is none."""
    query = select(campaigns.c.lane).where(campaigns.c.id == campaign_id, campaigns.c.revision == revision)
    found = conn.scalar(query)
    return None if found is None else Lane(found)


def latest(conn: Connection, campaign_id: str) -> CampaignRow:
    """The newest revision. NotFound names the id."""
    found = revisions(conn, campaign_id)
    if not found:
        msg = f"no campaign {campaign_id!r}; `kepu campaign list` shows them"
        raise NotFound(msg)
    return found[-1]


def revisions(conn: Connection, campaign_id: str) -> list[CampaignRow]:
    """All revisions, oldest first."""
    query = select(campaigns).where(campaigns.c.id == campaign_id).order_by(campaigns.c.revision)
    return [_row(found) for found in conn.execute(query)]


def of_incident(conn: Connection, incident_id: str) -> list[CampaignRow]:
    """All revisions of all campaigns about an incident, oldest first."""
    return [_row(found) for found in conn.execute(_OF_INCIDENT, {"incident_id": incident_id})]


_OF_INCIDENT = (
    select(campaigns)
    .where(campaigns.c.incident_id == bindparam("incident_id"))
    .order_by(campaigns.c.created_at, campaigns.c.revision)
)


def listing(conn: Connection, *, states: Sequence[CampaignState] = (), limit: int = 200) -> list[CampaignRow]:
    """Newest first."""
    query = select(campaigns).order_by(campaigns.c.created_at.desc(), campaigns.c.revision.desc()).limit(limit)
    if states:
        query = query.where(campaigns.c.state.in_(states))
    return [_row(found) for found in conn.execute(query)]


def unsent_of(conn: Connection, policy: str) -> list[CampaignRow]:
    """Drafts of one author of rules that were not launched, cancelled or rejected, oldest first."""
    unsent = (CampaignState.DRAFT, CampaignState.WAITING, CampaignState.APPROVED)
    query = select(campaigns).where(campaigns.c.policy == policy, campaigns.c.state.in_(unsent))
    return [_row(found) for found in conn.execute(query.order_by(campaigns.c.created_at, campaigns.c.id))]


def known_ids(conn: Connection, ids: Sequence[str]) -> set[str]:
    """Which of these campaigns there are."""
    return set(conn.scalars(select(campaigns.c.id).where(campaigns.c.id.in_(list(ids)))))


def launched_since(conn: Connection, since: datetime, *, policy: str, hazard: str) -> list[CampaignRow]:
    """Launched after an instant, by one policy about one hazard, newest first."""
    query = select(campaigns).where(
        campaigns.c.launched_at > since, campaigns.c.policy == policy, campaigns.c.hazard == hazard
    )
    return [_row(found) for found in conn.execute(query.order_by(campaigns.c.created_at.desc()))]


def set_state(
    conn: Connection, campaign_id: str, revision: int, *, before: CampaignState, after: CampaignState
) -> bool:
    """Move if it still is where the caller saw it: True for exactly one of two at once."""
    return _update(conn, campaign_id, revision, campaigns.c.state == before, state=after)


def drop_steps(conn: Connection, row: CampaignRow) -> None:
    """What this revision planned is not planned any more, also where its record is on the way already."""
    _update(conn, row.id, row.revision, spec=pack(msgspec.structs.replace(row.spec, steps=())))


def set_launched(conn: Connection, campaign_id: str, revision: int, now: datetime) -> None:
    """When planning was let go."""
    _update(conn, campaign_id, revision, launched_at=now)


def set_accepted_wall(conn: Connection, row: CampaignRow, wall: float) -> None:
    """From when the latency counts (machine time, seconds): for what a person approved, from the approval."""
    spec = msgspec.structs.replace(row.spec, accepted_wall=wall)
    _update(conn, row.id, row.revision, spec=pack(spec))


def set_first_send(conn: Connection, campaign_id: str, revision: int, *, at: datetime, seconds: float) -> bool:
    """Recorded once: True for the caller that was first."""
    return _update(
        conn, campaign_id, revision, campaigns.c.first_send_at.is_(None), first_send_at=at, first_send_seconds=seconds
    )


def add_planned(conn: Connection, campaign_id: str, revision: int, planned: int) -> None:
    """Count deliveries that were added."""
    _update(conn, campaign_id, revision, planned=campaigns.c.planned + planned)


def page_planned(
    conn: Connection, campaign_id: str, revision: int, *, planned: int, onward: bytes | None, now: datetime
) -> None:
    """Count what a page added; `onward` is where planning goes on, None when no page is left."""
    changes: dict[str, Any] = {"planned": campaigns.c.planned + planned, "plan_next": onward, "planning_at": now}
    if onward is None:
        changes["plan_complete"] = True
    _update(conn, campaign_id, revision, **changes)


def finish(conn: Connection, campaign_id: str, revision: int, now: datetime) -> bool:
    """Launched, planned to the end and every delivery final: nothing more happens by itself."""
    return _update(
        conn,
        campaign_id,
        revision,
        campaigns.c.state == CampaignState.LAUNCHED,
        campaigns.c.plan_complete.is_(True),
        state=CampaignState.FINISHED,
        finished_at=now,
    )


def automatic_since(conn: Connection, since: datetime) -> int:
    """Automatic campaigns launched since: what the flood guard counts. Steps are no new campaigns."""
    query = (
        select(func.count())
        .select_from(campaigns)
        .where(
            campaigns.c.launched_at >= since,
            campaigns.c.approvals_needed == 0,
            campaigns.c.drill.is_(False),
            campaigns.c.kind != CampaignKind.STEP,
        )
    )
    return int(conn.scalar(query) or 0)


def add_approval(conn: Connection, campaign_id: str, revision: int, *, actor: str, at: datetime, note: str) -> None:
    """One person's yes."""
    row = {"campaign_id": campaign_id, "revision": revision, "actor": actor, "at": at, "note": note}
    insert_new(conn, approvals, [row])


def approvers(conn: Connection, campaign_id: str, revision: int) -> tuple[str, ...]:
    """Who has approved, in order."""
    query = (
        select(approvals.c.actor)
        .where(approvals.c.campaign_id == campaign_id, approvals.c.revision == revision)
        .order_by(approvals.c.at)
    )
    return tuple(conn.scalars(query))


def _update(conn: Connection, campaign_id: str, revision: int, *conditions: Any, **changes: Any) -> bool:
    statement = (
        update(campaigns)
        .where(campaigns.c.id == campaign_id, campaigns.c.revision == revision, *conditions)
        .values(**changes)
    )
    return conn.execute(statement).rowcount == 1


def _row(found: Row[Any]) -> CampaignRow:
    values = dict(found._mapping)
    values["spec"] = unpack(values["spec"], CampaignSpec)
    values["kind"] = CampaignKind(values["kind"])
    values["state"] = CampaignState(values["state"])
    values["lane"] = Lane(values["lane"])
    return CampaignRow(**values)
