"""What a channel is. The contract suite in `tests/contracts/channel.py` runs on every entry of the registry.

A channel turns one message (or up to `batch_size` of them) into one provider call and the provider's answer into
outcomes. It never retries, never waits, never logs a secret, never touches the store. `errcode`/`code` in the body
decides, never the HTTP status alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from emergency_kepu.domain.decision import Reason


class Verdict(StrEnum):
    """What became of one message."""

    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """A provider's answer for one message, in our words.

    `retry_after` is in seconds and only set with RETRY when the provider said when. `maybe_sent` is True when the
    request may have reached the provider although no answer came (time-out after the body was sent, reset
    connection): a further try may double, and is counted as a possible duplicate.
    """

    verdict: Verdict
    reason: Reason | None = None
    detail: str = ""
    provider_id: str | None = None
    retry_after: float | None = None
    maybe_sent: bool = False


class OutboundMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message for one target, fully rendered.

    `idempotency_key` is the same for every attempt of one delivery; providers that take one get it. `payload` holds
    what a structured channel needs beyond the text (a title, CAP fields, JSON for a broadcaster).
    """

    delivery_id: str
    target: str
    """E.164 number, robot name, queue or topic name, URL name: what the channel's own config resolves."""
    text: str
    locale: str
    idempotency_key: str
    title: str = ""
    payload: dict[str, object] = {}
    drill: bool = False


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """At most `limit` requests in any sliding window of `per_seconds`. `per_target`: each target counts alone."""

    limit: int
    per_seconds: float
    per_target: bool = False


class Channel(Protocol):
    """A configured channel. `name` is the configured name, `kind` the registry key; several may share a kind."""

    name: str
    kind: str
    batch_size: int
    concurrency: int
    """Requests under way at once."""
    rates: tuple[Rate, ...]
    drill: bool
    """True for a sink that takes drills, and only drills."""

    async def send(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """One provider call. `len(messages) <= batch_size`; answers in the same order. Never raises for what a
        provider or the network does: that is an outcome."""
        ...

    async def close(self) -> None: ...
