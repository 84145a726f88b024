"""Somebody at the desk says that an expert is away, or back: matching and asking heed it at once, on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.errors import NotFound, Refused, UserError
from emergency_kepu.domain.expert import Expert
from emergency_kepu.store import absences
from emergency_kepu.store.absences import AbsenceRow
from emergency_kepu.store.decisions import append_decision

LONGEST = timedelta(days=31)
"""What is longer belongs into `experts.yaml`."""


def send_away(conn: Connection, experts: Sequence[Expert], row: AbsenceRow, *, now: datetime) -> None:
    """NotFound for an unknown expert, UserError for a time that is over, ends before it begins or is too long."""
    _known(experts, row.expert)
    if row.starts_at.tzinfo is None or row.ends_at.tzinfo is None:
        msg = "from, until: write instants with an offset, e.g. 2026-06-30T13:30:00+08:00"
        raise UserError(msg)
    if row.ends_at <= max(now, row.starts_at) or row.ends_at - row.starts_at > LONGEST:
        msg = f"away: must end later than it begins and than now, and last {LONGEST.days} days at most"
        raise UserError(msg)
    if absences.add(conn, row):
        why = f": {row.comment}" if row.comment else ""
        span = f"{row.starts_at:%F %H:%MZ} to {row.ends_at:%F %H:%MZ}"
        _say(conn, f"{row.created_by} says that {row.expert} is away from {span}{why}", row.created_by, now)


def call_back(conn: Connection, experts: Sequence[Expert], expert: str, *, actor: str, now: datetime) -> None:
    """NotFound for an unknown expert; Refused when the desk has not said that they are away."""
    _known(experts, expert)
    if not absences.end(conn, expert, now):
        detail = f"nobody at the desk said that {expert} is away; absences of experts.yaml are changed there"
        raise Refused(Reason.NO_CHANGE, detail)
    _say(conn, f"{actor} says that {expert} is back", actor, now)


def _known(experts: Sequence[Expert], name: str) -> None:
    if all(expert.id != name for expert in experts):
        msg = f"no expert {name!r} in experts.yaml; `kepu experts list` shows them"
        raise NotFound(msg)


def _say(conn: Connection, detail: str, actor: str, now: datetime) -> None:
    decision = Decision(action=Action.WATCH, reason=Reason.OPERATOR, guard="desk", detail=detail)
    append_decision(conn, decision, at=now, subject="expert", actor=actor)
