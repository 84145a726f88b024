"""One afternoon, three engines: what is known, decided, written and delivered is the same, record by record."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, select

from emergency_kepu.asking import answers
from emergency_kepu.asking.around import Around
from emergency_kepu.asking.links import Links
from emergency_kepu.asking.telling import Telling
from emergency_kepu.bus import topics
from emergency_kepu.bus.embedded import EmbeddedBus, publish_in
from emergency_kepu.bus.kafka import KafkaBus
from emergency_kepu.bus.kafka_clients import BusSettings
from emergency_kepu.bus.port import TOPICS, Bus
from emergency_kepu.campaigns import operations
from emergency_kepu.channels.port import OutboundMessage, Outcome, Verdict
from emergency_kepu.channels.secrets import Secret
from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.domain.ask import Asking, Purpose
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.expert import DutyWindow, Expert, PrivateChannel
from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from emergency_kepu.observe.metrics import Metrics
from emergency_kepu.pipeline.jobs import feed_record
from emergency_kepu.pipeline.services import Services
from emergency_kepu.pipeline.stages import STAGES
from emergency_kepu.store import asks as ask_store
from emergency_kepu.store import campaigns, due, migrate, recipients
from emergency_kepu.store.database import Database
from emergency_kepu.store.tables import asks, dead_letters, decisions, deliveries, incidents, messages
from streams.consumers import FaustConsumers
from tests.scenarios.rig import DEMO, SENT, START, Clock, FakeChannel, demo_settings
from tests.services import kafka_brokers, postgres_url

pytestmark = [pytest.mark.service, pytest.mark.slow]
_numbers = itertools.count()
PLACES = ("511524", "511123", "500103", "SD", "110105")
SCRIPT = (
    (0, "usgs", "usgs-1.geojson"),
    (4, "cenc", "cenc-1.json"),
    (15, "usgs", "usgs-2.geojson"),
    (34, "nmc", "nmc-1.json"),
    (54, "weather", "cap-heat.xml"),
    (84, "nmc", "nmc-2.json"),
    (99, "who", "who-1.json"),
    (124, "ocean", "cap-tsunami-exercise.xml"),
    (144, "county", "cap-malformed.xml"),
    (204, "nmc", "nmc-3.json"),
)
"""(minutes, feed, document); the rainstorm's draft is approved by two people 8 minutes after it came."""


LINK = re.compile(r"https://desk\.example/e/([\w-]+)")
LIN = Expert(
    id="lin",
    names={"zh-Hans": "林示例", "en": "Lin"},
    fields=("seismology",),
    languages=("zh-Hans",),
    private=(PrivateChannel(channel="rooms", target="x-lin"),),
    duty=(DutyWindow(start="00:00", end="00:00"),),
)


def people() -> list[Recipient]:
    found = [
        Recipient(
            id=f"p-{number:03}",
            kind=RecipientKind.PERSON,
            locale=("zh-CN", "zh-HK", "en")[number % 3],
            place=PLACES[number % len(PLACES)],
            addresses=(
                Address(channel="sms", target=f"+{number:03}"),
                *((Address(channel="rooms", target=f"room-{number}"),) if number % 4 == 0 else ()),
            ),
        )
        for number in range(150)
    ]
    sink = Address(channel="drills", target="log")
    drill = Recipient(id="x", kind=RecipientKind.ROOM, locale="zh-CN", place="350200", addresses=(sink,), drill=True)
    return [*found, drill]


def flaky(message: OutboundMessage, asked: int) -> Outcome:
    """Some numbers do not exist, some gateways are busy at first: the same ones for every engine."""
    number = int(message.target.lstrip("+"))
    if number % 20 == 0:
        return Outcome(verdict=Verdict.FAILED, reason=Reason.RECIPIENT_REFUSED, detail="no such number")
    if number % 7 == 0 and asked % 2 == 1:
        return Outcome(verdict=Verdict.RETRY, reason=Reason.RATE_LIMITED, retry_after=20.0)
    return SENT


