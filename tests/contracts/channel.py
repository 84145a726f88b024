"""What every channel promises (`emergency_kepu/channels/port.py`). Each kind brings a harness: a provider that plays a
scripted answer. A kind without one fails the suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emergency_kepu.channels.door import Door, DoorError, DoorReply
from emergency_kepu.channels.port import OutboundMessage

SID = "AC00000000000000000000000000000001"
"""Names the account; no secret, but addresses and errors need not carry it."""
SECRETS = ("token-secret-2", "key-secret-3", "hook-secret-4")


class ScriptedDoor(Door):
    """Answers what the test says, remembers what was asked."""

    def __init__(self, answer: DoorReply | DoorError | None = None) -> None:
        super().__init__()
        self.answer = answer
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []

    async def request(self, method: str, url: str, **more: Any) -> DoorReply:  # type: ignore[override]
        self.asked.append((method, url, dict(more.get("headers") or {}), more.get("body") or b""))
        assert self.answer is not None
        if isinstance(self.answer, DoorError):
            raise self.answer
        return self.answer


def reply(status: int, body: bytes = b"", **headers: str) -> DoorReply:
    return DoorReply(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=body
    )


def message(text: str = "hello", target: str = "t") -> OutboundMessage:
    return OutboundMessage(delivery_id="b/0", target=target, text=text, locale="en", idempotency_key="b/0")


@dataclass
class HttpHarness:
    """How one HTTP provider says yes, no, later."""

    config: dict[str, Any]
    target: str
    ok: DoorReply
    refused: DoorReply
    throttled: DoorReply
    too_long: int
    environ: dict[str, str] = field(default_factory=dict)
    secret_in: Callable[[tuple[str, str, dict[str, str], bytes]], bool] = lambda asked: True
