"""The bus on Kafka. Publishing and measuring are here (kafka-python); what consumes is given from outside (Faust).

- `publish` returns when all in-sync replicas have the records; the producer is idempotent.
- What a transaction published (`publish_in`) lies in the table `records` with it: an outbox. `forward` hands it on in
  order and deletes what the brokers have; a crash in between hands it on twice, which handlers bear.
- Dead letters go to the database before the record is acknowledged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

import structlog
from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaError
from sqlalchemy import delete, func, select

from emergency_kepu.bus.kafka_clients import BusSettings, headers_of, kafka_python
from emergency_kepu.bus.port import TOPICS, Record, Stage
from emergency_kepu.domain.errors import TransientError
from emergency_kepu.store.database import Database
from emergency_kepu.store.tables import records

log = structlog.get_logger(__name__)

FORWARD = 500
"""Rows of the outbox handed on at once."""
_DELIVERY_SECONDS = 30


class Consumers(Protocol):
    """What runs the stages on Kafka."""

    async def start(self, stages: Sequence[Stage], services: object) -> None:
        """Join the groups and begin."""
        ...

    async def stop(self) -> None:
        """Finish what is in hand, commit, leave."""
        ...

    def assigned(self) -> set[tuple[str, int]]:
        """(topic, partition) held now."""
        ...


class KafkaBus:
    """See `bus.port.Bus`."""

    def __init__(
        self, settings: BusSettings, database: Database, *, password: str | None, consumers: Consumers
    ) -> None:
        self.settings = settings
        self._database = database
        self._options = kafka_python(settings, password)
        self._consumers = consumers
        self._producer: Any = None
        self._admin: Any = None
        self._forwarding = asyncio.Lock()
        self._stages: tuple[Stage, ...] = ()

    async def publish(self, new: Sequence[Record]) -> None:
        """Durable on the brokers when it returns. TransientError when they cannot be reached."""
        if new:
            await asyncio.to_thread(self._send, list(new))

    async def forward(self) -> int:
        """Hand on what transactions published; returns how many records."""
        number = 0
        async with self._forwarding:
            while True:
                query = select(records).order_by(records.c.seq).limit(FORWARD)
                rows = await self._database.read(lambda conn, query=query: conn.execute(query).all())  # type: ignore[misc]
                if not rows:
                    return number
                found = [Record(topic=row.topic, key=row.key, id=row.id, value=row.value) for row in rows]
                await self.publish(found)
                done = [row.seq for row in rows]
                await self._database.write(lambda conn, done=done: conn.execute(_gone(done)))  # type: ignore[misc]
                number += len(rows)

    async def start(self, stages: Sequence[Stage], services: object) -> None:
        """Begin to consume."""
        self._stages = tuple(stages)
        await self._consumers.start(stages, services)

    async def stop(self) -> None:
        """Finish, commit, leave the groups, flush."""
        await self._consumers.stop()
        if self._producer is not None:
            await asyncio.to_thread(self._producer.close, timeout=_DELIVERY_SECONDS)
            self._producer = None
        if self._admin is not None:
            await asyncio.to_thread(self._admin.close)
            self._admin = None

    async def lag(self) -> dict[str, int]:
        """Records not yet committed, by topic; with what waits in the outbox."""
        query = select(records.c.topic, func.count()).group_by(records.c.topic)
        outbox = await self._database.read(lambda conn: {row[0]: row[1] for row in conn.execute(query)})
        on_brokers = await asyncio.to_thread(self._lag)
        return {topic: outbox.get(topic, 0) + on_brokers.get(topic, 0) for topic in {*outbox, *on_brokers}}

    async def idle(self) -> bool:
        """No record of any stage waits anywhere."""
        lag = await self.lag()
        return not any(lag.get(stage.topic) for stage in self._stages)

    async def positions(self) -> dict[str, tuple[int, int]]:
        """(committed, end) of every partition that this process holds, by `topic/partition`."""
        return await asyncio.to_thread(self._positions, self._consumers.assigned())

    # --- in threads: kafka-python blocks -----------------------------------------------------------------------

    def _send(self, new: Sequence[Record]) -> None:
        try:
            if self._producer is None:
                self._producer = KafkaProducer(
                    **self._options,
                    acks="all",
                    linger_ms=0,
                    delivery_timeout_ms=_DELIVERY_SECONDS * 1000,
                    request_timeout_ms=10_000,
                    max_block_ms=_DELIVERY_SECONDS * 1000,
                )
            sent = [
                self._producer.send(
                    self.settings.prefix + record.topic,
                    key=record.key.encode(),
                    value=record.value,
                    headers=headers_of(record.id),
                )
                for record in new
            ]
            for future in sent:
                future.get(timeout=_DELIVERY_SECONDS)
        except KafkaError as problem:
            msg = f"Kafka cannot be used now: {type(problem).__name__}: {problem}"
            raise TransientError(msg) from problem

    def _lag(self) -> dict[str, int]:
        try:
            if self._admin is None:
                self._admin = KafkaAdminClient(**self._options)
            return {topic: self._lag_of(topic) for topic in _consumed()}
        except KafkaError as problem:
            msg = f"Kafka cannot be used now: {type(problem).__name__}: {problem}"
            raise TransientError(msg) from problem

    def _positions(self, held: set[tuple[str, int]]) -> dict[str, tuple[int, int]]:
        if self._admin is None:
            self._admin = KafkaAdminClient(**self._options)
        found: dict[str, tuple[int, int]] = {}
        for name in sorted({topic for topic, _ in held}):
            ends = partition_ends(self._admin, name)
            group = group_of(self.settings, name.removeprefix(self.settings.prefix))
            committed = committed_offsets(self._admin, group, name)
            for partition, (begin, end) in ends.items():
                if (name, partition) in held:
                    found[f"{name}/{partition}"] = (max(begin, committed.get(partition, 0)), end)
        return found

    def _lag_of(self, topic: str) -> int:
        name = self.settings.prefix + topic
        ends = partition_ends(self._admin, name)
        committed = committed_offsets(self._admin, group_of(self.settings, topic), name)
        return sum(max(0, end - max(begin, committed.get(partition, 0))) for partition, (begin, end) in ends.items())


def group_of(settings: BusSettings, topic: str) -> str:
    """The consumer group of a stage: one each, so that one stage's rebalance stops no other."""
    return f"{settings.prefix}group.{topic}"


def partition_ends(admin: Any, topic: str) -> dict[int, tuple[int, int]]:
    """Partition to (first offset kept, next offset)."""
    from kafka import TopicPartition
    from kafka.admin import OffsetSpec

    [found] = admin.describe_topics([topic])
    partitions = [TopicPartition(topic, item["partition_index"]) for item in found.get("partitions", ())]
    latest = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    earliest = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.EARLIEST))
    return {item.partition: (earliest[item].offset, latest[item].offset) for item in partitions}


def committed_offsets(admin: Any, group: str, topic: str) -> dict[int, int]:
    """Partition to the next offset that the group will read; absent where it never committed."""
    found = admin.list_group_offsets(group)
    offsets = found.get(group, found) if isinstance(found, dict) else {}
    return {
        item.partition: getattr(value, "offset", value)
        for item, value in offsets.items()
        if getattr(item, "topic", None) == topic
    }


def _consumed() -> tuple[str, ...]:
    return tuple(topic for topic in TOPICS if topic != "kepu.dead")


def _gone(seqs: Sequence[int]) -> Any:
    return delete(records).where(records.c.seq.in_(seqs))
