"""The ledger's statements for whole batches, built once a dialect. `ledger` says what they promise."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Insert,
    Integer,
    Select,
    Update,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.store.rowset import RowSet, gathered
from emergency_kepu.store.tables import batches, campaigns, deliveries, messages
from emergency_kepu.store.types import Instant

_S = DeliveryState
_STAYS = (Reason.LOCALE_FALLBACK, Reason.FAILED_OVER)
_STOPPED = (CampaignState.CANCELLED, CampaignState.SUPERSEDED)
_NOW = bindparam("now", type_=Instant)


@cache
def insert_deliveries(dialect: str) -> Insert:
    """Rows: n, recipient, target, locale, message, state, reason, detail, maybe_sent."""
    rows = RowSet(dialect)
    columns: dict[str, ColumnElement[Any]] = {
        "batch_id": bindparam("batch", type_=deliveries.c.batch_id.type),
        "n": rows.cell(0, Integer()),
        "campaign_id": bindparam("campaign", type_=deliveries.c.campaign_id.type),
        "revision": bindparam("revision", type_=Integer),
        "incident_id": bindparam("incident", type_=deliveries.c.incident_id.type),
        "recipient_id": rows.text(1),
        "channel": bindparam("channel", type_=deliveries.c.channel.type),
        "target": rows.text(2),
        "locale": rows.text(3),
        "message_id": rows.text(4),
        "state": rows.text(5),
        "attempt": cast(0, Integer),
        "reason": rows.text(6),
        "detail": rows.text(7),
        "updated_at": _NOW,
        "maybe_sent": rows.cell(8, Boolean()),
        "possible_duplicates": cast(0, Integer),
        "month": bindparam("month", type_=Integer),
    }
    return insert(deliveries).from_select(list(columns), select(*columns.values()))


@cache
def claimable(dialect: str) -> Select[Any]:
    """What of a batch is due, gathered: n, recipient, target, locale, attempt, message, in doubt.

    Left out: what a later revision or a cancel stopped, and whoever has an earlier revision's request still out.
    """
    earlier = deliveries.alias("earlier")
    still_out = exists().where(
        earlier.c.incident_id == deliveries.c.incident_id,
        earlier.c.recipient_id == deliveries.c.recipient_id,
        earlier.c.revision < deliveries.c.revision,
        earlier.c.state == _S.SENDING,
        earlier.c.lease_until > _NOW,
    )
    stopped = exists().where(
        campaigns.c.id == deliveries.c.campaign_id,
        campaigns.c.revision == deliveries.c.revision,
        campaigns.c.state.in_(_STOPPED),
    )
    free = or_(
        and_(deliveries.c.state == _S.QUEUED, or_(deliveries.c.next_at.is_(None), deliveries.c.next_at <= _NOW)),
        and_(deliveries.c.state == _S.SENDING, deliveries.c.lease_until <= _NOW),
    )
    wanted = (
        select(
            deliveries.c.n,
            deliveries.c.recipient_id,
            deliveries.c.target,
            deliveries.c.locale,
            deliveries.c.attempt,
            deliveries.c.message_id,
            _in_doubt().label("in_doubt"),
        )
        .where(_of_batch(dialect), free, ~still_out, ~stopped)
        .order_by(deliveries.c.n)
        .limit(bindparam("limit", type_=Integer))
    )
    if dialect == "postgresql":
        wanted = wanted.with_for_update(of=deliveries, skip_locked=True)
    return gathered(dialect, wanted)


@cache
def mark_sending(dialect: str) -> Update:
    """Claim the deliveries whose numbers are in `rows`."""
    return (
        update(deliveries)
        .where(_of_batch(dialect), deliveries.c.n.in_(RowSet(dialect).numbers()))
        .values(
            state=_S.SENDING.value,
            attempt=deliveries.c.attempt + 1,
            claimed_by=bindparam("worker"),
            lease_until=bindparam("until", type_=Instant),
            possible_duplicates=deliveries.c.possible_duplicates + _in_doubt(),
            updated_at=_NOW,
        )
    )


@cache
def settle(dialect: str) -> Update:
    """Rows: n, state, reason, detail, provider's id, next_at, maybe_sent. Only what `worker` holds."""
    rows = RowSet(dialect)
    state = rows.text(1)
    return (
        update(deliveries)
        .where(
            # The batch is compared with an expression of the row, so that only one good way to join is left: row by
            # row into the key. SQLite else reads the whole batch and tries all rows on each delivery.
            deliveries.c.batch_id == case((rows.text(0).is_not(None), bindparam("batch"))),
            _in_its_month(dialect),
            deliveries.c.n == rows.cell(0, Integer()),
            deliveries.c.state == _S.SENDING,
            deliveries.c.claimed_by == bindparam("worker"),
        )
        .values(
            state=state,
            # that a reader got another language, or a spare address, stays on record beside "sent"
            reason=func.coalesce(rows.text(2), case((deliveries.c.reason.in_(_STAYS), deliveries.c.reason))),
            detail=rows.text(3),
            provider_id=func.coalesce(rows.text(4), deliveries.c.provider_id),
            next_at=rows.cell(5, BigInteger()),
            sent_at=func.coalesce(deliveries.c.sent_at, case((state == _S.SENT.value, _NOW))),
            maybe_sent=or_(deliveries.c.maybe_sent, rows.cell(6, Boolean())),
            claimed_by=None,
            lease_until=None,
            updated_at=_NOW,
        )
    )


@cache
def release(dialect: str) -> Update:
    """Give back the claims whose numbers are in `rows`."""
    return (
        update(deliveries)
        .where(
            _of_batch(dialect),
            deliveries.c.n.in_(RowSet(dialect).numbers()),
            deliveries.c.claimed_by == bindparam("worker"),
            deliveries.c.state == _S.SENDING,
        )
        .values(
            state=_S.QUEUED.value,
            attempt=deliveries.c.attempt - 1,
            claimed_by=None,
            lease_until=None,
            next_at=bindparam("next", type_=Instant),
            updated_at=_NOW,
        )
    )


@cache
def contents() -> Select[Any]:
    """id, title, text and payload of the messages in `ids`."""
    query = select(messages.c.id, messages.c.title, messages.c.text, messages.c.payload)
    return query.where(messages.c.id.in_(bindparam("ids", expanding=True)))


@cache
def next_due(dialect: str) -> Select[Any]:
    """The earliest retry or end of a lease in a batch."""
    when = func.min(
        func.coalesce(deliveries.c.lease_until, deliveries.c.next_at, deliveries.c.updated_at),
        type_=deliveries.c.next_at.type,
    )
    return select(when).where(_of_batch(dialect), deliveries.c.state.in_((_S.QUEUED, _S.SENDING)))


def _of_batch(dialect: str) -> ColumnElement[bool]:
    """The deliveries of `batch`."""
    return and_(deliveries.c.batch_id == bindparam("batch"), _in_its_month(dialect))


def _in_its_month(dialect: str) -> ColumnElement[bool]:
    """So that PostgreSQL opens one month's partition instead of probing the index of each."""
    if dialect != "postgresql":
        return true()
    month = select(batches.c.month).where(batches.c.id == bindparam("batch")).scalar_subquery()
    return deliveries.c.month == month


def _in_doubt() -> ColumnElement[Any]:
    """1 where an earlier request may have gone out: its lease ran out, or it got no answer."""
    return cast(case((or_(deliveries.c.state == _S.SENDING, deliveries.c.maybe_sent), 1), else_=0), Integer)
