"""The database behind one small port: write in one owning thread with group commit, read from snapshots beside it.

Promises:
- `write(fn)` returns only after the transaction with `fn`'s statements is durable; a raising `fn` leaves nothing
  behind and does not touch its neighbours (each runs in its own savepoint).
- Writes happen one after the other, in the order in which they were asked for; urgent ones (`line.urgent_writes`) pass
  those that can wait, and never wait for more than one of them and a commit.
- `read(fn)` sees everything whose `write` has returned.
- A busy or lost database is a `TransientError`; nothing else of SQLAlchemy's leaves this module for that.

Both databases: one writer thread owns one connection, takes all waiting work (at most `GROUP`) into one transaction,
commits once and wakes the loop once. On SQLite that is one `BEGIN IMMEDIATE`, and the write-ahead log is checkpointed
when the writer is idle, never in the middle of a commit: automatic checkpoints are what the slowest commits wait for.
PostgreSQL scales by processes, each with a writer of its own; decisions that must not be taken twice ask for
`locks.one_at_a_time`.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from emergency_kepu.domain.errors import ConfigError, TransientError
from emergency_kepu.store.line import Line, Work

log = structlog.get_logger(__name__)
T = TypeVar("T")

PUBLISHED = "kepu.published"
"""Key of `Connection.info`: topics to which a transaction published records."""
GROUP = 256
"""Closures taken into one transaction at most: bounds what one commit may wait for."""
_IDLE_SECONDS = 0.25
_TIMEOUTS = "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s"
_ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
"""Seconds, seconds, times, milliseconds: a server gone without a word (power, network, failover of its address) is
noticed within half a minute. Linux's own answer is two hours for who waits and a quarter of an hour for who writes."""
_READERS = 2
_TRUNCATE_ABOVE_BYTES = 64 * 1024 * 1024


