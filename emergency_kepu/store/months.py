"""Deliveries and decisions by month: how the two tables that only grow are kept small enough, and forgotten. What
experts were asked and when they were away goes with them: it names people too.

On PostgreSQL each month is a partition, made ahead of its time; a month is forgotten by dropping its partition, which
takes milliseconds however large it is. What no partition was made for goes into a default one: no insert fails for want
of a month. SQLite has one table each, and rows are deleted a batch at a time between other work.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import structlog
from sqlalchemy import ColumnElement, Connection, Integer, column, delete, exists, or_, select, table, text, true

from emergency_kepu.domain.ask import OPEN as ASKING
from emergency_kepu.domain.delivery import FINAL
from emergency_kepu.domain.incident import IncidentStatus
from emergency_kepu.store.tables import absences, asks, batches, decisions, deliveries, incidents

log = structlog.get_logger(__name__)

AHEAD = 3
"""Months made before their time: a desk whose scheduler stands still for so long still finds its partition."""
_PER_STEP = 20
"""Batches whose deliveries SQLite deletes in one transaction: some thousand rows, a few milliseconds."""
_DECISIONS_PER_STEP = 2_000
_TABLES = (deliveries, decisions)
_OPEN = (IncidentStatus.OPEN,)
_NAME = re.compile(r"^(?:deliveries|decisions)_m(\d{6})$")


def month_of(at: datetime) -> int:
    """November 2026 in UTC is 202611."""
    return at.year * 100 + at.month


def later(month: int, by: int) -> int:
    """`by` months after (before, where negative)."""
    count = month // 100 * 12 + month % 100 - 1 + by
    return count // 12 * 100 + count % 12 + 1


def prepare(conn: Connection, now: datetime) -> list[str]:
    """Make the partitions of this month and the next ones; returns the names of the new. Nothing on SQLite.

    A month that the default partition already holds rows of stays there.
    """
    if conn.dialect.name != "postgresql":
        return []
    there = set(_partitions(conn))
    made = []
    for parent in _TABLES:
        if f"{parent.name}_default" not in there:
            conn.execute(text(f"CREATE TABLE {parent.name}_default PARTITION OF {parent.name} DEFAULT"))
        for month in (later(month_of(now), step) for step in range(AHEAD + 1)):
            name = f"{parent.name}_m{month}"
            if name in there or _in_default(conn, parent.name, month):
                continue
            conn.execute(
                text(f"CREATE TABLE {name} PARTITION OF {parent.name} FOR VALUES FROM ({month}) TO ({later(month, 1)})")
            )
            made.append(name)
    return made


def missing(conn: Connection, now: datetime) -> list[str]:
    """The partitions of this month and the next that are not there: rows go into the default one. PostgreSQL only."""
    there = set(_partitions(conn))
    wanted = [f"{parent.name}_m{later(month_of(now), step)}" for parent in _TABLES for step in (0, 1)]
    return [name for name in wanted if name not in there]


def forget(conn: Connection, *, before: int) -> int:
    """One step of forgetting what is older than the month `before`; 0 when nothing is left to do.

    What is still to be sent, and who was told of an incident that has not ended, is not forgotten: the month stays.
    """
    if conn.dialect.name == "postgresql":
        return _drop_one(conn, before) or _delete_rows(conn, before)
    return _delete_rows(conn, before)


def _drop_one(conn: Connection, before: int) -> int:
    for name in sorted(_partitions(conn)):
        found = _NAME.match(name)
        if found is None or int(found[1]) >= before:
            continue
        if name.startswith(deliveries.name) and _unfinished(conn, int(found[1])):
            continue
        conn.execute(text(f"DROP TABLE {name}"))
        log.info("month_forgotten", partition=name)
        return 1
    return 0


def _delete_rows(conn: Connection, before: int) -> int:
    """Rows of SQLite, and those of PostgreSQL's default partition; and batches that have no delivery left."""
    its = deliveries.c.batch_id == batches.c.id, deliveries.c.month == batches.c.month
    unfinished = exists().where(*its, _needed())
    old = select(batches.c.id).where(batches.c.created_at < _begin(before), batches.c.month < before, ~unfinished)
    ids = conn.scalars(old.order_by(batches.c.created_at).limit(_PER_STEP)).all()
    conn.execute(delete(deliveries).where(deliveries.c.batch_id.in_(ids), deliveries.c.month < before))
    conn.execute(delete(batches).where(batches.c.id.in_(ids)))
    aged = select(decisions.c.seq).where(decisions.c.at < _begin(before), decisions.c.month < before)
    seqs = conn.scalars(aged.order_by(decisions.c.at).limit(_DECISIONS_PER_STEP)).all()
    conn.execute(delete(decisions).where(decisions.c.seq.in_(seqs)))
    return len(ids) + len(seqs) + _delete_of_experts(conn, _begin(before))


def _delete_of_experts(conn: Connection, before: datetime) -> int:
    goes_on = exists().where(incidents.c.id == asks.c.incident_id, incidents.c.status.in_(_OPEN))
    over = asks.c.state.not_in(ASKING), asks.c.next_at.is_(None), ~goes_on
    ids = conn.scalars(select(asks.c.id).where(asks.c.created_at < before, *over).limit(_DECISIONS_PER_STEP)).all()
    conn.execute(delete(asks).where(asks.c.id.in_(ids)))
    ended = select(absences.c.id).where(absences.c.ends_at < before).limit(_DECISIONS_PER_STEP)
    away = conn.scalars(ended).all()
    conn.execute(delete(absences).where(absences.c.id.in_(away)))
    return len(ids) + len(away)


def _begin(month: int) -> datetime:
    return datetime(month // 100, month % 100, 1, tzinfo=UTC)


def _unfinished(conn: Connection, month: int) -> bool:
    """Something is still to be sent, or somebody to be told that it is over."""
    query = select(true()).where(deliveries.c.month == month, _needed()).limit(1)
    return conn.scalar(query) is not None


def _needed() -> ColumnElement[bool]:
    its_incident = exists().where(incidents.c.id == deliveries.c.incident_id, incidents.c.status.in_(_OPEN))
    return or_(deliveries.c.state.not_in(FINAL), its_incident)


def _in_default(conn: Connection, name: str, month: int) -> bool:
    query = select(true()).select_from(table(f"{name}_default")).where(column("month", Integer) == month).limit(1)
    return conn.scalar(query) is not None


def _partitions(conn: Connection) -> list[str]:
    query = text(
        "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid"
        " WHERE inhparent IN ('deliveries'::regclass, 'decisions'::regclass)"
    )
    return list(conn.scalars(query))
