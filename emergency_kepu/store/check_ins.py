"""What people told public pages. Written once, passed on by somebody at the desk, deleted after some days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, delete, func, or_, select, update

from emergency_kepu.domain.check_in import CheckIn, CheckInKind
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import NotFound, Refused
from emergency_kepu.store.tables import check_ins
from emergency_kepu.store.upsert import insert_new

MAX_OF_CAMPAIGN = 20_000
"""More than a desk can read: what comes then was made by machines, and must not fill the disk."""
_WAITS: ColumnElement[bool] = and_(check_ins.c.kind == CheckInKind.HELP.value, check_ins.c.passed_at.is_(None))
_rank = case((_WAITS, 0), else_=1)


class Wanted(NamedTuple):
    """Empty fields do not restrict."""

    campaign: str = ""
    kind: str = ""
    waiting: bool = False
    """Only calls for help that nobody has passed on."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Calls for help that nobody has passed on. `number` and `oldest` leave exercises out."""

    number: int
    oldest: datetime | None
    drills: int
    """On pages of exercises: somebody may mean it all the same."""


def add(conn: Connection, row: CheckIn) -> bool:
    """False when it is there already. Refused when the campaign has had more than a desk can read."""
    if conn.scalar(select(check_ins.c.id).where(check_ins.c.id == row.id)) is not None:
        return False
    count = select(func.count()).select_from(check_ins).where(check_ins.c.campaign_id == row.campaign_id)
    if int(conn.scalar(count) or 0) >= MAX_OF_CAMPAIGN:
        raise Refused(Reason.FLOOD, f"{row.campaign_id} has {MAX_OF_CAMPAIGN} check-ins already")
    return insert_new(conn, check_ins, [msgspec.structs.asdict(row)]) == 1


def find(conn: Connection, key: str) -> CheckIn | None:
    """None when there is none, or when it was deleted by its age."""
    row = conn.execute(select(check_ins).where(check_ins.c.id == key)).one_or_none()
    return None if row is None else _read(row)


def waiting(conn: Connection) -> Waiting:
    """How many, and since when the one waits that waits longest."""
    query = select(func.count(), func.min(check_ins.c.at)).where(_WAITS)
    number, oldest = conn.execute(query.where(check_ins.c.drill.is_(False))).one()
    drills, _ = conn.execute(query.where(check_ins.c.drill.is_(True))).one()
    return Waiting(number=int(number), oldest=oldest, drills=int(drills))


def listing(
    conn: Connection, wanted: Wanted, *, after: tuple[int, datetime, str] | None = None, limit: int
) -> list[CheckIn]:
    """Calls for help that wait first, in each part the newest first. `after`: rank, instant and id of the last seen."""
    query = _wanted(wanted).order_by(_rank, check_ins.c.at.desc(), check_ins.c.id).limit(limit)
    if after is not None:
        rank, at, key = after
        later = or_(check_ins.c.at < at, and_(check_ins.c.at == at, check_ins.c.id > key))
        query = query.where(or_(_rank > rank, and_(_rank == rank, later)))
    return [_read(row) for row in conn.execute(query)]


def rank_of(row: CheckIn) -> int:
    """Its part of `listing`: 0 waits for somebody."""
    return 0 if row.waits else 1


def everything(conn: Connection, wanted: Wanted) -> Iterator[CheckIn]:
    """The oldest first, for a file."""
    return (_read(row) for row in conn.execute(_wanted(wanted).order_by(check_ins.c.at, check_ins.c.id)))


def pass_on(conn: Connection, key: str, *, to: str, by: str, at: datetime) -> CheckIn:
    """Who and when stays as it was first said. NotFound; Refused when somebody has passed it on already."""
    ours = (check_ins.c.id == key, check_ins.c.passed_at.is_(None))
    changed = conn.execute(update(check_ins).where(*ours).values(passed_to=to, passed_by=by, passed_at=at))
    row = _get(conn, key)
    if not changed.rowcount:
        raise Refused(Reason.DUPLICATE, f"{row.passed_by} passed it on to {row.passed_to} already")
    return row


def take_back(conn: Connection, key: str) -> CheckIn:
    """It waits again: somebody pressed the wrong button. NotFound; Refused when it waits as it is."""
    ours = (check_ins.c.id == key, check_ins.c.passed_at.is_not(None))
    changed = conn.execute(update(check_ins).where(*ours).values(passed_to="", passed_by="", passed_at=None))
    row = _get(conn, key)
    if not changed.rowcount:
        raise Refused(Reason.NO_CHANGE, "nobody has passed it on")
    return row


def any_before(conn: Connection, before: datetime) -> bool:
    """Is there anything to forget?"""
    return conn.scalar(select(check_ins.c.id).where(check_ins.c.at < before).limit(1)) is not None


def forget(conn: Connection, *, before: datetime) -> int:
    """Delete what is older; how many that were."""
    return conn.execute(delete(check_ins).where(check_ins.c.at < before)).rowcount


def _wanted(wanted: Wanted) -> Select[Any]:
    query = select(check_ins)
    if wanted.campaign:
        query = query.where(check_ins.c.campaign_id == wanted.campaign)
    if wanted.kind:
        query = query.where(check_ins.c.kind == wanted.kind)
    return query.where(_WAITS) if wanted.waiting else query


def _get(conn: Connection, key: str) -> CheckIn:
    row = find(conn, key)
    if row is None:
        msg = f"no check-in {key}"
        raise NotFound(msg)
    return row


def _read(row: Row[Any]) -> CheckIn:
    return CheckIn(**{**row._mapping, "kind": CheckInKind(row.kind)})
