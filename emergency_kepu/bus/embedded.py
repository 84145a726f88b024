"""The bus on the SQL database: one process, no service needed. Same promises as the one on Kafka.

A record is a row of `records`; acknowledging it deletes the row in the same transaction that inserts the records it
led to, so between two stages nothing can get lost and nothing waits for a second commit. Each topic has its own
consumer, so `immediate` never waits behind `routine`; inside a topic each key is a lane of its own, at most
`Stage.lanes` of them in work at once.

Consumers are woken by the database's own commits. What another process writes (`kepu campaign launch` beside
`kepu serve`) is noticed by a slow look at the table.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

import structlog
from sqlalchemy import Connection, bindparam, delete, func, select, update

from emergency_kepu.bus.port import DISPATCH_IMMEDIATE, FEED, LAUNCH, Record, Stage
from emergency_kepu.domain.clock import Clock
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import ParseError, TransientError, Unprocessable
from emergency_kepu.store import dead
from emergency_kepu.store.database import PUBLISHED, Database
from emergency_kepu.store.line import urgent_writes
from emergency_kepu.store.tables import records
from emergency_kepu.store.upsert import insert_new

log = structlog.get_logger(__name__)

PREFETCH = 512
"""Rows of one topic held in memory at most: a long queue waits in the table, not in the process."""
OTHER_PROCESS_SECONDS = 0.25
"""How soon the records of another process are noticed."""
_URGENT = frozenset({FEED, LAUNCH, DISPATCH_IMMEDIATE})
"""Topics whose records are on the way from an alert to its readers; a launch may be routine, and is short."""
_BACKOFF_SECONDS = (0.05, 0.2, 1.0, 3.0)


_NEXT = (
    select(records)
    .where(records.c.topic == bindparam("topic"), records.c.seq > bindparam("high"))
    .order_by(records.c.seq)
    .limit(bindparam("room"))
)
_DONE = delete(records).where(records.c.seq == bindparam("done"))


def publish_in(conn: Connection, new: Sequence[Record], clock: Clock) -> int:
    """Publish inside the caller's own transaction: what caused the records and the records are one commit."""
    now = clock.now()
    rows = [
        {
            "topic": record.topic,
            "key": record.key,
            "id": record.id,
            "value": record.value,
            "attempt": 0,
            "published_at": now,
        }
        for record in new
    ]
    if new:
        # told after the commit: see `Database.on_commit`
        conn.info.setdefault(PUBLISHED, set()).update(record.topic for record in new)
    return insert_new(conn, records, rows)


class EmbeddedBus:
    """See `bus.port.Bus`."""

    def __init__(self, database: Database, clock: Clock, *, coming: Callable[[], None] | None = None) -> None:
        """`coming` is called when something urgent is published, before it is durable."""
        self._database = database
        self._clock = clock
        self._consumers: list[_Consumer] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._coming = coming
        database.on_commit(self._wake)

    async def publish(self, new: Sequence[Record]) -> None:
        """Durable when it returns."""
        if new:
            urgent = any(record.topic in _URGENT for record in new)
            if urgent and self._coming is not None:
                self._coming()
            with urgent_writes(urgent):
                await self._database.write(lambda conn: publish_in(conn, new, self._clock))

    async def forward(self) -> int:
        """The table is the bus: nothing has to be handed on."""
        return 0

    async def start(self, stages: Sequence[Stage], services: object) -> None:
        """One consumer a stage. What the process before may have had in hand when it died counts as one more try,
        so that a record that kills the process is given up in the end."""
        await self._database.write(lambda conn: _count_crash(conn, stages))
        self._consumers = [_Consumer(stage, services, self._database, self._clock) for stage in stages]
        self._tasks = [asyncio.create_task(consumer.run(), name=consumer.stage.name) for consumer in self._consumers]
        for consumer in self._consumers:
            consumer.wake()

    async def stop(self) -> None:
        """What is in hand is finished and acknowledged."""
        for consumer in self._consumers:
            consumer.stopping = True
            consumer.wake()
        await asyncio.gather(*self._tasks)
        if self._tasks:
            await self._database.write(lambda conn: conn.execute(update(records).values(attempt=0)))
        self._tasks = []
        self._consumers = []

    async def lag(self) -> dict[str, int]:
        """Rows by topic."""
        query = select(records.c.topic, func.count()).group_by(records.c.topic)
        return await self._database.read(lambda conn: {row[0]: row[1] for row in conn.execute(query)})

    async def idle(self) -> bool:
        """No row is left of any topic that has a consumer."""
        topics = {consumer.stage.topic for consumer in self._consumers}
        lag = await self.lag()
        return not any(lag.get(topic) for topic in topics)

    def _wake(self, topics: frozenset[str]) -> None:
        """Only who has something to fetch: every commit of every stage passes here."""
        for consumer in self._consumers:
            if consumer.stage.topic in topics:
                consumer.wake()


