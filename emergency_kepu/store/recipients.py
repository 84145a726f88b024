"""Recipients in pages, by place, kind and tag; and who has opted out."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, bindparam, cast, delete, func, or_, select, text

from emergency_kepu.domain.recipient import AudienceQuery, Recipient, RecipientKind, place_prefix
from emergency_kepu.store.codec import pack, unpack
from emergency_kepu.store.rowset import RowSet, document
from emergency_kepu.store.tables import opt_outs, recipients
from emergency_kepu.store.upsert import insert_new, put_all

_SAVE_PAGE = 1_000
_COPY_PAGE = 20_000


def save_all(conn: Connection, new: Iterable[Recipient]) -> int:
    """Insert or replace; returns how many."""
    saved = 0
    rows = (_row(recipient) for recipient in new)
    copies = conn.dialect.name == "postgresql"
    while chunk := list(itertools.islice(rows, _COPY_PAGE if copies else _SAVE_PAGE)):
        if copies:
            from emergency_kepu.store.copy import copy_and_put  # needs the `postgres` extra

            copy_and_put(conn, recipients, chunk)
        else:
            put_all(conn, recipients, chunk)
        saved += len(chunk)
    if copies and saved >= _COPY_PAGE:
        conn.execute(text("ANALYZE recipients"))  # until then PostgreSQL plans with what it knew of an empty table
    return saved


def page(conn: Connection, query: AudienceQuery, *, after: str, limit: int, in_order: bool = False) -> list[Recipient]:
    """The next recipients in order of id, beginning after `after`. The same either way: `in_order` walks the ids,
    which costs one pass over all recipients for all pages together; without it the index of places is used, which is
    best for a county, but sorts the whole audience for every page."""
    statement = _page(conn.dialect.name, query, in_order)
    wanted = {"after": after, "number": limit}
    if conn.dialect.name != "sqlite":
        return [unpack(raw, Recipient) for raw in conn.scalars(statement, wanted)]
    return sorted(unpack(conn.scalar(statement, wanted) or "[]", list[Recipient]), key=_id_of)


@lru_cache(maxsize=64)
def _page(dialect: str, query: AudienceQuery, in_order: bool) -> Select[Any]:
    """Built once an audience: it is asked for every page of it."""
    place: ColumnElement[str] = recipients.c.place
    if in_order and dialect == "sqlite":
        place = place.concat("")  # no longer the indexed column
    chosen = select(recipients.c.id, recipients.c.recipient).where(
        _condition(query, place), recipients.c.id > bindparam("after")
    )
    if dialect == "postgresql" and not in_order:
        # Selected first and sorted then: in order of id PostgreSQL would walk through millions in search of the one
        # reader of a county.
        found = chosen.cte("chosen").prefix_with("MATERIALIZED", dialect="postgresql")
        return select(found.c.recipient).order_by(found.c.id).limit(bindparam("number"))
    statement = chosen.with_only_columns(recipients.c.recipient).order_by(recipients.c.id).limit(bindparam("number"))
    if dialect != "sqlite":
        return statement
    # one value instead of thousands of rows: see `rowset`
    return select(func.json_group_array(func.json(cast(statement.subquery().c.recipient, Text))))


def by_ids(conn: Connection, ids: Sequence[str]) -> dict[str, Recipient]:
    """Those of these that exist."""
    found: dict[str, Recipient] = {}
    for start in range(0, len(ids), 500):
        query = select(recipients.c.recipient).where(recipients.c.id.in_(ids[start : start + 500]))
        found.update((recipient.id, recipient) for recipient in (unpack(raw, Recipient) for raw in conn.scalars(query)))
    return found


def count(conn: Connection, query: AudienceQuery) -> int:
    """How many a query selects: what the blast radius is."""
    return int(conn.scalar(_matching(select(func.count()).select_from(recipients), query)) or 0)


def more_than(conn: Connection, query: AudienceQuery, number: int) -> bool:
    """Whether a query selects more than `number`, without counting a million."""
    some = _matching(select(recipients.c.id), query).limit(number + 1).subquery()
    return int(conn.scalar(select(func.count()).select_from(some)) or 0) > number


def purge(conn: Connection, query: AudienceQuery) -> int:
    """Delete those selected; returns how many."""
    return int(conn.execute(delete(recipients).where(_condition(query))).rowcount)


def opt_out(conn: Connection, *, channel: str, target: str, at: datetime, source: str) -> None:
    """This address wants nothing more on this channel."""
    insert_new(conn, opt_outs, [{"channel": channel, "target": target, "at": at, "source": source}])


def opted_out(conn: Connection, targets: Sequence[str]) -> frozenset[tuple[str, str]]:
    """(channel, target) pairs among these targets that refused."""
    if not targets:
        return frozenset()
    rows = document([(target,) for target in dict.fromkeys(targets)])
    found = conn.execute(_opted_out(conn.dialect.name), {"rows": rows})
    return frozenset((row[0], row[1]) for row in found)


@cache
def _opted_out(dialect: str) -> Select[Any]:
    wanted = select(RowSet(dialect).text(0))
    return select(opt_outs.c.channel, opt_outs.c.target).where(opt_outs.c.target.in_(wanted))


def _id_of(recipient: Recipient) -> str:
    return recipient.id


def _matching(statement: Select[Any], query: AudienceQuery) -> Select[Any]:
    return statement.where(_condition(query))


def _condition(query: AudienceQuery, place: ColumnElement[str] = recipients.c.place) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [recipients.c.drill.is_(query.drill)]
    if query.nobody:
        conditions.append(recipients.c.id.is_(None))
    if query.places:
        # A range on the indexed column: LIKE 'x%' would not use the index on every database.
        prefixes = sorted({place_prefix(code) for code in query.places})
        inside = or_(*(and_(place >= prefix, place < prefix + "~") for prefix in prefixes))
        # the broadcaster of a whole city or province is heard in its counties
        above = sorted({code[:size] + "0" * (6 - size) for code in query.places if code.isdigit() for size in (2, 4)})
        heard = and_(recipients.c.kind == RecipientKind.BROADCASTER, place.in_(above))
        conditions.append(or_(inside, heard))
    if query.kinds:
        conditions.append(recipients.c.kind.in_(query.kinds))
    if query.locales:
        conditions.append(recipients.c.locale.in_(query.locales))
    if query.tags_any:
        conditions.append(or_(*(_tagged(tag) for tag in query.tags_any)))
    conditions.extend(_tagged(tag) for tag in query.tags_all)
    return and_(*conditions)


def _tagged(tag: str) -> ColumnElement[bool]:
    return recipients.c.tags.contains(f"|{tag}|", autoescape=True)


def _row(recipient: Recipient) -> dict[str, Any]:
    return {
        "id": recipient.id,
        "kind": recipient.kind.value,
        "locale": recipient.locale,
        "place": recipient.place,
        "lat": recipient.lat,
        "lon": recipient.lon,
        "tags": "".join(f"|{tag}|" for tag in recipient.tags),
        "drill": recipient.drill,
        "recipient": pack(recipient),
    }
