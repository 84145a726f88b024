"""A backup taken of a working database, put back into an empty one, holds everything."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from emergency_kepu.domain.errors import UserError
from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from emergency_kepu.store import migrate, recipients
from emergency_kepu.store.backup import backup, restore
from emergency_kepu.store.database import Database
from emergency_kepu.store.tables import metadata
from tests.services import postgres_url


def fill(database: Database) -> None:
    migrate.ensure(database)
    someone = Recipient(
        id="p-1",
        kind=RecipientKind.PERSON,
        locale="zh-CN",
        place="511123",
        addresses=(Address(channel="sms", target="+8613800000001"),),
    )
    with database.begin() as conn:
        recipients.save_all(conn, [someone])
        recipients.opt_out(conn, channel="sms", target="+1", at=datetime(2026, 6, 30, tzinfo=UTC), source="x")


def counts(database: Database) -> dict[str, int]:
    with database.reading() as conn:
        return {
            name: int(conn.scalar(select(func.count()).select_from(table)) or 0)
            for name, table in metadata.tables.items()
        }


def other(url: str, tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path}/other.db" if url.startswith("sqlite") else postgres_url())


def test_there_and_back(store_url: str, tmp_path: Path) -> None:
    database = Database(store_url)
    fill(database)
    file = tmp_path / "backups" / "kepu.backup"

    assert backup(database, file) == file.stat().st_size
    assert file.stat().st_mode & 0o077 == 0, "nobody else may read telephone numbers"
    with pytest.raises(UserError, match="already"):
        backup(database, file)

    empty = other(store_url, tmp_path)
    assert restore(empty, file) == migrate.head()
    assert counts(empty) == counts(database)
    assert counts(empty)["recipients"] == 1
    with pytest.raises(UserError, match="already"):
        restore(empty, file)


def test_what_is_no_backup_is_refused_and_changes_nothing(store_url: str, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("dear desk", encoding="utf-8")
    empty = other(store_url, tmp_path)
    with pytest.raises(UserError, match="no backup"):
        restore(empty, file)
    with pytest.raises(UserError, match="no such file"):
        restore(empty, tmp_path / "nowhere")
    migrate.ensure(empty)
