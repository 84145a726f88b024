"""Reads of console and API: pages by key, and counts that stay on an index."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, and_, func, literal, or_, select, tuple_

from emergency_kepu.desk.paging import Page, as_instant, as_number, cut, key_of
from emergency_kepu.desk.views import (
    ApprovalView,
    DeadLetterView,
    DecisionView,
    DeliveryGroup,
    DeliveryView,
    IncidentView,
    MessageView,
    masked,
)
from emergency_kepu.domain.incident import Incident
from emergency_kepu.store.codec import unpack
from emergency_kepu.store.tables import (
    approvals,
    campaigns,
    dead_letters,
    decisions,
    deliveries,
    incidents,
    messages,
)

Revision = tuple[str, int]


class DeliveryFilter(NamedTuple):
    """Empty fields do not restrict."""

    campaign: str | None = None
    revision: int | None = None
    incident: str | None = None
    channel: str | None = None
    locale: str | None = None
    state: str | None = None
    reason: str | None = None


def incident_page(
    conn: Connection, *, status: str | None, hazard: str | None, after: str | None, limit: int
) -> Page[IncidentView]:
    """Newest first."""
    query = select(incidents.c.incident).order_by(incidents.c.updated_at.desc(), incidents.c.id).limit(limit + 1)
    if status is not None:
        query = query.where(incidents.c.status == status)
    if hazard is not None:
        query = query.where(incidents.c.hazard == hazard)
    if key := key_of(after, tuple[int, str]):
        at = as_instant(int(key[0]))
        query = query.where(
            or_(incidents.c.updated_at < at, and_(incidents.c.updated_at == at, incidents.c.id > key[1]))
        )
    found = [IncidentView.of(unpack(raw, Incident)) for raw in conn.scalars(query)]
    return cut(found, limit, lambda row: (as_number(row.updated_at), row.id))


def campaign_keys(
    conn: Connection, *, state: str | None, incident: str | None, after: str | None, limit: int
) -> Page[tuple[int, str, int]]:
    """(created in microseconds, id, revision), newest first."""
    columns = (campaigns.c.created_at, campaigns.c.id, campaigns.c.revision)
    query = select(*columns).order_by(*(column.desc() for column in columns)).limit(limit + 1)
    if state is not None:
        query = query.where(campaigns.c.state == state)
    if incident is not None:
        query = query.where(campaigns.c.incident_id == incident)
    if key := key_of(after, tuple[int, str, int]):
        query = query.where(_before(columns, (as_instant(int(key[0])), *key[1:])))
    found = [(as_number(row.created_at), row.id, row.revision) for row in conn.execute(query)]
    return cut(found, limit, lambda row: row)


def _before(columns: Sequence[ColumnElement[Any]], values: Sequence[Any]) -> ColumnElement[bool]:
    typed = [literal(value, column.type) for column, value in zip(columns, values, strict=True)]
    return tuple_(*columns) < tuple_(*typed)


def delivery_page(conn: Connection, wanted: DeliveryFilter, *, after: str | None, limit: int) -> Page[DeliveryView]:
    """In order of batch and place in it, which is the order of the primary key."""
    query = select(deliveries).order_by(deliveries.c.batch_id, deliveries.c.n).limit(limit + 1)
    for column, value in (
        (deliveries.c.campaign_id, wanted.campaign),
        (deliveries.c.revision, wanted.revision),
        (deliveries.c.incident_id, wanted.incident),
        (deliveries.c.channel, wanted.channel),
        (deliveries.c.locale, wanted.locale),
        (deliveries.c.state, wanted.state),
        (deliveries.c.reason, wanted.reason),
    ):
        if value is not None:
            query = query.where(column == value)
    if key := key_of(after, tuple[str, int]):
        query = query.where(tuple_(deliveries.c.batch_id, deliveries.c.n) > tuple_(*key))
    page = cut(conn.execute(query).all(), limit, lambda row: (row.batch_id, row.n))
    return Page(items=[_delivery(row) for row in page.items], next=page.next)


def _delivery(row: Row[Any]) -> DeliveryView:
    return DeliveryView(
        id=f"{row.batch_id}/{row.n}",
        campaign_id=row.campaign_id,
        revision=row.revision,
        incident_id=row.incident_id,
        recipient_id=row.recipient_id,
        channel=row.channel,
        target=masked(row.target),
        locale=row.locale,
        state=row.state,
        attempt=row.attempt,
        reason=row.reason,
        # providers repeat the address in what they say
        detail=row.detail.replace(row.target, masked(row.target)) if row.detail and row.target else row.detail,
        next_at=row.next_at,
        updated_at=row.updated_at,
        sent_at=row.sent_at,
        possible_duplicates=row.possible_duplicates,
    )


def delivery_groups(conn: Connection, campaign_id: str, revision: int) -> tuple[DeliveryGroup, ...]:
    """Of one revision."""
    columns = (deliveries.c.channel, deliveries.c.locale, deliveries.c.state, deliveries.c.reason)
    query = (
        select(*columns, func.count().label("number"), func.sum(deliveries.c.possible_duplicates).label("doubled"))
        .where(deliveries.c.campaign_id == campaign_id, deliveries.c.revision == revision)
        .group_by(*columns)
        .order_by(*columns)
    )
    return tuple(
        DeliveryGroup(
            channel=row.channel,
            locale=row.locale,
            state=row.state,
            reason=row.reason,
            count=row.number,
            possible_duplicates=row.doubled or 0,
        )
        for row in conn.execute(query)
    )


def states_of(conn: Connection, revisions: Collection[Revision]) -> dict[Revision, dict[str, int]]:
    """Deliveries by state for some revisions; answered from the index on (campaign, revision, state) alone."""
    found: dict[Revision, dict[str, int]] = {key: {} for key in revisions}
    columns = (deliveries.c.campaign_id, deliveries.c.revision, deliveries.c.state)
    wanted = list(revisions)
    for start in range(0, len(wanted), 200):
        part = tuple_(deliveries.c.campaign_id, deliveries.c.revision).in_(wanted[start : start + 200])
        query = select(*columns, func.count().label("number")).where(part).group_by(*columns)
        for row in conn.execute(query):
            found[row.campaign_id, row.revision][row.state] = row.number
    return found


def approvals_of(conn: Connection, revisions: Collection[Revision]) -> dict[Revision, list[ApprovalView]]:
    """In the order in which they were given."""
    found: dict[Revision, list[ApprovalView]] = {key: [] for key in revisions}
    wanted = list(revisions)
    for start in range(0, len(wanted), 200):
        part = tuple_(approvals.c.campaign_id, approvals.c.revision).in_(wanted[start : start + 200])
        for row in conn.execute(select(approvals).where(part).order_by(approvals.c.at)):
            view = ApprovalView(revision=row.revision, actor=row.actor, at=row.at, note=row.note)
            found[row.campaign_id, row.revision].append(view)
    return found


def messages_of(conn: Connection, campaign_id: str, revision: int) -> tuple[MessageView, ...]:
    """The variants that were sent, whole."""
    query = (
        select(messages)
        .where(messages.c.campaign_id == campaign_id, messages.c.revision == revision)
        .order_by(messages.c.channel, messages.c.locale, messages.c.audience)
    )
    return tuple(
        MessageView(channel=row.channel, locale=row.locale, audience=row.audience, title=row.title, text=row.text)
        for row in conn.execute(query)
    )


def decision_page(
    conn: Connection,
    *,
    incident: str | None = None,
    campaign: str | None = None,
    action: str | None = None,
    reason: str | None = None,
    after: str | None,
    limit: int,
) -> Page[DecisionView]:
    """Newest first."""
    query = select(decisions).order_by(decisions.c.seq.desc()).limit(limit + 1)
    for column, value in (
        (decisions.c.incident_id, incident),
        (decisions.c.campaign_id, campaign),
        (decisions.c.action, action),
        (decisions.c.reason, reason),
    ):
        if value is not None:
            query = query.where(column == value)
    if key := key_of(after, tuple[int]):
        query = query.where(decisions.c.seq < key[0])
    fields = DecisionView.__struct_fields__
    found = [DecisionView(**{name: row._mapping[name] for name in fields}) for row in conn.execute(query)]
    return cut(found, limit, lambda row: (row.seq,))


def dead_page(
    conn: Connection, *, state: str | None, topic: str | None = None, after: str | None, limit: int
) -> Page[DeadLetterView]:
    """Newest first. The record itself stays where it is: it may be large, hostile, or both."""
    columns = [column for column in dead_letters.columns if column.name != "value"]
    size = func.length(dead_letters.c.value).label("size_bytes")
    query = select(*columns, size).order_by(dead_letters.c.seq.desc()).limit(limit + 1)
    if state is not None:
        query = query.where(dead_letters.c.state == state)
    if topic is not None:
        query = query.where(dead_letters.c.topic == topic)
    if key := key_of(after, tuple[int]):
        query = query.where(dead_letters.c.seq < key[0])
    fields = DeadLetterView.__struct_fields__
    found = [DeadLetterView(**{name: row._mapping[name] for name in fields}) for row in conn.execute(query)]
    return cut(found, limit, lambda row: (row.seq,))
