"""Experts who are away as somebody at the desk said, on top of what `experts.yaml` knows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select, update

from emergency_kepu.domain.expert import Absence, Expert
from emergency_kepu.store.tables import absences
from emergency_kepu.store.upsert import insert_new


class AbsenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One, as stored. Instants UTC; the end is excluded."""

    expert: str
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str


def add(conn: Connection, row: AbsenceRow) -> bool:
    """False when it is there already."""
    name = f"{row.expert}\x1f{row.starts_at.isoformat()}\x1f{row.ends_at.isoformat()}\x1f{row.created_by}"
    key = hashlib.blake2b(name.encode(), digest_size=8).hexdigest()
    return insert_new(conn, absences, [{"id": key, **msgspec.structs.asdict(row)}]) == 1


def upcoming(conn: Connection, now: datetime) -> list[AbsenceRow]:
    """Those that hold now or later, the first to begin first."""
    columns = [absences.c[name] for name in AbsenceRow.__struct_fields__]
    query = select(*columns).where(absences.c.ends_at > now).order_by(absences.c.starts_at, absences.c.expert)
    return [AbsenceRow(**row._mapping) for row in conn.execute(query)]


def end(conn: Connection, expert: str, now: datetime) -> int:
    """Back now: what holds ends here, what was to come does not; how many that were."""
    ours = (absences.c.expert == expert, absences.c.ends_at > now)
    return conn.execute(update(absences).where(*ours).values(ends_at=now)).rowcount


def as_they_are(conn: Connection, experts: Sequence[Expert], now: datetime) -> tuple[Expert, ...]:
    """The experts of `experts.yaml` with what the desk said of their absences at this instant."""
    if not experts:
        return ()
    away: dict[str, list[Absence]] = {}
    query = select(absences).where(absences.c.ends_at > now, absences.c.starts_at <= now)
    for row in conn.execute(query):
        away.setdefault(row.expert, []).append(Absence(start=row.starts_at, end=row.ends_at))
    return tuple(
        msgspec.structs.replace(expert, away=(*expert.away, *away[expert.id])) if expert.id in away else expert
        for expert in experts
    )
