"""Silences: what the desk has asked to be quiet about, until when, and who asked."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, select, update

from emergency_kepu.domain.errors import NotFound
from emergency_kepu.domain.silence import Silence
from emergency_kepu.store.codec import pack, unpack
from emergency_kepu.store.tables import silences
from emergency_kepu.store.upsert import insert_new


def add(conn: Connection, silence: Silence) -> bool:
    """False when it is there already."""
    row = {
        "id": silence.id,
        "matcher": pack(silence),
        "starts_at": silence.starts_at,
        "ends_at": silence.ends_at,
        "created_by": silence.created_by,
        "comment": silence.comment,
    }
    return insert_new(conn, silences, [row]) == 1


def active(conn: Connection, now: datetime) -> list[Silence]:
    """Those that hold now, the one that ends last first."""
    query = (
        select(silences.c.matcher)
        .where(silences.c.starts_at <= now, silences.c.ends_at > now)
        .order_by(silences.c.ends_at.desc(), silences.c.id)
    )
    return [unpack(raw, Silence) for raw in conn.scalars(query)]


def listing(conn: Connection, *, limit: int = 200) -> list[Silence]:
    """Newest first, also those that are over."""
    query = select(silences.c.matcher).order_by(silences.c.starts_at.desc(), silences.c.id).limit(limit)
    return [unpack(raw, Silence) for raw in conn.scalars(query)]


def expire(conn: Connection, silence_id: str, now: datetime) -> Silence:
    """End it now. NotFound when no such silence still holds."""
    raw = conn.scalar(select(silences.c.matcher).where(silences.c.id == silence_id, silences.c.ends_at > now))
    if raw is None:
        msg = f"no silence {silence_id!r} that still holds; `kepu silence list` shows them"
        raise NotFound(msg)
    ended = msgspec.structs.replace(unpack(raw, Silence), ends_at=now)
    conn.execute(update(silences).where(silences.c.id == silence_id).values(ends_at=now, matcher=pack(ended)))
    return ended
