"""A whole pipeline on a clock that only moves when told: feed documents in, provider calls out, nothing sleeps.

The stages, the store and the due table are the real ones; channels answer what a test scripts; the bus's loop is
replaced by `run`, which handles every waiting record in order and lets the clock jump to what is due next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Row, delete, select

from emergency_kepu.bus.embedded import EmbeddedBus, publish_in
from emergency_kepu.bus.port import Record
from emergency_kepu.channels.port import OutboundMessage, Outcome, Rate, Verdict
from emergency_kepu.content.catalog import Catalog, load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.domain.errors import ParseError, Unprocessable
from emergency_kepu.domain.recipient import Recipient
from emergency_kepu.observe.metrics import Metrics
from emergency_kepu.pipeline.jobs import feed_record
from emergency_kepu.pipeline.services import Services
from emergency_kepu.pipeline.stages import STAGES
from emergency_kepu.settings import Settings, load_settings
from emergency_kepu.store import campaigns, dead, due, migrate, recipients
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.database import Database
from emergency_kepu.store.tables import decisions, deliveries, messages, records

DEMO = Path(__file__).parents[2] / "config/demo"
START = datetime(2026, 6, 30, 5, 6, tzinfo=UTC)
SENT = Outcome(verdict=Verdict.SENT)
Script = Callable[[OutboundMessage, int], Outcome]
"""(message, how often this channel was asked about this target) to the provider's answer."""


class Clock:
    """Stands still."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def wall(self) -> float:
        return self.at.timestamp()

    def real_seconds(self, seconds: float) -> float:
        return seconds

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def demo_settings() -> Settings:
    """Of the recorded afternoon, as if its experts had signed the shipped library itself."""
    found = load_settings(DEMO)
    return msgspec.structs.replace(found, content=msgspec.structs.replace(found.content, trust_shipped=True))


class FakeChannel:
    """Accepts everything unless a script says otherwise; remembers what it accepted."""

    concurrency = 8
    rates: tuple[Rate, ...] = ()

    def __init__(self, name: str, kind: str, *, drill: bool = False, batch_size: int = 1) -> None:
        self.name = name
        self.kind = kind
        self.drill = drill
        self.batch_size = batch_size
        self.answer: Script = lambda message, asked: SENT
        self.accepted: list[OutboundMessage] = []
        self._asked: dict[str, int] = {}

    async def send(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        outcomes = []
        for message in messages:
            self._asked[message.target] = self._asked.get(message.target, 0) + 1
            outcome = self.answer(message, self._asked[message.target])
            if outcome.verdict is Verdict.SENT:
                self.accepted.append(message)
                outcome = msgspec.structs.replace(outcome, provider_id=f"{self.name}-{message.delivery_id}")
            outcomes.append(outcome)
        return outcomes

    async def close(self) -> None:
        """Nothing to let go of."""


class Rig:
    """One desk. `settings` default to the demo's."""

    def __init__(
        self,
        folder: Path,
        people: Sequence[Recipient],
        settings: Settings | None = None,
        catalog: Catalog | None = None,
    ) -> None:
        self.settings = settings or demo_settings()
        self.clock = Clock(START)
        self.database = Database(f"sqlite:///{folder}/kepu.db", synchronous="NORMAL")
        migrate.ensure(self.database)
        with self.database.begin() as conn:
            recipients.save_all(conn, people)
        self.channels = {
            name: FakeChannel(name, str(raw["kind"]), drill=bool(raw.get("drill")))
            for name, raw in self.settings.channels.items()
        }
        self.services = Services(
            settings=self.settings,
            clock=self.clock,
            database=self.database,
            bus=EmbeddedBus(self.database, self.clock),
            catalog=catalog or load_catalog(shipped("templates")),
            channels=self.channels,
            metrics=Metrics(),
            worker="rig",
        )

    def feed(self, name: str, body: bytes, *, at: datetime | None = None) -> None:
        """A document comes in, and everything that it causes at this instant happens."""
        self.clock.at = at or self.clock.at
        now = self.clock.now()
        record = feed_record(feed=name, body=body, received_at=now, received_wall=0.0, origin="test")
        with self.database.begin() as conn:
            publish_in(conn, [record], self.clock)
        self.run()

    def run(self, until: timedelta = timedelta(0)) -> None:
        """Handle what waits; with `until` also what comes due within that time, at its instant."""
        end = self.clock.now() + until
        asyncio.run(self._run(end))
        self.clock.at = end

    async def _run(self, end: datetime) -> None:
        await self.database.start()
        while True:
            await self._drain()
            at = await self.database.read(due.next_instant)
            if at is None or at > end:
                break
            self.clock.at = max(self.clock.at, at)
            await self.database.write(self._publish_due)
        await self.database.stop()

    def _publish_due(self, conn: Connection) -> None:
        now = self.clock.now()
        for entry in due.claim_due(conn, now=now, holder="rig", lease_until=now + timedelta(seconds=30)):
            publish_in(conn, [entry.record], self.clock)
            due.done(conn, entry)

    async def _drain(self) -> None:
        handlers = {stage.topic: stage.handler for stage in STAGES}
        while True:
            row = await self.database.read(lambda conn: conn.execute(select(records).order_by(records.c.seq)).first())
            if row is None:
                return
            record = Record(topic=row.topic, key=row.key, id=row.id, value=row.value, attempt=1)
            new: Sequence[Record] = ()
            try:
                new = await handlers[row.topic](record, self.services)
            except (Unprocessable, ParseError) as problem:
                reason = getattr(problem, "reason", None)
                await self.database.write(
                    lambda conn, record=record, problem=problem, reason=reason: dead.bury(  # type: ignore[misc]
                        conn, record, reason=reason, detail=str(problem), now=self.clock.now()
                    )
                )
            await self.database.write(lambda conn, row=row, new=new: self._acknowledge(conn, row, new))  # type: ignore[misc]

    def _acknowledge(self, conn: Connection, row: Row[tuple[object, ...]], new: Sequence[Record]) -> None:
        publish_in(conn, new, self.clock)
        conn.execute(delete(records).where(records.c.seq == row.seq))

    # --- what came of it -----------------------------------------------------------------------------------------

    def accepted(self, channel: str) -> list[tuple[str, str]]:
        """(target, text) in the order in which the channel took them."""
        return [(message.target, message.text) for message in self.channels[channel].accepted]

    def campaigns(self) -> list[CampaignRow]:
        """Oldest first."""
        with self.database.reading() as conn:
            return list(reversed(campaigns.listing(conn)))

    def deliveries(self) -> list[Mapping[str, object]]:
        """With the text of each, in the order in which they were planned."""
        query = (
            select(deliveries, messages.c.text)
            .outerjoin(messages, messages.c.id == deliveries.c.message_id)
            .order_by(deliveries.c.batch_id, deliveries.c.n)
        )
        with self.database.reading() as conn:
            return [row._mapping for row in conn.execute(query)]

    def reasons(self) -> list[str]:
        """Of every decision, in order."""
        with self.database.reading() as conn:
            return list(conn.scalars(select(decisions.c.reason).order_by(decisions.c.seq)))
