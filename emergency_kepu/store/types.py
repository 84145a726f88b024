"""Column types that the two databases must agree on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_micros(value: datetime) -> int:
    """Microseconds since 1970. ValueError for a naive datetime: it would be a wrong time in an alert."""
    if value.tzinfo is None:
        msg = f"naive datetime {value!r} given to the store"
        raise ValueError(msg)
    return (value - _EPOCH) // timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant as microseconds since 1970: the same order, precision and index on every database.

    A naive datetime is refused: it would be a wrong time in an alert.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)
