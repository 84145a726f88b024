"""COPY, PostgreSQL's way in for many rows at once: what an audience file and the planning of a campaign write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import sql
from sqlalchemy import Connection, Table, column, select, text
from sqlalchemy import table as lightweight
from sqlalchemy.dialects import postgresql


def copy_rows(conn: Connection, target: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Append rows of plain values (instants as microseconds) in the connection's transaction.

    One that the table refuses ends the whole copy, as one statement.
    """
    raw = conn.connection.driver_connection
    assert raw is not None
    names = sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(target), names)
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def copy_and_put(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert, or replace the rows with the same primary key; of equal keys among `rows` the last one counts."""
    if not rows:
        return
    keys = [key.name for key in table.primary_key]
    names = list(rows[0])
    latest = {tuple(row[key] for key in keys): row for row in rows}
    incoming = f"incoming_{table.name}"
    # only the columns that we know, without their constraints: a later release may have added some with a default
    shape = select(*(table.c[name] for name in names)).compile(dialect=conn.dialect)
    conn.execute(text(f"CREATE TEMPORARY TABLE IF NOT EXISTS {incoming} ON COMMIT DROP AS {shape} WITH NO DATA"))
    copy_rows(conn, incoming, names, ([row[name] for name in names] for row in latest.values()))
    source = lightweight(incoming, *(column(name) for name in names))
    statement = postgresql.insert(table).from_select(names, select(*source.c))
    changed = {name: statement.excluded[name] for name in names if name not in keys}
    conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))
    conn.execute(text(f"TRUNCATE {incoming}"))
