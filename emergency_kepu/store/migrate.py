"""Schema migrations: Alembic, driven from here so that no ini file is needed.

`ensure` is what every start does: an empty or older database is brought up to date, one that is newer than this
program is refused before anything is touched.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.store.database import Database
from emergency_kepu.store.locks import one_at_a_time

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
    """Upgrade to `head()`; returns the revision. ConfigError when the database is newer than this program."""
    with database.begin() as conn:
        # processes that start together on a new database: the second one finds the schema made
        one_at_a_time(conn, "migrate")
        at = current(conn)
        if at == head():
            return at
        known = {script.revision for script in ScriptDirectory(str(_SCRIPTS)).walk_revisions()}
        if at is not None and at not in known:
            msg = f"the database is at schema {at}, which this version does not know: start a newer version"
            raise ConfigError(msg)
        config = Config()
        config.set_main_option("script_location", str(_SCRIPTS))
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
    return head()
