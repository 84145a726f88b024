"""Receipts: what providers say later. A delivery moves on, an opt-out is remembered; late words change nothing."""

from __future__ import annotations

from sqlalchemy import Connection

from emergency_kepu.bus.port import Record
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.pipeline.jobs import Receipt, decode
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import ledger, recipients

_STATES = {"delivered": DeliveryState.DELIVERED, "failed": DeliveryState.FAILED}


async def receipt(record: Record, services: Services) -> list[Record]:
    """The handler of `kepu.receipt`."""
    said = decode(record, Receipt)

    def take(conn: Connection) -> bool:
        now = services.clock.now()
        if said.state == "opted_out":
            recipients.opt_out(conn, channel=said.channel, target=said.target, at=now, source=said.detail)
            return False
        state = _STATES.get(said.state)
        if state is None:
            return False
        return ledger.receipt(conn, provider_id=said.provider_id, state=state, detail=said.detail, now=now)

    if await services.database.write(take):
        services.metrics.deliveries.labels(said.channel, said.state).inc()
    return []
