"""The delivery ledger: planned, claimed before sent, settled after. Every step is a conditional update.

A delivery is claimed (`queued` to `sending`, under a lease) before its request goes out. After a crash the lease
runs out and the delivery is claimed again: its request may have gone out, so that second try is counted as a
possible duplicate. Whoever may have got an earlier revision is told of the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, case, exists, func, insert, or_, select, update

from emergency_kepu.delivery.retry import NextStep
from emergency_kepu.domain.campaign import CampaignState, Lane
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.store.tables import batches, campaigns, deliveries, messages
from emergency_kepu.store.upsert import insert_new

_S = DeliveryState
_STAYS = (Reason.LOCALE_FALLBACK, Reason.FAILED_OVER)
_STOPPED = (CampaignState.CANCELLED, CampaignState.SUPERSEDED)


class PlannedDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient of a batch. SKIPPED ones are written too: why somebody got nothing is part of the record."""

    recipient_id: str
    target: str
    locale: str
    message_id: str
    state: DeliveryState = DeliveryState.QUEUED
    reason: Reason | None = None
    detail: str = ""
    maybe_sent: bool = False
    """An earlier way may have reached the recipient after all: sending counts as a possible duplicate."""


class PlannedBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Up to some hundred recipients on one channel."""

    id: str
    campaign_id: str
    revision: int
    incident_id: str
    channel: str
    lane: Lane
    deliveries: tuple[PlannedDelivery, ...]


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery in hand, with its text."""

    batch_id: str
    n: int
    recipient_id: str
    target: str
    locale: str
    attempt: int
    """1 for the first provider call."""
    title: str
    text: str
    payload: bytes
    possible_duplicate: bool

    @property
    def delivery_id(self) -> str:
        """Also the idempotency key: the same for every attempt."""
        return f"{self.batch_id}/{self.n}"


def add_batch(conn: Connection, batch: PlannedBatch, *, now: datetime) -> bool:
    """Write a batch and its deliveries. False when it is there already: planning was done twice."""
    row = {
        "id": batch.id,
        "campaign_id": batch.campaign_id,
        "revision": batch.revision,
        "channel": batch.channel,
        "lane": batch.lane.value,
        "size": len(batch.deliveries),
        "created_at": now,
    }
    if insert_new(conn, batches, [row]) == 0:
        return False
    rows = [
        {
            "batch_id": batch.id,
            "n": n,
            "campaign_id": batch.campaign_id,
            "revision": batch.revision,
            "incident_id": batch.incident_id,
            "recipient_id": item.recipient_id,
            "channel": batch.channel,
            "target": item.target,
            "locale": item.locale,
            "message_id": item.message_id,
            "state": item.state.value,
            "reason": item.reason.value if item.reason else None,
            "detail": item.detail or None,
            "maybe_sent": item.maybe_sent,
            "updated_at": now,
        }
        for n, item in enumerate(batch.deliveries)
    ]
    conn.execute(insert(deliveries), rows)
    return True


