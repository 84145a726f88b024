"""Many rows as one bound parameter: a JSON array that the database unfolds into a table; and the same on the way back.

One step of the database a batch instead of one a row. That is more than fewer round trips: on SQLite the interpreter
lock is let go once for the whole statement, where `executemany` and row by row fetching take it back for every row and
each time wait for the busy event loop (5 ms at worst).

Statements are built once a dialect and kept (`functools.cache` where they are made), because building one costs more
than running it for a hundred rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import JSON, ColumnElement, Connection, Integer, Select, bindparam, cast, column, func, select
from sqlalchemy import literal_column as verbatim
from sqlalchemy.types import String, TypeEngine

from emergency_kepu.store.types import to_micros

Cell = str | int | bool | None

_encoder = msgspec.json.Encoder()


class RowSet:
    """The bound parameter `name`, made by `document`, as rows to select from or to join with."""

    def __init__(self, dialect: str, name: str = "rows") -> None:
        value: Any = column("value", String)
        given = bindparam(name, type_=String)
        if dialect == "postgresql":
            unfolded = func.json_array_elements(cast(given, JSON)).table_valued(value)
        else:
            unfolded = func.json_each(given).table_valued(value)
        self._row: ColumnElement[Any] = unfolded.c.value

    def text(self, position: int) -> ColumnElement[Any]:
        """The cell at `position` as text; NULL for None."""
        return self._row.op("->>", return_type=String())(verbatim(str(position), Integer))

    def cell(self, position: int, kind: TypeEngine[Any]) -> ColumnElement[Any]:
        """The cell at `position` as another type."""
        return cast(self.text(position), kind)

    def numbers(self) -> Select[Any]:
        """For `in_`, where the parameter is a plain list of numbers."""
        return select(cast(cast(self._row, String), Integer))


def document(rows: Sequence[object]) -> str:
    """`rows`, each a tuple of the same width or each a number, as the value for a RowSet's parameter."""
    return _encoder.encode(rows).decode()


def micros(at: datetime | None) -> int | None:
    """An instant as a cell."""
    return None if at is None else to_micros(at)


def gathered(dialect: str, query: Select[Any]) -> Select[Any]:
    """`query` as one JSON value of all its rows; instants come as microseconds, rows in no promised order."""
    inner = query.subquery()
    if dialect == "postgresql":
        whole: ColumnElement[Any] = func.json_agg(func.json_build_array(*inner.c))
    else:
        whole = func.json_group_array(func.json_array(*inner.c))
    return select(cast(whole, String))


def fetch(conn: Connection, statement: Select[Any], parameters: dict[str, object]) -> Iterable[list[Any]]:
    """What a `gathered` statement found, row by row."""
    found = conn.scalar(statement, parameters)
    return msgspec.json.decode(found, type=list[list[Any]]) if found else []
