"""The one table of stages. The embedded bus and the Faust app both run exactly this."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence

from emergency_kepu.bus.port import DISPATCH_IMMEDIATE, DISPATCH_ROUTINE, FEED, LAUNCH, RECEIPT, Record, Stage
from emergency_kepu.pipeline.dispatch import dispatch
from emergency_kepu.pipeline.intake import intake
from emergency_kepu.pipeline.plan import plan
from emergency_kepu.pipeline.receipt import receipt
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store.line import urgent_writes

Handler = Callable[[Record, Services], Awaitable[Sequence[Record]]]


_URGENT = ("intake", "dispatch.immediate")
"""While one of these has a record in hand, routine work lets it pass; `plan` knows only then which lane it is for."""


def timed(name: str, handler: Handler) -> Handler:
    """The handler, with its time in `kepu_stage_seconds`."""
    urgent = name in _URGENT

    async def run(record: Record, services: Services) -> Sequence[Record]:
        began = time.perf_counter()
        try:
            with services.calm.urgent() if urgent else contextlib.nullcontext(), urgent_writes(urgent):
                return await handler(record, services)
        finally:
            services.metrics.stage.labels(name).observe(time.perf_counter() - began)

    return run


STAGES: tuple[Stage, ...] = tuple(
    Stage(name=name, topic=topic, handler=timed(name, handler), lanes=lanes)
    for name, topic, handler, lanes in (
        ("intake", FEED, intake, 8),
        ("plan", LAUNCH, plan, 4),
        ("dispatch.immediate", DISPATCH_IMMEDIATE, dispatch, 8),
        ("dispatch.routine", DISPATCH_ROUTINE, dispatch, 2),
        ("receipt", RECEIPT, receipt, 32),
    )
)
