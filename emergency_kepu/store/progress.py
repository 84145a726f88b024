"""How far deliveries are: counts, what is open, what has work left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, func, select

from emergency_kepu.domain.delivery import FINAL, DeliveryState
from emergency_kepu.store.tables import batches, deliveries

_S = DeliveryState
_OPEN = (
    select(deliveries.c.n)
    .where(
        deliveries.c.campaign_id == bindparam("campaign"),
        deliveries.c.revision == bindparam("revision"),
        deliveries.c.state.in_([state for state in _S if state not in FINAL]),
    )
    .limit(1)
)

_QUEUED = select(func.count()).select_from(
    select(deliveries.c.n)
    .where(
        deliveries.c.campaign_id == bindparam("campaign"),
        deliveries.c.revision == bindparam("revision"),
        deliveries.c.state == _S.QUEUED,
    )
    .limit(bindparam("number"))
    .subquery()
)


def open_count(conn: Connection, campaign_id: str, revision: int) -> int:
    """Deliveries that are not final."""
    query = (
        select(func.count())
        .select_from(deliveries)
        .where(
            deliveries.c.campaign_id == campaign_id,
            deliveries.c.revision == revision,
            deliveries.c.state.not_in(FINAL),
        )
    )
    return int(conn.scalar(query) or 0)


def anything_open(conn: Connection, campaign_id: str, revision: int) -> bool:
    """Is a delivery of this revision not final? Asked after every batch, so it looks at one index entry, where
    `open_count` reads those of the whole audience."""
    return conn.execute(_OPEN, {"campaign": campaign_id, "revision": revision}).first() is not None


def more_queued_than(conn: Connection, campaign_id: str, revision: int, number: int) -> bool:
    """Whether more than so many deliveries of this revision have not been tried yet. Reads no more than that many."""
    wanted = {"campaign": campaign_id, "revision": revision, "number": number + 1}
    return int(conn.scalar(_QUEUED, wanted) or 0) > number


def counts(conn: Connection, campaign_id: str | None = None) -> Sequence[Row[Any]]:
    """Rows (campaign_id, revision, channel, locale, state, reason, number, doubled)."""
    columns = (
        deliveries.c.campaign_id,
        deliveries.c.revision,
        deliveries.c.channel,
        deliveries.c.locale,
        deliveries.c.state,
        deliveries.c.reason,
    )
    query = (
        select(*columns, func.count().label("number"), func.sum(deliveries.c.possible_duplicates).label("doubled"))
        .group_by(*columns)
        .order_by(*columns)
    )
    if campaign_id is not None:
        query = query.where(deliveries.c.campaign_id == campaign_id)
    return conn.execute(query).all()


def open_batches(conn: Connection, *, limit: int = 10_000) -> Sequence[Row[str, str, str]]:
    """Batches (id, channel, lane) with work left: looked at again at start-up."""
    query = select(batches.c.id, batches.c.channel, batches.c.lane).where(_LEFT).limit(limit)
    return conn.execute(query).all()


def open_batches_of_page(conn: Connection, campaign_id: str, revision: int, step: int) -> Sequence[Row[str, str, str]]:
    """Batches (id, channel, lane) with work left that this page of planning wrote; `plan` names them by their page."""
    query = select(batches.c.id, batches.c.channel, batches.c.lane).where(
        batches.c.campaign_id == campaign_id, batches.c.revision == revision, batches.c.id.like(f"%.{step}-%"), _LEFT
    )
    return conn.execute(query.order_by(batches.c.id)).all()


_LEFT = exists().where(deliveries.c.batch_id == batches.c.id, deliveries.c.state.in_((_S.QUEUED, _S.SENDING)))
