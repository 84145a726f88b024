"""How often a public page was opened, answered and understood: numbers, and nothing about anybody."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from emergency_kepu.store.tables import page_counts


class PageKey(NamedTuple):
    """What is counted apart."""

    campaign_id: str
    revision: int
    locale: str
    what: str
    """opened, answered (the three questions), understood (all of them right)."""


def add_up(conn: Connection, counted: Mapping[PageKey, int]) -> None:
    """Add to what was counted before."""
    rows = [{**key._asdict(), "number": number} for key, number in sorted(counted.items()) if number]
    if rows:
        conn.execute(_adding(conn.dialect.name), rows)


@cache
def _adding(dialect: str) -> Any:
    table = page_counts
    statement: Any = postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    more = table.c.number + statement.excluded.number
    return statement.on_conflict_do_update(index_elements=keys, set_={"number": more})


def of_campaign(conn: Connection, campaign_id: str) -> list[tuple[PageKey, int]]:
    """The newest revision first."""
    query = (
        select(page_counts)
        .where(page_counts.c.campaign_id == campaign_id)
        .order_by(page_counts.c.revision.desc(), page_counts.c.locale, page_counts.c.what)
    )
    return [
        (PageKey(row.campaign_id, row.revision, row.locale, row.what), int(row.number)) for row in conn.execute(query)
    ]
