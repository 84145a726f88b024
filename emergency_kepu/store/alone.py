"""One process at a time holds a role on a database: a second one waits or is refused, a dead one holds nothing.

SQLite: a lock on a file beside the database, PostgreSQL: an advisory lock of a session. The operating system or the
server lets go of either when its process ends, also by `kill -9`; nothing has to run out first.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.store.database import Database

_REFUSED = (
    "another `kepu serve` already works on this database; with the embedded bus there is one {name}, use Kafka for "
    "more (docs/decisions/0001-embedded-bus-on-the-database.md)"
)


class Alone:
    """`take` before work begins, `release` after it has ended."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        digest = hashlib.blake2b(f"kepu/{name}".encode(), digest_size=8).digest()
        self._key = int.from_bytes(digest, signed=True)
        self._file = -1
        self._conn: Connection | None = None

    def take(self) -> None:
        """ConfigError when another process holds it."""
        if self._database.path is not None:
            self._file = os.open(f"{self._database.path}.{self._name}.lock", os.O_RDWR | os.O_CREAT, 0o644)
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as problem:
                self.release()
                raise ConfigError(_REFUSED.format(name=self._name)) from problem
            return
        self._conn = self._database.session()
        taken = self._conn.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}).scalar()
        self._conn.commit()
        if not taken:
            self.release()
            raise ConfigError(_REFUSED.format(name=self._name))

    def holds(self) -> bool:
        """Still ours? A session that the server lost holds nothing."""
        if self._file >= 0:
            return True
        if self._conn is None:
            return False
        try:
            self._conn.execute(text("SELECT 1"))
            self._conn.commit()
        except DBAPIError:
            self.release()
            return False
        return True

    def release(self) -> None:
        """Let the next one in. Idempotent."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        if self._conn is not None:
            engine = self._conn.engine
            with contextlib.suppress(DBAPIError):
                self._conn.close()
            engine.dispose()
            self._conn = None
