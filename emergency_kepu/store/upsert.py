"""INSERT ... ON CONFLICT on both databases, through SQLAlchemy's two dialect constructs.

A statement is built once for each dialect, table and set of columns: building costs several times what it takes
SQLite to run it for one row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def _insert(dialect: str, table: Table) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _new(dialect: str, table: Table) -> Any:
    # psycopg counts inserted rows too, but SQLAlchemy only keeps that count when asked to
    return _insert(dialect, table).on_conflict_do_nothing().inline().execution_options(preserve_rowcount=True)


@cache
def _replace(dialect: str, table: Table, columns: tuple[str, ...]) -> Any:
    keys = [column.name for column in table.primary_key]
    statement = _insert(dialect, table)
    changed = {name: statement.excluded[name] for name in columns if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=changed).inline()


def insert_new(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert what is not there yet; returns how many rows were new. Any unique key counts as being there."""
    if not rows:
        return 0
    return int(conn.execute(_new(conn.dialect.name, table), _given(rows)).rowcount)


def put(conn: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert, or replace the row with the same primary key."""
    put_all(conn, table, [row])


def put_all(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """`put` for many rows with the same columns: one statement, prepared once."""
    if rows:
        conn.execute(_replace(conn.dialect.name, table, tuple(rows[0])), _given(rows))


def _given(rows: Sequence[Mapping[str, Any]]) -> Any:
    """One row as itself: `executemany` of one takes a longer way."""
    return rows[0] if len(rows) == 1 else list(rows)
