"""INSERT ... ON CONFLICT on both databases, through SQLAlchemy's two dialect constructs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def _insert(conn: Connection, table: Table) -> Any:
    return postgresql.insert(table) if conn.dialect.name == "postgresql" else sqlite.insert(table)


def insert_new(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert what is not there yet; returns how many rows were new. Any unique key counts as being there."""
    if not rows:
        return 0
    statement = _insert(conn, table).on_conflict_do_nothing()
    # psycopg counts inserted rows too, but SQLAlchemy only keeps that count when asked to
    found = conn.execute(statement, list(rows), execution_options={"preserve_rowcount": True})
    return int(found.rowcount)


def put(conn: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert, or replace the row with the same primary key."""
    put_all(conn, table, [row])


def put_all(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """`put` for many rows with the same columns: one statement, prepared once."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = _insert(conn, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), list(rows))
