"""The agent of a stage: hand over, publish what follows, acknowledge. No exception leaves its loop.

Faust loses the record of an agent that raises, and commits over gaps: so everything is caught inside the loop body,
tried again in place, then dead-lettered, and only then acknowledged by hand.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from emergency_kepu.bus.kafka_clients import BusSettings, headers_of, id_of
from emergency_kepu.bus.port import Record, Stage
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import ParseError, TransientError, Unprocessable

log = structlog.get_logger(__name__)

Bury = Callable[[Record, Reason, str], Awaitable[None]]
_BACKOFF_SECONDS = (0.05, 0.2, 1.0, 3.0)
_OUTAGE_SECONDS = 5.0
"""Between tries while something that every record needs is away: the database, the brokers."""


def add_agent(app: Any, settings: BusSettings, stage: Stage, services: object, bury: Bury) -> None:
    """Consume the stage's topic, one actor a partition: its records one at a time, in order."""
    source = app.topic(settings.prefix + stage.topic, key_type=bytes, value_type=bytes, acks=True)
    outputs: dict[str, Any] = {}

    async def publish(new: Sequence[Record]) -> None:
        sent = []
        for record in new:
            name = settings.prefix + record.topic
            topic = outputs.get(name)
            if topic is None:
                topic = outputs[name] = app.topic(name, key_type=bytes, value_type=bytes)
            sent.append(
                await topic.send(key=record.key.encode(), value=record.value, headers=dict(headers_of(record.id)))
            )
        for promise in sent:
            await promise  # `send` returns before the broker has it

    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            await handle(_record(stage, event), stage, services, publish, bury, settings.handler_seconds)
            event.ack()

    app.agent(source, name=f"{stage.name}", isolated_partitions=True)(agent)


async def handle(
    record: Record,
    stage: Stage,
    services: object,
    publish: Callable[[Sequence[Record]], Awaitable[None]],
    bury: Bury,
    limit_seconds: float,
) -> None:
    """Returns only when the record may be acknowledged: handled and its follow-ups published, or buried."""
    attempt = 1
    while True:
        try:
            async with asyncio.timeout(limit_seconds):
                new = await stage.handler(record, services)
            await _published(new, publish)
        except Unprocessable as problem:
            await _surely(record, bury, problem.reason, problem.detail)
            return
        except ParseError as problem:
            await _surely(record, bury, Reason.MALFORMED, str(problem))
            return
        except TransientError as problem:
            log.warning("stage_waits", topic=record.topic, record=record.id, why=str(problem))
            await asyncio.sleep(_pause(attempt, _OUTAGE_SECONDS))
            attempt += 1
        except Exception as problem:
            log.exception("handler_failed", topic=record.topic, record=record.id, attempt=attempt)
            if attempt >= stage.max_attempts:
                await _surely(record, bury, Reason.HANDLER_FAILED, f"{type(problem).__name__}: {problem}")
                return
            await asyncio.sleep(_pause(attempt, _BACKOFF_SECONDS[-1]))
            attempt += 1
        else:
            return


async def _published(new: Sequence[Record], publish: Callable[[Sequence[Record]], Awaitable[None]]) -> None:
    """Brokers that do not take what follows are no fault of the record: it waits for them, uncounted."""
    try:
        await publish(new)
    except MessageSizeTooLargeError:
        raise  # waiting does not make it smaller
    except KafkaError as problem:
        msg = f"Kafka does not take what follows: {type(problem).__name__}: {problem}"
        raise TransientError(msg) from problem


async def _surely(record: Record, bury: Bury, reason: Reason, detail: str) -> None:
    """A dead letter is durable before its record is acknowledged, however long the database is away."""
    attempt = 1
    while True:
        try:
            await bury(record, reason, detail)
        except TransientError as problem:
            log.warning("burial_waits", topic=record.topic, record=record.id, why=str(problem))
            await asyncio.sleep(_pause(attempt, _OUTAGE_SECONDS))
            attempt += 1
        else:
            log.warning("dead_letter", topic=record.topic, record=record.id, reason=reason.value, detail=detail)
            return


def _pause(attempt: int, most: float) -> float:
    return min(most, _BACKOFF_SECONDS[min(attempt - 1, len(_BACKOFF_SECONDS) - 1)])


def _record(stage: Stage, event: Any) -> Record:
    message = event.message
    default = f"{message.partition}-{message.offset}"
    key = message.key or b""
    return Record(
        topic=stage.topic,
        key=key.decode("utf-8", "replace"),
        id=id_of(message.headers, default),
        value=message.value or b"",
    )
