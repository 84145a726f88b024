"""Backups of the whole database, taken while a desk works; and putting one back into an empty place.

SQLite: its online backup into one file. PostgreSQL: pg_dump's custom format through the server's own tools; the
password travels in the environment, never on a command line.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

from sqlalchemy import inspect

from emergency_kepu.domain.errors import TransientError, UserError
from emergency_kepu.store import migrate
from emergency_kepu.store.database import Database

_HEADER = b"SQLite format 3\x00"
_DUMP = b"PGDMP"


def backup(database: Database, target: Path) -> int:
    """Write a backup; its size in bytes. UserError when the file is there already: a backup is never overwritten."""
    if target.exists():
        msg = f"{target}: is there already; give a new name"
        raise UserError(msg)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        if database.path is not None:
            _copy(database.path, part)
        else:
            _run(database, "pg_dump", "--format=custom", f"--file={part}")
        part.chmod(0o600)  # it holds telephone numbers
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def restore(database: Database, source: Path) -> str:
    """Put a backup into an empty database and bring it up to this program's schema; returns the schema's revision.

    UserError when the file is no backup of this kind of database, or when the database is not empty: nothing is ever
    restored over what is there.
    """
    if not source.is_file():
        msg = f"{source}: no such file"
        raise UserError(msg)
    with source.open("rb") as file:
        head = file.read(16)
    if database.path is not None:
        _restore_sqlite(database.path, source, head)
    else:
        _restore_postgres(database, source, head)
    return migrate.ensure(database)


def _restore_sqlite(path: Path, source: Path, head: bytes) -> None:
    if head != _HEADER:
        msg = f"{source}: no backup of a SQLite database"
        raise UserError(msg)
    if path.exists() and path.stat().st_size:
        msg = f"{path}: is there already; move it away first, a backup is never restored over a database"
        raise UserError(msg)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        _copy(source, part)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def _restore_postgres(database: Database, source: Path, head: bytes) -> None:
    if not head.startswith(_DUMP):
        msg = f"{source}: no backup of a PostgreSQL database (pg_dump's custom format)"
        raise UserError(msg)
    with database.reading() as conn:
        tables = inspect(conn).get_table_names()
    if tables:
        msg = f"{database.url.database}: has tables already ({tables[0]} ...); restore into an empty database"
        raise UserError(msg)
    _run(database, "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", str(source))


def _copy(source: Path, target: Path) -> None:
    try:
        before = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
        after = sqlite3.connect(target)
        try:
            before.backup(after)
        finally:
            after.close()
            before.close()
    except sqlite3.Error as problem:
        msg = f"{source}: cannot be read as a database: {problem}"
        raise UserError(msg) from problem


def _run(database: Database, program: str, *words: str) -> None:
    """One of PostgreSQL's tools, on this database."""
    tool = _tool(program)
    url = database.url
    environ = {
        **os.environ,
        "PGHOST": url.host or "",
        "PGPORT": str(url.port or 5432),
        "PGUSER": url.username or "",
        "PGDATABASE": url.database or "",
        "PGCONNECT_TIMEOUT": "10",
    }
    if url.password:
        environ["PGPASSWORD"] = str(url.password)
    more = ["--dbname", url.database or ""] if program == "pg_restore" else []
    done = subprocess.run(  # noqa: S603 - a tool of PostgreSQL's, words of our own
        [tool, "--no-password", *more, *words], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode:
        msg = f"{program}: {' '.join(done.stderr.split())[-400:]}"
        raise TransientError(msg)


def _tool(program: str) -> str:
    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=lambda path: -int(path.parts[-3]))
    found = str(newest[0]) if newest else shutil.which(program)
    if not found:
        msg = f"{program} is not installed (Debian: postgresql-client); it must be as new as the server"
        raise UserError(msg)
    return found
