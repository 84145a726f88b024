"""One process works on a database with the embedded bus: a second one is refused, and a dead one holds nothing.

SQLite: a lock on a file beside the database, PostgreSQL: an advisory lock of a session. The operating system or the
server lets go of either when its process ends, also by `kill -9`; nothing has to run out first.
"""

from __future__ import annotations

import fcntl
import os

from sqlalchemy import Connection, text

from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.store.database import Database

_KEY = 0x6B657075
"""`kepu` in ASCII."""
_REFUSED = (
    "another `kepu serve` already works on this database; with the embedded bus there is one, use Kafka for more "
    "(docs/decisions/0001-embedded-bus-on-the-database.md)"
)


class Alone:
    """`take` before work begins, `release` after it has ended."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._file = -1
        self._conn: Connection | None = None

    def take(self) -> None:
        """ConfigError when another process holds it."""
        if self._database.path is not None:
            self._file = os.open(f"{self._database.path}.lock", os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as problem:
                self.release()
                raise ConfigError(_REFUSED) from problem
            return
        self._conn = self._database.session()
        taken = self._conn.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _KEY}).scalar()
        self._conn.commit()
        if not taken:
            self.release()
            raise ConfigError(_REFUSED)

    def release(self) -> None:
        """Let the next one in. Idempotent."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        if self._conn is not None:
            self._conn.close()
            self._conn.engine.dispose()
            self._conn = None
