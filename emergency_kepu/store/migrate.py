"""Schema migrations: Alembic, driven from here so that no ini file is needed.

`ensure` is what every start does: an empty or older database is brought up to date. A newer one is worked with where it
says that it was only added to (`compatibility`): so the schema is upgraded first, then the processes one after the
other, while the rest go on. Otherwise it is refused before anything is touched.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, delete, insert, inspect, select

from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.store import months
from emergency_kepu.store.database import Database
from emergency_kepu.store.locks import one_at_a_time
from emergency_kepu.store.tables import compatibility

OLDEST = "0001"
"""Programs that know this revision can work with the schema of this one. Raise it where a column is renamed or dropped,
a release after nothing reads it any more."""
_SCRIPTS = Path(__file__).parent / "migrations"


def head() -> str:
    """The revision this program works with."""
    found = ScriptDirectory(str(_SCRIPTS)).get_current_head()
    assert found is not None
    return found


def current(conn: Connection) -> str | None:
    """The revision of a database; None when it is empty."""
    return MigrationContext.configure(conn).get_current_revision()


def ensure(database: Database) -> str:
    """Upgrade to `head()`; returns the revision. ConfigError when the database is newer than this program, and not
    for it too."""
    with database.begin() as conn:
        # processes that start together on a new database: the second one finds the schema made
        one_at_a_time(conn, "migrate")
        at = current(conn)
        if at == head():
            months.prepare(conn, datetime.now(UTC))
            return at
        known = {script.revision for script in ScriptDirectory(str(_SCRIPTS)).walk_revisions()}
        if at is not None and at not in known:
            if _oldest(conn) in known:
                return at
            msg = f"the database is at schema {at}, which this version does not know: start a newer version"
            raise ConfigError(msg)
        command.upgrade(_config(conn), "head")
        conn.execute(delete(compatibility))
        conn.execute(insert(compatibility), {"oldest": OLDEST})
        months.prepare(conn, datetime.now(UTC))
    return head()


def downgrade(database: Database, revision: str) -> None:
    """Back to an earlier revision, without what later ones added. For tests, and for a release that has to be taken
    back with everything stopped."""
    with database.begin() as conn:
        one_at_a_time(conn, "migrate")
        command.downgrade(_config(conn), revision)


def _config(conn: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = conn
    return config


def _oldest(conn: Connection) -> str | None:
    if not inspect(conn).has_table(compatibility.name):
        return None
    found: str | None = conn.scalar(select(compatibility.c.oldest))
    return found
