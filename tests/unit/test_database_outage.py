"""The writer outlives what its disk does to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from emergency_kepu.store import database as module
from emergency_kepu.store.database import Database


async def test_a_checkpoint_that_fails_does_not_end_the_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_IDLE_SECONDS", 0.001)
    tried: list[None] = []

    def full(_self: Database, _conn: Connection) -> None:
        tried.append(None)
        msg = "database or disk is full"
        raise OSError(msg)

    database = Database(f"sqlite:///{tmp_path}/kepu.db")
    monkeypatch.setattr(Database, "_checkpoint", full)
    await database.start()
    await database.write(lambda conn: conn.execute(text("CREATE TABLE t (n INTEGER)")))
    while not tried:
        await database.read(lambda conn: conn.scalar(text("SELECT 1")))

    await database.write(lambda conn: conn.execute(text("INSERT INTO t VALUES (1)")))
    assert await database.read(lambda conn: conn.scalar(text("SELECT count(*) FROM t"))) == 1
    await database.stop()


def test_a_server_that_is_gone_without_a_word_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}
    monkeypatch.setattr(module, "create_engine", lambda _url, **more: given.update(more["connect_args"]))

    Database("postgresql+psycopg://postgres@127.0.0.1:1/kepu")

    assert given["tcp_user_timeout"] == 20_000, "who writes waits no longer than that, in milliseconds"
    assert given["keepalives_idle"] == 10
