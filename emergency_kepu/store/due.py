"""What must wait: records to publish at an instant. Claimed under a lease with a fencing number.

Two schedulers may look at once; each entry goes to one of them, and a thawed one finds its fence outrun.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, delete, or_, select, update

from emergency_kepu.bus.port import LAUNCH, Record
from emergency_kepu.store.tables import due
from emergency_kepu.store.upsert import put


class DueRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One entry in hand."""

    id: str
    fence: int
    record: Record


def put_due(conn: Connection, record: Record, at: datetime) -> None:
    """Publish `record` at `at`. The same record again moves its time."""
    row = {
        "id": f"{record.topic}/{record.id}",
        "at": at,
        "topic": record.topic,
        "key": record.key,
        "value": record.value,
        "claimed_by": None,
        "lease_until": None,
    }
    put(conn, due, row)


def claim_due(
    conn: Connection, *, now: datetime, holder: str, lease_until: datetime, limit: int = 500
) -> Sequence[DueRecord]:
    """Entries whose time has come, now held by `holder` until `lease_until`."""
    query = (
        select(due)
        .where(due.c.at <= now, or_(due.c.lease_until.is_(None), due.c.lease_until <= now))
        .order_by(due.c.at, due.c.id)
        .limit(limit)
    )
    if conn.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    found: list[DueRecord] = []
    for row in conn.execute(query).all():
        fence = row.fence + 1
        held = (
            update(due)
            .where(due.c.id == row.id, due.c.fence == row.fence)
            .values(claimed_by=holder, lease_until=lease_until, fence=fence)
        )
        if conn.execute(held).rowcount == 1:
            record_id = row.id.removeprefix(f"{row.topic}/")
            record = Record(topic=row.topic, key=row.key, id=record_id, value=row.value)
            found.append(DueRecord(id=row.id, fence=fence, record=record))
    return found


def done(conn: Connection, entry: DueRecord) -> bool:
    """Published: forget it, unless another scheduler took it over meanwhile."""
    return conn.execute(delete(due).where(due.c.id == entry.id, due.c.fence == entry.fence)).rowcount == 1


def waiting(conn: Connection, key: str) -> list[tuple[datetime, bytes]]:
    """(when, value) of what waits to be launched under one key, the next first."""
    query = select(due.c.at, due.c.value).where(due.c.topic == LAUNCH, due.c.key == key).order_by(due.c.at, due.c.id)
    return [(row.at, row.value) for row in conn.execute(query)]


def next_instant(conn: Connection) -> datetime | None:
    """When the next entry is due."""
    return conn.scalar(select(due.c.at).order_by(due.c.at).limit(1))