def claim(
    conn: Connection, batch_id: str, *, worker: str, now: datetime, lease_until: datetime, limit: int
) -> list[Claimed]:
    """Take what is due of a batch: queued ones whose time has come, and sending ones whose lease ran out.

    Left alone: what a later revision or a cancel stopped, and whoever has an earlier revision's request still out
    (so that a cancel cannot overtake its alert). Exactly one worker gets each delivery.
    """
    earlier = deliveries.alias("earlier")
    still_out = exists().where(
        earlier.c.incident_id == deliveries.c.incident_id,
        earlier.c.recipient_id == deliveries.c.recipient_id,
        earlier.c.revision < deliveries.c.revision,
        earlier.c.state == _S.SENDING,
        earlier.c.lease_until > now,
    )
    stopped = exists().where(
        campaigns.c.id == deliveries.c.campaign_id,
        campaigns.c.revision == deliveries.c.revision,
        campaigns.c.state.in_(_STOPPED),
    )
    free = or_(
        and_(deliveries.c.state == _S.QUEUED, or_(deliveries.c.next_at.is_(None), deliveries.c.next_at <= now)),
        and_(deliveries.c.state == _S.SENDING, deliveries.c.lease_until <= now),
    )
    wanted = (
        select(
            deliveries.c.n,
            deliveries.c.recipient_id,
            deliveries.c.target,
            deliveries.c.locale,
            deliveries.c.attempt,
            deliveries.c.state,
            deliveries.c.maybe_sent,
            messages.c.title,
            messages.c.text,
            messages.c.payload,
        )
        .join(messages, messages.c.id == deliveries.c.message_id)
        .where(deliveries.c.batch_id == batch_id, free, ~still_out, ~stopped)
        .order_by(deliveries.c.n)
        .limit(limit)
    )
    if conn.dialect.name == "postgresql":
        wanted = wanted.with_for_update(of=deliveries, skip_locked=True)
    rows = conn.execute(wanted).all()
    if not rows:
        return []
    claimed = [_claimed(batch_id, row) for row in rows]
    conn.execute(
        update(deliveries)
        .where(deliveries.c.batch_id == bindparam("b_batch"), deliveries.c.n == bindparam("b_n"))
        .values(
            state=_S.SENDING.value,
            attempt=deliveries.c.attempt + 1,
            claimed_by=worker,
            lease_until=lease_until,
            possible_duplicates=deliveries.c.possible_duplicates + bindparam("b_doubt"),
            updated_at=now,
        ),
        [{"b_batch": batch_id, "b_n": item.n, "b_doubt": int(item.possible_duplicate)} for item in claimed],
    )
    return claimed


def _claimed(batch_id: str, row: Any) -> Claimed:
    return Claimed(
        batch_id=batch_id,
        n=row.n,
        recipient_id=row.recipient_id,
        target=row.target,
        locale=row.locale,
        attempt=row.attempt + 1,
        title=row.title,
        text=row.text,
        payload=row.payload,
        possible_duplicate=row.state == _S.SENDING or row.maybe_sent,
    )


def settle(
    conn: Connection, batch_id: str, steps: Sequence[tuple[int, NextStep]], *, worker: str, now: datetime
) -> int:
    """Write what became of claimed deliveries. Only the holder of the claim can: a thawed worker whose lease ran
    out and was taken over changes nothing. Returns how many were settled."""
    if not steps:
        return 0
    statement = (
        update(deliveries)
        .where(
            deliveries.c.batch_id == batch_id,
            deliveries.c.n == bindparam("b_n"),
            deliveries.c.state == _S.SENDING,
            deliveries.c.claimed_by == worker,
        )
        .values(
            state=bindparam("b_state"),
            # that a reader got another language, or a spare address, stays on record beside "sent"
            reason=func.coalesce(
                bindparam("b_reason", type_=deliveries.c.reason.type),
                case((or_(*(deliveries.c.reason == kept for kept in _STAYS)), deliveries.c.reason), else_=None),
            ),
            detail=bindparam("b_detail"),
            provider_id=func.coalesce(bindparam("b_provider"), deliveries.c.provider_id),
            next_at=bindparam("b_next", type_=deliveries.c.next_at.type),
            sent_at=func.coalesce(deliveries.c.sent_at, bindparam("b_sent", type_=deliveries.c.sent_at.type)),
            maybe_sent=deliveries.c.maybe_sent | bindparam("b_maybe", type_=deliveries.c.maybe_sent.type),
            claimed_by=None,
            lease_until=None,
            updated_at=now,
        )
    )
    rows = [
        {
            "b_n": n,
            "b_state": step.state.value,
            "b_reason": step.reason.value if step.reason else None,
            "b_detail": step.detail or None,
            "b_provider": step.provider_id,
            "b_next": step.next_at,
            "b_sent": now if step.state is _S.SENT else None,
            "b_maybe": step.maybe_sent,
        }
        for n, step in steps
    ]
    return int(conn.execute(statement, rows).rowcount)


