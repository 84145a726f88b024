"""A generic webhook: JSON, signed with HMAC-SHA256 over time and body, with an idempotency key.

Headers: `Kepu-Timestamp` (seconds), `Kepu-Signature: v1=<hex>` over `<timestamp>.<body>`, `Idempotency-Key`. The
receiver checks the signature, refuses old timestamps, and answers 2xx once the message is safe with it.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping, Sequence

import msgspec

from emergency_kepu.channels.door import Door, DoorError
from emergency_kepu.channels.http_outcome import from_status, no_reply
from emergency_kepu.channels.port import OutboundMessage, Outcome, Verdict
from emergency_kepu.channels.secrets import Secret, read_secret
from emergency_kepu.domain.decision import Reason

MAX_BYTES = 64_000


class WebhookConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`targets`: name to address. `secret_env` names the variable with the signing secret."""

    targets: dict[str, str]
    secret_env: str
    concurrency: int = 16
    drill: bool = False


class Webhook:
    """See `channels.port.Channel`. Targets are the names in `targets`."""

    kind = "webhook"
    Config = WebhookConfig
    batch_size = 1
    rates = ()

    def __init__(self, name: str, config: WebhookConfig, *, door: Door, environ: Mapping[str, str]) -> None:
        self.name = name
        self.concurrency = config.concurrency
        self.drill = config.drill
        self._door = door
        self._targets = config.targets
        self._signer = Signer(read_secret(config.secret_env, environ, f"channel {name!r}"))

    async def send(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """One request a message."""
        return [await self._send_one(message) for message in messages]

    async def _send_one(self, message: OutboundMessage) -> Outcome:
        url = self._targets.get(message.target)
        if url is None:
            detail = f"no target named {message.target!r} is configured"
            return Outcome(verdict=Verdict.FAILED, reason=Reason.CHANNEL_CONFIG, detail=detail)
        body = msgspec.json.encode(
            {
                "id": message.idempotency_key,
                "title": message.title,
                "text": message.text,
                "locale": message.locale,
                "drill": message.drill,
                **message.payload,
            }
        )
        if len(body) > MAX_BYTES:
            detail = f"{len(body)} bytes; a webhook message holds {MAX_BYTES}"
            return Outcome(verdict=Verdict.FAILED, reason=Reason.TOO_LONG, detail=detail)
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.idempotency_key,
            "Kepu-Timestamp": timestamp,
            "Kepu-Signature": self._signer.sign(timestamp, body),
        }
        try:
            reply = await self._door.request("POST", url, headers=headers, body=body)
        except DoorError as problem:
            return no_reply(problem)
        if 200 <= reply.status < 300:
            return Outcome(verdict=Verdict.SENT, provider_id=message.idempotency_key)
        return from_status(reply.status, reply.headers, "")

    async def close(self) -> None:
        """Nothing is held: connections belong to the door."""


class Signer:
    """Signs with one secret. The keyed state is made once: making it costs twice what a message does."""

    def __init__(self, secret: Secret) -> None:
        self._keyed = hmac.new(secret.reveal().encode(), digestmod="sha256")

    def sign(self, timestamp: str, body: bytes) -> str:
        """`v1=` and the hex HMAC-SHA256 over timestamp, a dot and the body."""
        mac = self._keyed.copy()
        mac.update(timestamp.encode() + b"." + body)
        return f"v1={mac.hexdigest()}"


def sign(secret: Secret, timestamp: str, body: bytes) -> str:
    """One signature, as a receiver computes it."""
    return Signer(secret).sign(timestamp, body)