class Database:
    """One object a process. Start it before `write` and `read`; `begin` and `reading` work without (CLI, tests)."""

    def __init__(self, url: str, *, synchronous: str = "FULL", password: str | None = None) -> None:
        if synchronous not in ("FULL", "NORMAL"):
            msg = f"store.synchronous: {synchronous!r} is neither FULL nor NORMAL"
            raise ConfigError(msg)
        try:
            self.url = make_url(url)
        except ArgumentError as problem:
            msg = f"store.url: {url!r} is no database address, e.g. sqlite:///var/kepu.db"
            raise ConfigError(msg) from problem
        if password is not None:
            self.url = self.url.set(password=password)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._synchronous = synchronous
        self.path = _sqlite_path(self.url.database) if self.is_sqlite else None
        self._engine = self._create_engine()
        self._line = Line()
        self._thread: threading.Thread | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: list[Callable[[frozenset[str]], None]] = []

    # --- life ------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Begin to take work. Idempotent."""
        if self._thread is not None:
            return
        self._loop = asyncio.get_running_loop()
        if not self.is_sqlite:
            self._engine.dispose()
            self._engine = self._create_engine(pooled=True)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="kepu-read")
        self._line.open()
        self._thread = threading.Thread(target=self._write_forever, name="kepu-write", daemon=True)
        self._thread.start()

    async def stop(self) -> None:
        """Finish what was asked for, then let go of all connections. Idempotent."""
        if self._thread is None:
            self._engine.dispose()
            return
        self._line.close()
        await asyncio.to_thread(self._thread.join)
        self._thread = None
        if self._readers is not None:
            await asyncio.to_thread(self._readers.shutdown)
        self._engine.dispose()
        self._engine = self._create_engine()

    def on_commit(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call `listener` in the event loop after each group commit, with the topics that its closures noted in
        `conn.info[PUBLISHED]`. How the embedded bus hears of new records."""
        self._listeners.append(listener)

    # --- work ------------------------------------------------------------------------------------------------

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in the writer's next transaction; its result once that is durable."""
        if self._loop is None or self._thread is None:
            msg = "the database was not started"
            raise RuntimeError(msg)
        future: asyncio.Future[T] = self._loop.create_future()
        self._line.put(fn, future)
        return await future

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` on a snapshot, beside the writer. `fn` must not write."""
        if self._readers is None:
            msg = "the database was not started"
            raise RuntimeError(msg)
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read_once, fn)

    @contextlib.contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction in the calling thread: for commands that run beside a server, and for tests."""
        with _translated(), self._engine.connect() as conn:
            _begin(conn, self.is_sqlite)
            try:
                yield conn
            except BaseException:
                conn.rollback()
                raise
            conn.commit()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot in the calling thread."""
        with _translated(), self._engine.connect() as conn:
            conn.begin()
            if self.is_sqlite:
                conn.execute(text("BEGIN"))
            yield conn
            conn.rollback()

    def session(self) -> Connection:
        """A connection outside the pool, for locks that live as long as it does; closing it ends them."""
        return self._create_engine().connect()

    def _read_once(self, fn: Callable[[Connection], T]) -> T:
        with self.reading() as conn:
            return fn(conn)

    # --- the writer thread -------------------------------------------------------------------------------------

    def _write_forever(self) -> None:
        conn: Connection | None = None
        stopping = False
        while not stopping:
            group, stopping = self._line.take(GROUP, _IDLE_SECONDS)
            if not group:
                if conn is not None and not stopping:
                    conn = self._rest(conn)
                continue
            topics: frozenset[str] = frozenset()
            try:
                if conn is None or conn.closed or conn.invalidated:
                    conn = self._engine.connect()
                conn.info.pop(PUBLISHED, None)
                results = self._commit_group(conn, group)
                if len(results) < len(group):
                    self._line.put_back(group[len(results) :])
                    stopping = False
                topics = frozenset(conn.info.pop(PUBLISHED, ()))
            except Exception as problem:  # noqa: BLE001 - whoever waits for the commit gets it
                failure = _translate(problem)
                results = [(work, None, failure) for work in group]
                _let_go(conn)
                conn = None
            self._answer(results, topics)
        if conn is not None:
            _let_go(self._rest(conn))

    def _rest(self, conn: Connection) -> Connection | None:
        """Checkpoint. None when that failed (a full disk): the next work opens a connection anew.

        Nothing may leave this thread: without a writer everybody would wait for ever.
        """
        try:
            self._checkpoint(conn)
        except Exception as problem:  # noqa: BLE001 - the log keeps what was not checkpointed
            log.warning("checkpoint_failed", why=str(problem))
            _let_go(conn)
            return None
        return conn

    def _commit_group(self, conn: Connection, group: list[Work]) -> list[tuple[Work, Any, BaseException | None]]:
        """What became of them: of the first ones only where something urgent came while routine work was done."""
        results: list[tuple[Work, Any, BaseException | None]] = []
        _begin(conn, self.is_sqlite)
        try:
            for work in group:
                results.append(_run(conn, work))
                if not work.urgent and self._line.urgent_waits():
                    break
            conn.commit()
        except BaseException:
            if not conn.invalidated:
                conn.rollback()
            raise
        return results

    def _answer(self, results: list[tuple[Work, Any, BaseException | None]], topics: frozenset[str]) -> None:
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to hear it
            self._loop.call_soon_threadsafe(self._deliver, results, topics)

    def _deliver(self, results: list[tuple[Work, Any, BaseException | None]], topics: frozenset[str]) -> None:
        for work, value, failure in results:
            if work.future.cancelled():
                continue
            if failure is None:
                work.future.set_result(value)
            else:
                work.future.set_exception(failure)
        if topics:
            for listener in self._listeners:
                listener(topics)

    def _checkpoint(self, conn: Connection) -> None:
        if not self.is_sqlite or self.path is None:
            return
        log = self.path.with_name(self.path.name + "-wal")
        try:
            size = log.stat().st_size
        except FileNotFoundError:
            return
        if size:
            mode = "TRUNCATE" if size > _TRUNCATE_ABOVE_BYTES else "PASSIVE"
            raw = conn.connection.dbapi_connection
            assert raw is not None
            raw.execute(f"PRAGMA wal_checkpoint({mode})").fetchall()

    # --- engine --------------------------------------------------------------------------------------------------

    def _create_engine(self, *, pooled: bool = False) -> Engine:
        if not self.is_sqlite:
            # a command opens a connection or two and ends: only what was started keeps a pool
            return _postgres(self.url, pooled=pooled)
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(self.url, poolclass=NullPool if self.path is None else None)
        synchronous = self._synchronous

        @event.listens_for(engine, "connect")
        def _set_up(raw: Any, _record: object) -> None:
            # Transactions are begun by hand: Python's default is a deferred one, which fails at once with
            # SQLITE_BUSY_SNAPSHOT when it turns to write beside another process, whatever busy_timeout says.
            raw.isolation_level = None
            raw.execute("PRAGMA busy_timeout=5000")
            _write_ahead(raw, self.path)
            for pragma in (
                f"synchronous={synchronous}",
                "foreign_keys=ON",
                "wal_autocheckpoint=0",
                "temp_store=MEMORY",
                "cache_size=-65536",
            ):
                raw.execute(f"PRAGMA {pragma}")

        return engine


def _write_ahead(raw: Any, path: Path | None) -> None:
    """Switch a new database to its write-ahead log; one connection at a time.

    The switch wants the file for itself and fails with "database is locked" at once when two programs start together on
    a new database: SQLite's busy time-out does not wait for this lock. The directory is what they have in common.
    """
    if path is None:
        raw.execute("PRAGMA journal_mode=WAL")
        return
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        raw.execute("PRAGMA journal_mode=WAL")
    finally:
        os.close(directory)


def _postgres(url: URL, *, pooled: bool) -> Engine:
    """psycopg 3, pooled; no statement and no lock may hold the writer for longer than its time-out."""
    if url.drivername != "postgresql+psycopg":
        msg = f"store.url: {url.drivername} is not known; use sqlite:///file or postgresql+psycopg://user@host/database"
        raise ConfigError(msg)
    arguments: dict[str, Any] = {"options": _TIMEOUTS, "connect_timeout": 5, "application_name": "kepu", **_ALIVE}
    try:
        if not pooled:
            return create_engine(url, poolclass=NullPool, connect_args=arguments)
        return create_engine(url, pool_pre_ping=True, pool_size=_READERS + 4, connect_args=arguments)
    except ModuleNotFoundError as problem:
        msg = "store.url: PostgreSQL needs the `postgres` extra (pip install 'emergency-kepu[postgres]')"
        raise ConfigError(msg) from problem


def _run(conn: Connection, work: Work) -> tuple[Work, Any, BaseException | None]:
    """One closure in its own savepoint. Errors of the database connection itself end the whole group.

    What a raising closure published is forgotten with it.
    """
    noted = set(conn.info.get(PUBLISHED, ()))
    # in plain words: SQLAlchemy's nested transactions cost as much as a statement with rows
    conn.exec_driver_sql("SAVEPOINT closure")
    try:
        value = work.fn(conn)
    except Exception as problem:
        if isinstance(problem, DBAPIError) and problem.connection_invalidated:
            raise
        conn.exec_driver_sql("ROLLBACK TO SAVEPOINT closure")
        conn.exec_driver_sql("RELEASE SAVEPOINT closure")
        conn.info[PUBLISHED] = noted
        return work, None, _translate(problem)
    conn.exec_driver_sql("RELEASE SAVEPOINT closure")
    return work, value, None


def _begin(conn: Connection, is_sqlite: bool) -> None:
    """On SQLite the write lock is taken at once; SQLAlchemy opens its own idea of a transaction around it."""
    conn.begin()
    if is_sqlite:
        conn.execute(text("BEGIN IMMEDIATE"))


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as problem:
        failure = _translate(problem)
        if failure is problem:
            raise
        raise failure from problem


def _let_go(conn: Connection | None) -> None:
    """Close; a connection that is broken may say so once more."""
    if conn is not None:
        with contextlib.suppress(Exception):
            conn.close()


def _translate(problem: BaseException) -> BaseException:
    if isinstance(problem, OperationalError) or (isinstance(problem, DBAPIError) and problem.connection_invalidated):
        failure = TransientError(f"the database cannot be used now: {problem.orig}")
        failure.__cause__ = problem
        return failure
    return problem


def _sqlite_path(database: str | None) -> Path | None:
    if not database or database == ":memory:":
        msg = "store.url: an in-memory SQLite database would lose everything; give a file, e.g. sqlite:///var/kepu.db"
        raise ConfigError(msg)
    return Path(database)
