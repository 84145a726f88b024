"""One at a time: what a single SQLite writer gives for free, and several PostgreSQL connections must ask for."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, text


def one_at_a_time(conn: Connection, name: str) -> None:
    """Wait until no other transaction holds this name; held until this transaction ends.

    Used where a decision is read from what is there and then written: two alerts of one event judged side by side would
    open two incidents.
    """
    if conn.dialect.name == "postgresql":
        key = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
