"""A file of JSON lines: for drills and for systems that read along. On disk before it counts as sent."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from emergency_kepu.channels.door import Door
from emergency_kepu.channels.port import OutboundMessage, Outcome, Verdict
from emergency_kepu.domain.decision import Reason


class FileConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`path` of the file; its folder is made."""

    path: str
    drill: bool = False


class File:
    """See `channels.port.Channel`. The target is written into the line."""

    kind = "file"
    Config = FileConfig
    batch_size = 500
    concurrency = 1
    rates = ()

    def __init__(self, name: str, config: FileConfig, *, door: Door, environ: Mapping[str, str]) -> None:
        self.name = name
        self.drill = config.drill
        self._path = Path(config.path)

    async def send(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """All of them with one flush to disk."""
        lines = b"".join(
            msgspec.json.encode(
                {
                    "id": message.idempotency_key,
                    "target": message.target,
                    "locale": message.locale,
                    "drill": message.drill,
                    "text": message.text,
                }
            )
            + b"\n"
            for message in messages
        )
        try:
            await asyncio.to_thread(self._append, lines)
        except OSError as problem:
            detail = f"{self._path}: {problem.strerror}"
            failed = Outcome(verdict=Verdict.RETRY, reason=Reason.CHANNEL_UNREACHABLE, detail=detail)
            return [failed] * len(messages)
        return [Outcome(verdict=Verdict.SENT, provider_id=message.idempotency_key) for message in messages]

    def _append(self, lines: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())

    async def close(self) -> None:
        """The file is opened for each batch."""
