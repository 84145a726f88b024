"""The delivery ledger: planned, claimed before sent, settled after. Every step is a conditional update.

A delivery is claimed (`queued` to `sending`, under a lease) before its request goes out. After a crash the lease
runs out and the delivery is claimed again: its request may have gone out, so that second try is counted as a
possible duplicate. Whoever may have got an earlier revision is told of the next one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, func, select, update

from emergency_kepu.delivery.retry import NextStep
from emergency_kepu.domain.campaign import Lane
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.store import ledger_sql
from emergency_kepu.store.codec import unpack
from emergency_kepu.store.months import month_of
from emergency_kepu.store.rowset import document, fetch, micros
from emergency_kepu.store.tables import batches, deliveries
from emergency_kepu.store.upsert import insert_new

_S = DeliveryState
_COPIED = (
    "batch_id",
    "n",
    "campaign_id",
    "revision",
    "incident_id",
    "recipient_id",
    "channel",
    "target",
    "locale",
    "message_id",
    "state",
    "attempt",
    "reason",
    "detail",
    "updated_at",
    "maybe_sent",
    "possible_duplicates",
    "month",
)
"""In the order of `_copy_deliveries`."""


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


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says: one object for all deliveries of a batch that carry it."""

    title: str
    text: str
    payload: dict[str, object]


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery in hand, with its text."""

    batch_id: str
    n: int
    recipient_id: str
    target: str
    locale: str
    attempt: int
    """1 for the first provider call."""
    content: Content
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
        "month": month_of(now),
    }
    if insert_new(conn, batches, [row]) == 0:
        return False
    if conn.dialect.name == "postgresql":
        _copy_deliveries(conn, batch, now)
        return True
    rows = [
        (
            n,
            item.recipient_id,
            item.target,
            item.locale,
            item.message_id,
            item.state.value,
            item.reason.value if item.reason else None,
            item.detail or None,
            item.maybe_sent,
        )
        for n, item in enumerate(batch.deliveries)
    ]
    conn.execute(
        ledger_sql.insert_deliveries(conn.dialect.name),
        {
            "batch": batch.id,
            "campaign": batch.campaign_id,
            "revision": batch.revision,
            "incident": batch.incident_id,
            "channel": batch.channel,
            "now": now,
            "month": month_of(now),
            "rows": document(rows),
        },
    )
    return True


def _copy_deliveries(conn: Connection, batch: PlannedBatch, now: datetime) -> None:
    """The row of `batches` was new, so none of these is there yet: COPY, which knows no ON CONFLICT, will do."""
    from emergency_kepu.store.copy import copy_rows  # needs the `postgres` extra

    updated_at, month = micros(now), month_of(now)
    copy_rows(
        conn,
        deliveries.name,
        _COPIED,
        (
            (
                batch.id,
                n,
                batch.campaign_id,
                batch.revision,
                batch.incident_id,
                item.recipient_id,
                batch.channel,
                item.target,
                item.locale,
                item.message_id,
                item.state.value,
                0,
                item.reason.value if item.reason else None,
                item.detail or None,
                updated_at,
                item.maybe_sent,
                0,
                month,
            )
            for n, item in enumerate(batch.deliveries)
        ),
    )


def claim(
    conn: Connection, batch_id: str, *, worker: str, now: datetime, lease_until: datetime, limit: int
) -> list[Claimed]:
    """Take what is due of a batch: queued ones whose time has come, and sending ones whose lease ran out.

    Left alone: what a later revision or a cancel stopped, and whoever has an earlier revision's request still out
    (so that a cancel cannot overtake its alert). Exactly one worker gets each delivery.
    """
    dialect = conn.dialect.name
    wanted = fetch(conn, ledger_sql.claimable(dialect), {"batch": batch_id, "now": now, "limit": limit})
    rows = sorted(wanted)
    if not rows:
        return []
    conn.execute(
        ledger_sql.mark_sending(dialect),
        {
            "batch": batch_id,
            "worker": worker,
            "until": lease_until,
            "now": now,
            "rows": document([row[0] for row in rows]),
        },
    )
    contents = _contents(conn, {row[5] for row in rows})
    return [
        Claimed(
            batch_id=batch_id,
            n=n,
            recipient_id=recipient_id,
            target=target,
            locale=locale,
            attempt=attempt + 1,
            content=contents[message_id],
            possible_duplicate=bool(in_doubt),
        )
        for n, recipient_id, target, locale, attempt, message_id, in_doubt in rows
    ]


def _contents(conn: Connection, message_ids: Collection[str]) -> dict[str, Content]:
    """A batch of hundreds has a handful of texts: each is read once and shared."""
    return {
        message_id: Content(title=title, text=text, payload=unpack(payload, dict[str, object]))
        for message_id, title, text, payload in conn.execute(ledger_sql.contents(), {"ids": list(message_ids)})
    }


def settle(
    conn: Connection, batch_id: str, steps: Sequence[tuple[int, NextStep]], *, worker: str, now: datetime
) -> int:
    """Write what became of claimed deliveries. Only the holder of the claim can: a thawed worker whose lease ran
    out and was taken over changes nothing. Returns how many were settled."""
    if not steps:
        return 0
    rows = [
        (
            n,
            step.state.value,
            step.reason.value if step.reason else None,
            step.detail or None,
            step.provider_id,
            micros(step.next_at),
            step.maybe_sent,
        )
        for n, step in steps
    ]
    settled = conn.execute(
        ledger_sql.settle(conn.dialect.name),
        {"batch": batch_id, "worker": worker, "now": now, "rows": document(rows)},
    )
    return int(settled.rowcount)


def release(
    conn: Connection, batch_id: str, numbers: Sequence[int], *, worker: str, now: datetime, next_at: datetime
) -> None:
    """Give claims back unsent (no rate left): the attempt does not count."""
    conn.execute(
        ledger_sql.release(conn.dialect.name),
        {"batch": batch_id, "worker": worker, "now": now, "next": next_at, "rows": document(numbers)},
    )


def next_due(conn: Connection, batch_id: str) -> datetime | None:
    """When the batch needs another look: the earliest retry, or the end of a lease. None: nothing is left."""
    found: datetime | None = conn.scalar(ledger_sql.next_due(conn.dialect.name), {"batch": batch_id})
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