def _count_crash(conn: Connection, stages: Sequence[Stage]) -> None:
    """A clean stop sets attempts to 0; after anything else the first record of each lane may have been in hand."""
    for stage in stages:
        heads = (
            select(func.min(records.c.seq))
            .where(records.c.topic == stage.topic)
            .group_by(records.c.key)
            .order_by(func.min(records.c.seq))
            .limit(stage.lanes)
        )
        seqs = list(conn.scalars(heads))
        if seqs:
            conn.execute(update(records).where(records.c.seq.in_(seqs)).values(attempt=records.c.attempt + 1))


class _Consumer:
    """Feeds one stage. Rows come in order of `seq`; a key in work keeps its later rows waiting behind it."""

    def __init__(self, stage: Stage, services: object, database: Database, clock: Clock) -> None:
        self.stage = stage
        self.stopping = False
        self._services = services
        self._database = database
        self._clock = clock
        self._wakeup = asyncio.Event()
        self._high = 0
        self._held: dict[str, deque[tuple[int, Record]]] = {}
        self._working: dict[str, asyncio.Task[None]] = {}
        self._seqs: dict[str, int] = {}

    def wake(self) -> None:
        self._wakeup.set()

    async def run(self) -> None:
        while True:
            self._wakeup.clear()
            if not self.stopping:
                await self._guarded(self._fetch)
            self._begin_work()
            if self.stopping and not self._working:
                return
            try:
                async with asyncio.timeout(OTHER_PROCESS_SECONDS):
                    await self._wakeup.wait()
            except TimeoutError:
                if not self._database.is_sqlite and not self.stopping:
                    await self._guarded(self._look_behind)

    async def _guarded(self, look: Callable[[], Awaitable[None]]) -> None:
        """A look at the table that fails (the database restarts) must not end the stage: the next one comes soon."""
        try:
            await look()
        except Exception as problem:  # noqa: BLE001 - whatever it is, the stage goes on
            log.warning("stage_cannot_look", topic=self.stage.topic, why=str(problem))
            await asyncio.sleep(_BACKOFF_SECONDS[1])

    async def _fetch(self) -> None:
        room = PREFETCH - sum(len(waiting) for waiting in self._held.values())
        if room <= 0:
            return
        wanted = {"topic": self.stage.topic, "high": self._high, "room": room}
        for row in await self._database.read(lambda conn: conn.execute(_NEXT, wanted).all()):
            record = Record(topic=row.topic, key=row.key, id=row.id, value=row.value, attempt=row.attempt + 1)
            self._held.setdefault(row.key, deque()).append((row.seq, record))
            self._high = row.seq

    async def _look_behind(self) -> None:
        """PostgreSQL numbers rows before they commit: another process may commit a lower one after we read past."""
        in_hand = {seq for waiting in self._held.values() for seq, _ in waiting} | set(self._seqs.values())
        query = (
            select(records)
            .where(records.c.topic == self.stage.topic, records.c.seq <= self._high)
            .order_by(records.c.seq)
            .limit(PREFETCH + len(in_hand))
        )
        for row in await self._database.read(lambda conn: conn.execute(query).all()):
            if row.seq not in in_hand and row.seq not in self._seqs.values():
                record = Record(topic=row.topic, key=row.key, id=row.id, value=row.value, attempt=row.attempt + 1)
                waiting = self._held.setdefault(row.key, deque())
                place = next((n for n, (seq, _) in enumerate(waiting) if seq > row.seq), len(waiting))
                waiting.insert(place, (row.seq, record))

    def _begin_work(self) -> None:
        if self.stopping:
            return
        for key in list(self._held):
            if len(self._working) >= self.stage.lanes:
                return
            if key not in self._working:
                seq, record = self._held[key].popleft()
                if not self._held[key]:
                    del self._held[key]
                task = asyncio.create_task(self._work(seq, record), name=f"{self.stage.name} {record.id}")
                self._working[key] = task
                self._seqs[key] = seq

    async def _work(self, seq: int, record: Record) -> None:
        try:
            await self._handle(seq, record)
        except Exception:
            # The row is still there: it is handed over again. Waiting keeps a broken database from a hot loop.
            log.exception("record_not_acknowledged", topic=record.topic, record=record.id)
            await asyncio.sleep(_BACKOFF_SECONDS[-1])
            self._held.setdefault(record.key, deque()).appendleft((seq, record))
        finally:
            del self._working[record.key]
            del self._seqs[record.key]
            self.wake()

    async def _handle(self, seq: int, record: Record) -> None:
        attempt = record.attempt
        while True:
            if attempt > self.stage.max_attempts:
                await self._bury(seq, record, Reason.HANDLER_FAILED, f"given up after {attempt - 1} tries")
                return
            if attempt > 1:
                await self._count(seq, attempt)
            try:
                new = await self.stage.handler(record, self._services)
            except Unprocessable as problem:
                await self._bury(seq, record, problem.reason, problem.detail)
                return
            except ParseError as problem:
                await self._bury(seq, record, Reason.MALFORMED, str(problem))
                return
            except TransientError as problem:
                # the database or a network that every record needs: no fault of this one, so no try is counted
                log.warning("stage_waits", topic=record.topic, record=record.id, why=str(problem))
                if self.stopping:
                    return  # its row stays for the next process
                await asyncio.sleep(_BACKOFF_SECONDS[2])
            except Exception as problem:
                log.exception("handler_failed", topic=record.topic, record=record.id, attempt=attempt)
                if attempt >= self.stage.max_attempts:
                    await self._bury(seq, record, Reason.HANDLER_FAILED, f"{type(problem).__name__}: {problem}")
                    return
                await asyncio.sleep(_BACKOFF_SECONDS[min(attempt - 1, len(_BACKOFF_SECONDS) - 1)])
                attempt += 1
            else:
                await self._acknowledge(seq, new)
                return

    async def _count(self, seq: int, attempt: int) -> None:
        """Kept in the row, so that a record that kills the process is given up in the end."""
        statement = update(records).where(records.c.seq == seq).values(attempt=attempt - 1)
        await self._database.write(lambda conn: conn.execute(statement))

    async def _acknowledge(self, seq: int, new: Sequence[Record]) -> None:
        def together(conn: Connection) -> None:
            publish_in(conn, new, self._clock)
            conn.execute(_DONE, {"done": seq})

        with urgent_writes(self.stage.topic in _URGENT):
            await self._database.write(together)

    async def _bury(self, seq: int, record: Record, reason: Reason, detail: str) -> None:
        def put(conn: Connection) -> None:
            dead.bury(conn, record, reason=reason, detail=detail, now=self._clock.now())
            conn.execute(_DONE, {"done": seq})

        await self._database.write(put)
        log.warning("dead_letter", topic=record.topic, record=record.id, reason=reason.value, detail=detail)
