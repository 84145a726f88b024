"""Instants and durations as people type them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from emergency_kepu.domain.errors import UserError

_DURATION = re.compile(r"(\d+(?:\.\d+)?)([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def instant(option: str, text: str | None) -> datetime:
    """An instant with an offset, in UTC; now when left out. UserError names the option and shows the form."""
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        msg = f"{option} {text!r}: not an instant; write it as 2026-06-30T13:30:00+08:00"
        raise UserError(msg) from problem
    if moment.tzinfo is None:
        msg = f"{option} {text!r}: has no offset; write it as {text}+08:00 or {text}Z"
        raise UserError(msg)
    return moment.astimezone(UTC)


def duration(option: str, text: str) -> timedelta:
    """`90m`, `2h`, `1.5d`. UserError names the option and shows the form."""
    found = _DURATION.fullmatch(text)
    if not found or not float(found[1]):
        msg = f"{option} {text!r}: write a duration as 90m, 2h or 1d"
        raise UserError(msg)
    return float(found[1]) * _UNITS[found[2]]
