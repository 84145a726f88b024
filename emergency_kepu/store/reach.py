"""Who was told: certainly, perhaps, or in this revision already."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, func, literal, or_, select

from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.delivery import REACHED, DeliveryState
from emergency_kepu.store.rowset import RowSet, document
from emergency_kepu.store.tables import deliveries

_S = DeliveryState


def reached(
    conn: Connection, campaign_id: str, revisions: Sequence[int], *, after: str, limit: int, overtaken: bool = False
) -> list[tuple[str, str, str, str]]:
    """(recipient, channel, target, locale) of whoever certainly or perhaps got one of these revisions.

    With `overtaken` also of those whose turn had not come when a newer revision took its place: an update must not
    leave them with neither. In order of recipient id, each once, beginning after `after`: the way of their newest
    delivery.
    """
    left_behind = and_(deliveries.c.state == _S.SKIPPED, deliveries.c.reason == Reason.SUPERSEDED, literal(overtaken))
    query = (
        select(
            deliveries.c.recipient_id,
            deliveries.c.channel,
            deliveries.c.target,
            deliveries.c.locale,
            func.max(deliveries.c.revision),
        )
        .where(
            deliveries.c.campaign_id == campaign_id,
            deliveries.c.revision.in_(revisions),
            or_(
                deliveries.c.state.in_(REACHED),
                deliveries.c.state == _S.SENDING,
                deliveries.c.maybe_sent.is_(True),
                left_behind,
            ),
            deliveries.c.recipient_id > after,
        )
        .group_by(deliveries.c.recipient_id, deliveries.c.channel, deliveries.c.target, deliveries.c.locale)
        .order_by(deliveries.c.recipient_id, func.max(deliveries.c.revision).desc())
        .limit(limit * 2)
    )
    found: dict[str, tuple[str, str, str, str]] = {}
    for row in conn.execute(query):
        found.setdefault(row[0], (row[0], row[1], row[2], row[3]))
        if len(found) == limit:
            break
    return list(found.values())


def already_planned(
    conn: Connection, campaign_id: str, revision: int, incident_id: str, recipient_ids: Sequence[str]
) -> set[str]:
    """Which of these recipients this revision has a delivery for."""
    if not recipient_ids:
        return set()
    rows = document([(recipient_id,) for recipient_id in recipient_ids])
    found = conn.execute(_of_incident(conn.dialect.name), {"incident": incident_id, "rows": rows})
    return {row[0] for row in found if row[1] == campaign_id and row[2] == revision}


@cache
def _of_incident(dialect: str) -> Select[Any]:
    """Asked by incident and recipient alone, which is an index: with campaign and revision in the condition a
    database takes theirs, and reads the whole audience for every page of it."""
    return select(deliveries.c.recipient_id, deliveries.c.campaign_id, deliveries.c.revision).where(
        deliveries.c.incident_id == bindparam("incident"),
        deliveries.c.recipient_id.in_(select(RowSet(dialect).text(0))),
    )
