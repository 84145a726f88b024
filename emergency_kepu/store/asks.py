"""Questions to experts. Every change names the row as its maker saw it: of two at once one is done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select, update

from emergency_kepu.domain.ask import Ask, AskState
from emergency_kepu.domain.incident import IncidentStatus
from emergency_kepu.store.codec import pack, unpack
from emergency_kepu.store.tables import asks, incidents
from emergency_kepu.store.upsert import insert_new


def add(conn: Connection, ask: Ask) -> bool:
    """False when it is there already."""
    row = msgspec.structs.asdict(ask)
    return insert_new(conn, asks, [{**row, "state": ask.state.value, "answer": pack(ask.answer)}]) == 1


def find(conn: Connection, ask_id: str) -> Ask | None:
    """By id; None when there is none."""
    found = conn.execute(select(asks).where(asks.c.id == ask_id)).first()
    return None if found is None else _ask(found)


def of_incident(conn: Connection, incident_id: str) -> list[Ask]:
    """In the order in which they were asked."""
    query = (
        select(asks)
        .where(asks.c.incident_id == incident_id)
        .order_by(asks.c.created_at, asks.c.expert == "", asks.c.id)
    )
    return [_ask(found) for found in conn.execute(query)]


def due(conn: Connection, now: datetime, limit: int = 50) -> list[Ask]:
    """For which something has to happen now, the oldest first."""
    query = select(asks).where(asks.c.next_at <= now).order_by(asks.c.next_at, asks.c.id).limit(limit)
    return [_ask(found) for found in conn.execute(query)]


def next_instant(conn: Connection) -> datetime | None:
    """When something has to happen next."""
    return conn.scalar(select(asks.c.next_at).where(asks.c.next_at.is_not(None)).order_by(asks.c.next_at).limit(1))


def at_desk(conn: Connection, limit: int = 50) -> list[Ask]:
    """What no expert has answered of incidents that go on, the oldest first."""
    query = (
        select(asks)
        .join(incidents, incidents.c.id == asks.c.incident_id)
        .where(asks.c.state == AskState.DESK.value, incidents.c.status == IncidentStatus.OPEN.value)
        .order_by(asks.c.created_at, asks.c.id)
        .limit(limit)
    )
    return [_ask(found) for found in conn.execute(query)]


def change(conn: Connection, ask: Ask, **changes: Any) -> Ask | None:
    """The row with these changes; None when somebody else has changed it since `ask` was read."""
    after = msgspec.structs.replace(ask, **changes, fence=ask.fence + 1)
    values = {**changes, "fence": after.fence}
    if "answer" in values:
        values["answer"] = pack(values["answer"])
    if "state" in values:
        values["state"] = AskState(values["state"]).value
    statement = update(asks).where(asks.c.id == ask.id, asks.c.fence == ask.fence).values(**values)
    return after if conn.execute(statement).rowcount == 1 else None


def _ask(found: Row[Any]) -> Ask:
    values = dict(found._mapping)
    values["state"] = AskState(values["state"])
    values["answer"] = unpack(values["answer"], dict[str, str])
    return Ask(**values)
