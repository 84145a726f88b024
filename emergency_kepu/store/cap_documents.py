"""CAP documents of our own, kept as they were first published: an identifier never names two texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from emergency_kepu.store.tables import cap_documents
from emergency_kepu.store.upsert import insert_new

_AT_ONCE = 500
"""Identifiers in one question: SQLite takes no more than some thousand values."""


class CapDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One, with what its entry in the feed says. `updated` UTC."""

    identifier: str
    updated: datetime
    title: str
    document: bytes


def keep(conn: Connection, sender: str, found: Sequence[CapDocument]) -> dict[str, CapDocument]:
    """What stands under these identifiers from now on: where another process was faster, or an older release had
    published it, that one's text and not this one's."""
    insert_new(conn, cap_documents, [{"sender": sender, **msgspec.structs.asdict(one)} for one in found])
    return kept(conn, sender, [one.identifier for one in found])


def kept(conn: Connection, sender: str, identifiers: Collection[str]) -> dict[str, CapDocument]:
    """Those that are there, by identifier."""
    found: dict[str, CapDocument] = {}
    wanted = list(identifiers)
    columns = [cap_documents.c[name] for name in CapDocument.__struct_fields__]
    for start in range(0, len(wanted), _AT_ONCE):
        part = cap_documents.c.identifier.in_(wanted[start : start + _AT_ONCE])
        for row in conn.execute(select(*columns).where(cap_documents.c.sender == sender, part)):
            found[row.identifier] = CapDocument(**row._mapping)
    return found