def release(
    conn: Connection, batch_id: str, numbers: Sequence[int], *, worker: str, now: datetime, next_at: datetime
) -> None:
    """Give claims back unsent (no rate left): the attempt does not count."""
    conn.execute(
        update(deliveries)
        .where(
            deliveries.c.batch_id == batch_id,
            deliveries.c.n == bindparam("b_n"),
            deliveries.c.claimed_by == worker,
            deliveries.c.state == _S.SENDING,
        )
        .values(
            state=_S.QUEUED.value,
            attempt=deliveries.c.attempt - 1,
            claimed_by=None,
            lease_until=None,
            next_at=next_at,
            updated_at=now,
        ),
        [{"b_n": n} for n in numbers],
    )


def next_due(conn: Connection, batch_id: str) -> datetime | None:
    """When the batch needs another look: the earliest retry, or the end of a lease. None: nothing is left."""
    when = func.min(
        func.coalesce(deliveries.c.lease_until, deliveries.c.next_at, deliveries.c.updated_at),
        type_=deliveries.c.next_at.type,
    )
    query = select(when).where(deliveries.c.batch_id == batch_id, deliveries.c.state.in_((_S.QUEUED, _S.SENDING)))
    found: datetime | None = conn.scalar(query)
    return found


def supersede(conn: Connection, campaign_id: str, *, below_revision: int, now: datetime) -> int:
    """Earlier revisions' queued deliveries are never sent once a later one is launched."""
    condition = and_(deliveries.c.campaign_id == campaign_id, deliveries.c.revision < below_revision)
    return _skip(conn, condition, Reason.SUPERSEDED, now)


def stop_queued(conn: Connection, campaign_id: str, revision: int, *, reason: Reason, now: datetime) -> int:
    """Skip what is still queued of one revision; returns how many."""
    condition = and_(deliveries.c.campaign_id == campaign_id, deliveries.c.revision == revision)
    return _skip(conn, condition, reason, now)


def _skip(conn: Connection, condition: Any, reason: Reason, now: datetime) -> int:
    statement = (
        update(deliveries)
        .where(condition, deliveries.c.state == _S.QUEUED)
        .values(state=_S.SKIPPED.value, reason=reason.value, next_at=None, updated_at=now)
    )
    return int(conn.execute(statement).rowcount)


def retry_failed(
    conn: Connection, campaign_id: str, revision: int, *, channel: str | None, reason: str | None, now: datetime
) -> dict[str, int]:
    """Queue again what failed (of one channel, for one reason): batch id to how many. Attempts begin anew."""
    conditions = [
        deliveries.c.campaign_id == campaign_id,
        deliveries.c.revision == revision,
        deliveries.c.state == _S.FAILED,
    ]
    if channel is not None:
        conditions.append(deliveries.c.channel == channel)
    if reason is not None:
        conditions.append(deliveries.c.reason == reason)
    query = select(deliveries.c.batch_id, func.count()).where(*conditions).group_by(deliveries.c.batch_id)
    found = {row[0]: row[1] for row in conn.execute(query)}
    values = {"state": _S.QUEUED.value, "attempt": 0, "next_at": None, "updated_at": now}
    conn.execute(update(deliveries).where(*conditions).values(**values))
    return found


def free_leases(conn: Connection, *, now: datetime) -> int:
    """At the start of a process that knows itself alone on this database: claims of the dead run out at once."""
    statement = (
        update(deliveries)
        .where(deliveries.c.state == _S.SENDING, deliveries.c.lease_until > now)
        .values(lease_until=now)
    )
    return int(conn.execute(statement).rowcount)


def failed_among(conn: Connection, batch_id: str, numbers: Sequence[int]) -> set[int]:
    """Which of these are FAILED now: a worker whose claim was taken over settled nothing."""
    query = select(deliveries.c.n).where(
        deliveries.c.batch_id == batch_id, deliveries.c.n.in_(numbers), deliveries.c.state == _S.FAILED
    )
    return set(conn.scalars(query))
