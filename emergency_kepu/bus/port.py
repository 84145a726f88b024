"""What a bus promises, whichever engine runs it. The contract suite in `tests/contracts/bus.py` proves each line.

- `publish` returns only after the records are durable (in the database; acknowledged by all in-sync replicas).
- A record is handed to its stage's handler at least once, and acknowledged only after what the handler caused is
  durable and the records it returned are published. Redelivery is normal: handlers are idempotent.
- Records with the same topic and key are handled in the order they were published, one at a time. After a
  crash or a rebalance a stretch may be repeated, stepping back in order.
- A handler that raises `TransientError` (or anything unexpected) is retried in place with a bounded back-off, then
  the record goes to the dead letters with its reason; `Unprocessable` and `ParseError` go there at once.
  A dead record never blocks what is behind it.
- `kepu.dispatch.immediate` never waits behind `kepu.dispatch.routine`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec

FEED = "kepu.feed"
LAUNCH = "kepu.launch"
DISPATCH_IMMEDIATE = "kepu.dispatch.immediate"
DISPATCH_ROUTINE = "kepu.dispatch.routine"
RECEIPT = "kepu.receipt"
DEAD = "kepu.dead"

TOPICS = (FEED, LAUNCH, DISPATCH_IMMEDIATE, DISPATCH_ROUTINE, RECEIPT, DEAD)


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record of the flow. `id` is derived from content, so publishing the same thing twice changes nothing."""

    topic: str
    key: str
    id: str
    value: bytes
    attempt: int = 1
    """1 on the first hand-over; higher when the engine knows that it was handed over before."""


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the stage table. `lanes` is how many keys may be in work at once on the embedded engine."""

    name: str
    topic: str
    handler: Callable[..., Awaitable[Sequence[Record]]]
    """`async (record, services) -> list[record]`: durable effects inside, follow-up records out."""
    lanes: int = 1
    max_attempts: int = 5


class Bus(Protocol):
    """The port. One object a process."""

    async def publish(self, records: Sequence[Record]) -> None:
        """Durable when it returns. The embedded engine drops a record whose (topic, id) is still waiting; Kafka hands
        it over twice, which handlers bear."""
        ...

    async def forward(self) -> int:
        """Hand on what transactions published beside the engine; how many records that were."""
        ...

    async def start(self, stages: Sequence[Stage], services: object) -> None:
        """Begin to hand records to handlers. Returns at once."""
        ...

    async def stop(self) -> None:
        """Finish what is in hand, acknowledge it, hand over nothing more."""
        ...

    async def lag(self) -> dict[str, int]:
        """Unacknowledged records by topic."""
        ...

    async def idle(self) -> bool:
        """True when no record of any stage is waiting or in hand."""
        ...
