"""Dead letters: what could not be processed, with its reason. Nothing here is lost; a person replays or drops it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from emergency_kepu.bus.port import Record
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import NotFound, Refused
from emergency_kepu.store.tables import dead_letters
from emergency_kepu.store.upsert import insert_new


def bury(conn: Connection, record: Record, *, reason: Reason, detail: str, now: datetime) -> bool:
    """Keep a record that cannot be processed. False when it is there already."""
    row = {
        "topic": record.topic,
        "key": record.key,
        "record_id": record.id,
        "value": record.value,
        "reason": reason.value,
        "detail": detail[:2_000],
        "at": now,
        "state": "dead",
    }
    return insert_new(conn, dead_letters, [row]) == 1


def listing(conn: Connection, *, state: str = "dead", limit: int = 200) -> Sequence[Row[Any]]:
    """Newest first."""
    query = select(dead_letters).where(dead_letters.c.state == state).order_by(dead_letters.c.seq.desc()).limit(limit)
    return conn.execute(query).all()


def counts(conn: Connection) -> dict[str, int]:
    """Dead letters by topic: what the metric shows."""
    query = (
        select(dead_letters.c.topic, func.count()).where(dead_letters.c.state == "dead").group_by(dead_letters.c.topic)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def get(conn: Connection, seq: int) -> Row[Any]:
    """NotFound names the number."""
    found = conn.execute(select(dead_letters).where(dead_letters.c.seq == seq)).first()
    if found is None:
        msg = f"no dead letter {seq}; `kepu dead list` shows them"
        raise NotFound(msg)
    return found


def take_for_replay(conn: Connection, seq: int) -> Record:
    """Mark as replayed and return the record to publish. Refused when that was done already."""
    found = get(conn, seq)
    _move(conn, seq, "replayed")
    return Record(topic=found.topic, key=found.key, id=f"{found.record_id}/replay-{seq}", value=found.value, attempt=1)


def drop(conn: Connection, seq: int) -> None:
    """A person decided that this is nothing. It stays on record."""
    get(conn, seq)
    _move(conn, seq, "dropped")


def _move(conn: Connection, seq: int, state: str) -> None:
    statement = (
        update(dead_letters).where(dead_letters.c.seq == seq, dead_letters.c.state == "dead").values(state=state)
    )
    if conn.execute(statement).rowcount == 0:
        raise Refused(Reason.NO_CHANGE, f"dead letter {seq} was replayed or dropped before")
