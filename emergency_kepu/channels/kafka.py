"""Broadcast queues on Kafka, with kafka-python: low rate, acknowledged by all in-sync replicas.

The value is JSON with the text and what machines need; the key is the target, so that each broadcaster reads its
messages in order. Headers carry the id, which consumers use to drop repeats.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from kafka import KafkaProducer
from kafka.errors import KafkaError

from emergency_kepu.channels.door import Door
from emergency_kepu.channels.port import OutboundMessage, Outcome, Verdict
from emergency_kepu.channels.secrets import read_secret
from emergency_kepu.domain.decision import Reason

MAX_BYTES = 900_000
"""Below the broker's default of one MiB a record."""


class KafkaConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`security_protocol` and SASL as kafka-python names them; the password is named by a variable."""

    bootstrap_servers: str
    topic: str = "kepu.broadcast"
    security_protocol: str = "PLAINTEXT"
    ssl_cafile: str | None = None
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password_env: str | None = None
    timeout_seconds: float = 10.0
    api_version: tuple[int, int] | None = None
    """Only for brokers that cannot tell theirs."""
    drill: bool = False


class KafkaBroadcast:
    """See `channels.port.Channel`. The target is the record's key; all go to one topic."""

    kind = "kafka"
    Config = KafkaConfig
    batch_size = 100
    concurrency = 1
    rates = ()

    def __init__(self, name: str, config: KafkaConfig, *, door: Door, environ: Mapping[str, str]) -> None:
        self.name = name
        self.drill = config.drill
        self._config = config
        self._producer: KafkaProducer | None = None
        self._options: dict[str, Any] = {
            "bootstrap_servers": config.bootstrap_servers.split(","),
            "security_protocol": config.security_protocol,
            "acks": "all",
            "linger_ms": 0,
            "delivery_timeout_ms": int(config.timeout_seconds * 1000),
            "request_timeout_ms": int(config.timeout_seconds * 900),
            "max_block_ms": int(config.timeout_seconds * 1000),
            "bootstrap_timeout_ms": int(config.timeout_seconds * 1000),
        }
        if config.api_version:
            # a broker that cannot tell its version cannot hand out producer ids either
            self._options |= {"api_version": tuple(config.api_version), "enable_idempotence": False}
        if config.ssl_cafile:
            self._options["ssl_cafile"] = config.ssl_cafile
        if config.sasl_mechanism:
            self._options["sasl_mechanism"] = config.sasl_mechanism
            self._options["sasl_plain_username"] = config.sasl_username
            if config.sasl_password_env:
                secret = read_secret(config.sasl_password_env, environ, f"channel {name!r}")
                self._options["sasl_plain_password"] = secret.reveal()

    async def send(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """One record a message; the client blocks, so it works in a thread."""
        return await asyncio.to_thread(self._send_all, messages)

    def _send_all(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        try:
            if self._producer is None:
                self._producer = KafkaProducer(**self._options)
        except (KafkaError, OSError) as problem:
            failed = Outcome(
                verdict=Verdict.RETRY, reason=Reason.CHANNEL_UNREACHABLE, detail=f"{type(problem).__name__}: no broker"
            )
            return [failed] * len(messages)
        waiting = [self._hand_over(self._producer, message) for message in messages]
        return [item if isinstance(item, Outcome) else self._wait(item) for item in waiting]

    def _hand_over(self, producer: KafkaProducer, message: OutboundMessage) -> Any:
        value = msgspec.json.encode(
            {
                "id": message.idempotency_key,
                "title": message.title,
                "text": message.text,
                "locale": message.locale,
                "drill": message.drill,
                **message.payload,
            }
        )
        if len(value) > MAX_BYTES:
            detail = f"{len(value)} bytes; a record holds {MAX_BYTES}"
            return Outcome(verdict=Verdict.FAILED, reason=Reason.TOO_LONG, detail=detail)
        headers = [("kepu-id", message.idempotency_key.encode()), ("kepu-locale", message.locale.encode())]
        try:
            return producer.send(self._config.topic, value=value, key=message.target.encode(), headers=headers)
        except KafkaError as problem:
            return _retry(problem, maybe_sent=False)

    def _wait(self, future: Any) -> Outcome:
        try:
            written = future.get(timeout=self._config.timeout_seconds)
        except KafkaError as problem:
            return _retry(problem, maybe_sent=True)
        return Outcome(verdict=Verdict.SENT, provider_id=f"{written.topic}/{written.partition}/{written.offset}")

    async def close(self) -> None:
        """Flush and leave."""
        if self._producer is not None:
            await asyncio.to_thread(self._producer.close, timeout=self._config.timeout_seconds)
            self._producer = None


def _retry(problem: KafkaError, *, maybe_sent: bool) -> Outcome:
    reason = Reason.CHANNEL_TIMEOUT if maybe_sent else Reason.CHANNEL_UNREACHABLE
    return Outcome(
        verdict=Verdict.RETRY, reason=reason, detail=f"broker: {type(problem).__name__}", maybe_sent=maybe_sent
    )
