"""What the desk does with a check-in: a page of them, passing one on, taking that back. Console and CLI share it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from emergency_kepu.desk.check_in_views import hidden
from emergency_kepu.desk.paging import Page, as_instant, as_number, cut, key_of
from emergency_kepu.domain.check_in import CheckIn
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.errors import UserError
from emergency_kepu.store import check_ins
from emergency_kepu.store.check_ins import Wanted
from emergency_kepu.store.decisions import append_decision

MAX_TO = 120
"""Characters of "passed on to ..."."""


def page(conn: Connection, wanted: Wanted, *, whole: bool, after: str | None, limit: int) -> Page[CheckIn]:
    """Calls for help that wait first, then the newest. Not `whole`: personal data is hidden."""
    key = key_of(after, tuple[int, int, str])
    last = (int(key[0]), as_instant(int(key[1])), str(key[2])) if key else None
    found = check_ins.listing(conn, wanted, after=last, limit=limit + 1)
    shown = cut(found, limit, lambda row: (check_ins.rank_of(row), as_number(row.at), row.id))
    return shown if whole else Page(items=[hidden(row) for row in shown.items], next=shown.next)


def pass_on(conn: Connection, key: str, *, to: str, actor: str, now: datetime) -> CheckIn:
    """Somebody hands it on and says to whom: that is on record, what was told is not. UserError without a `to`."""
    to = " ".join(to.split())
    if not to or len(to) > MAX_TO:
        msg = f"to whom was it passed on? Give 1 to {MAX_TO} characters, e.g. the fire brigade's control room"
        raise UserError(msg)
    row = check_ins.pass_on(conn, key, to=to, by=actor, at=now)
    _record(conn, row, f"{actor} passed check-in {key} on to {to}", actor, now)
    return row


def take_back(conn: Connection, key: str, *, actor: str, now: datetime) -> CheckIn:
    """It waits again."""
    row = check_ins.take_back(conn, key)
    _record(conn, row, f"{actor} says that check-in {key} was not passed on after all", actor, now)
    return row


def record_export(conn: Connection, number: int, wanted: Wanted, *, actor: str, now: datetime) -> None:
    """Whole personal data left the desk: by whom, and how much."""
    about = f" of {wanted.campaign}" if wanted.campaign else ""
    detail = f"{actor} exported {number} check-ins{about}"
    decision = Decision(action=Action.WATCH, reason=Reason.OPERATOR, guard="desk", detail=detail)
    append_decision(conn, decision, at=now, subject="check_in", actor=actor, campaign_id=wanted.campaign or None)


def _record(conn: Connection, row: CheckIn, detail: str, actor: str, now: datetime) -> None:
    decision = Decision(action=Action.WATCH, reason=Reason.OPERATOR, guard="desk", detail=detail)
    append_decision(conn, decision, at=now, subject="check_in", actor=actor, campaign_id=row.campaign_id)
