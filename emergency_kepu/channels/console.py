"""The terminal as a sink: for trying things out at a desk."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import msgspec

from emergency_kepu.channels.door import Door
from emergency_kepu.channels.port import OutboundMessage, Outcome, Verdict


class ConsoleConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing to set but whether it takes drills."""

    drill: bool = False


class Console:
    """See `channels.port.Channel`."""

    kind = "console"
    Config = ConsoleConfig
    batch_size = 1
    concurrency = 1
    rates = ()

    def __init__(self, name: str, config: ConsoleConfig, *, door: Door, environ: Mapping[str, str]) -> None:
        self.name = name
        self.drill = config.drill

    async def send(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """Written to stdout."""
        for message in messages:
            sys.stdout.write(f"[{self.name}] to {message.target} ({message.locale}):\n{message.text}\n\n")
        sys.stdout.flush()
        return [Outcome(verdict=Verdict.SENT, provider_id=message.idempotency_key) for message in messages]

    async def close(self) -> None:
        """Nothing is held."""