class Engine:
    """The stages on one engine, on a clock that moves when told."""

    def __init__(self, url: str, make_bus: Callable[[Database, Clock], Bus]) -> None:
        self.clock = Clock(START)
        self.database = Database(url)
        migrate.ensure(self.database)
        self.bus = make_bus(self.database, self.clock)
        settings = demo_settings()
        asking = tuple(msgspec.structs.replace(policy, experts=Asking()) for policy in settings.policies)
        settings = msgspec.structs.replace(settings, policies=asking, experts=(LIN,))
        self.channels = {
            name: FakeChannel(name, str(raw["kind"]), drill=bool(raw.get("drill")))
            for name, raw in settings.channels.items()
        }
        self.channels["sms"].answer = flaky
        self.services = Services(
            settings=settings,
            clock=self.clock,
            database=self.database,
            bus=self.bus,
            catalog=load_catalog(shipped("templates")),
            channels=self.channels,
            metrics=Metrics(),
            worker="engine",
            links=Links(Secret("k" * 32), "https://desk.example"),
        )

    async def play(self) -> dict[str, list[Any]]:
        await self.database.start()
        await self.database.write(lambda conn: recipients.save_all(conn, people()))
        await self.bus.start(STAGES, self.services)
        try:
            for minutes, feed, document in SCRIPT:
                at = START + timedelta(minutes=minutes)
                await self._until(at)
                body = (DEMO / "documents" / document).read_bytes()
                await self.bus.publish(
                    [feed_record(feed=feed, body=body, received_at=at, received_wall=0.0, origin="test")]
                )
                await self._settle()
                if document == "usgs-1.geojson":
                    await self._an_expert_explains()
                if document == "nmc-1.json":
                    await self._until(at + timedelta(minutes=8))
                    for actor in ("wang", "li"):
                        await self.database.write(lambda conn, actor=actor: self._approve(conn, actor))  # type: ignore[misc]
                    await self._settle()
            await self._until(START + timedelta(hours=6))
            return await self.database.read(dump)
        finally:
            await self.bus.stop()
            await self.database.stop()

    async def _an_expert_explains(self) -> None:
        """Told in private, she corrects by her link; her words become the next step once somebody has approved it."""
        await Telling(self.services).tick()
        letter = self.channels["rooms"].accepted[-1]
        assert letter.target == "x-lin"
        assert self.services.links is not None
        links = [self.services.links.read(token) for token in LINK.findall(letter.text)]
        link = next(link for link in links if link is not None and link.purpose is Purpose.CORRECT)
        kinds = {name: channel.kind for name, channel in self.channels.items()}

        def write(conn: Connection) -> None:
            now, around = self.clock.now(), Around.of(self.services)
            words = {"zh-Hans": "余震还会有，先别回受损的房子"}
            _, records = answers.answer(conn, around, link, texts=words, channel_kinds=kinds, now=now)
            publish_in(conn, records, self.clock)

        await self.database.write(write)
        await self._settle()
        # her step waits until the message that it explains has gone out: some gateways are busy at first
        await self._until(self.clock.now() + timedelta(minutes=1))
        self.clock.at = await self.database.read(ask_store.next_instant) or self.clock.at
        await Telling(self.services).tick()
        await self._settle()
        await self.database.write(lambda conn: self._approve(conn, "li"))
        await self._settle()

    def _approve(self, conn: Connection, actor: str) -> None:
        [row] = campaigns.listing(conn, states=[CampaignState.WAITING])
        found = operations.approve(
            conn, row.id, actor=actor, now=self.clock.now(), wall=0.0, unsigned=lambda hazard: None
        )
        publish_in(conn, found, self.clock)

    async def _until(self, end: datetime) -> None:
        """Let the clock run, stopping at everything that comes due."""
        while True:
            at = await self.database.read(due.next_instant)
            if at is None or at > end:
                break
            self.clock.at = max(self.clock.at, at)
            await self.database.write(self._publish_due)
            await self._settle()
        self.clock.at = end

    def _publish_due(self, conn: Connection) -> None:
        now = self.clock.now()
        for entry in due.claim_due(conn, now=now, holder="test", lease_until=now + timedelta(seconds=30)):
            publish_in(conn, [entry.record], self.clock)
            due.done(conn, entry)

    async def _settle(self) -> None:
        await self.bus.forward()
        async with asyncio.timeout(60):
            while not await self.bus.idle():  # noqa: ASYNC110 - the port has no event for it
                await asyncio.sleep(0.02)


def dump(conn: Connection) -> dict[str, list[Any]]:
    """Everything that a person could ask about, without the order in which concurrent things happened to be written."""
    wanted = {
        "incidents": select(incidents.c.id, incidents.c.status, incidents.c.severity, incidents.c.revision),
        "decisions": select(
            decisions.c.subject, decisions.c.action, decisions.c.reason, decisions.c.guard, decisions.c.detail
        ),
        "messages": select(messages.c.id, messages.c.channel, messages.c.locale, messages.c.text),
        "deliveries": select(
            deliveries.c.batch_id,
            deliveries.c.n,
            deliveries.c.recipient_id,
            deliveries.c.target,
            deliveries.c.state,
            deliveries.c.reason,
            deliveries.c.attempt,
            deliveries.c.possible_duplicates,
        ),
        "asks": select(asks.c.id, asks.c.expert, asks.c.state),
        "dead": select(dead_letters.c.record_id, dead_letters.c.reason),
    }
    return {name: sorted(map(_comparable, conn.execute(query))) for name, query in wanted.items()}


def _comparable(row: Sequence[Any]) -> tuple[str, ...]:
    return tuple(str(value) for value in row)


def on_kafka(database: Database, clock: Clock) -> Bus:
    settings = BusSettings(
        engine="kafka",
        brokers=kafka_brokers(),
        prefix=f"e{os.getpid()}-{next(_numbers)}.",
        partitions=3,
        replication=1,
        session_seconds=6.0,
    )
    assert len(topics.create(settings, None)) == len(TOPICS)
    return KafkaBus(
        settings, database, password=None, consumers=FaustConsumers(settings, database, clock, password=None)
    )


async def test_the_same_on_each(tmp_path: Path) -> None:
    first = Engine(f"sqlite:///{tmp_path}/kepu.db", EmbeddedBus)
    embedded = await first.play()
    assert {len(found) > 0 for found in embedded.values()} == {True}
    states = {row[4] for row in embedded["deliveries"]}
    assert states >= {"sent", "failed"}
    assert "failed_over" in {row[5] for row in embedded["deliveries"]}

    second = Engine(postgres_url(), EmbeddedBus)
    assert await second.play() == embedded, "embedded on PostgreSQL"

    third = Engine(postgres_url(), on_kafka)
    assert await third.play() == embedded, "Kafka on PostgreSQL"
    for name, channel in first.channels.items():
        sent = sorted((message.target, message.text) for message in channel.accepted)
        for other in (second, third):
            assert sorted((message.target, message.text) for message in other.channels[name].accepted) == sent, name
