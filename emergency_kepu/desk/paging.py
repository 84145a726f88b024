"""Pages by key: a cursor names the last row seen, so a page costs the same at any depth and none is skipped or
repeated while rows are added."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

import msgspec

from emergency_kepu.domain.errors import UserError

MAX_PAGE = 500
"""Rows of one page at most."""
_LARGEST = 2**57
"""Fits both databases' integers, and as microseconds an instant before the year 9999."""
_FOREIGN = "`after` is no cursor of this list; take it from `next` of the page before"

T = TypeVar("T")
Key = tuple[str | int, ...]


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """Some rows, and where the next ones begin: `next` is given back as `after`; null when there are no more."""

    items: list[T]
    next: str | None


def cut(rows: Sequence[T], limit: int, key: Callable[[T], Key]) -> Page[T]:
    """A page out of up to `limit + 1` rows: the one too many tells that there are more."""
    items = list(rows[:limit])
    more = len(rows) > limit
    return Page(items=items, next=_encode(key(items[-1])) if more else None)


def key_of(after: str | None, kind: type[Key]) -> Key | None:
    """The key in a cursor. UserError when it is none of ours."""
    if after is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(after.encode() + b"=" * (-len(after) % 4))
        key = msgspec.json.decode(raw, type=kind)
    except (ValueError, binascii.Error, msgspec.DecodeError) as problem:
        raise UserError(_FOREIGN) from problem
    if any(isinstance(part, int) and abs(part) > _LARGEST for part in key):
        raise UserError(_FOREIGN)
    return key


def as_number(at: datetime) -> int:
    """An instant inside a cursor: microseconds since 1970, as the store keeps it."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def as_instant(number: int) -> datetime:
    """The way back."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=number)


def _encode(key: Key) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")
