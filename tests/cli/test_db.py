"""`kepu db`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from emergency_kepu.store import migrate
from emergency_kepu.store.database import Database
from tests.cli.conftest import Done

Kepu = Callable[..., Done]


def test_status_before_and_after_an_upgrade(kepu: Kepu) -> None:
    before = kepu("db", "status", "--json")
    assert (before.code, before.json) == (1, {"found": None, "wanted": migrate.head()})

    first, again = kepu("db", "upgrade", "--json"), kepu("db", "upgrade")

    assert first.json == {"before": None, "after": migrate.head()}
    assert (again.code, again.out) == (0, f"schema {migrate.head()}\n")
    assert kepu("db", "status").code == 0


def test_a_schema_of_a_newer_program_is_refused(kepu: Kepu, tmp_path: Path) -> None:
    kepu("db", "upgrade")
    with Database(f"sqlite:///{tmp_path}/kepu.db").begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        conn.exec_driver_sql("UPDATE compatibility SET oldest = '9998'")

    done = kepu("db", "upgrade")

    assert done.code == 2
    assert "9999" in done.err
