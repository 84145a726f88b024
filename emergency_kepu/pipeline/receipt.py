"""Receipts: what providers say later. A delivery moves on, an opt-out is remembered; late words change nothing.

A provider may be quicker than our own commit of its answer: a receipt for an unknown id is looked at again for a while.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from sqlalchemy import Connection

from emergency_kepu.bus.port import Record
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.pipeline.failover import Lost, fail_over
from emergency_kepu.pipeline.jobs import Receipt, decode, receipt_record
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns, receipts, recipients
from emergency_kepu.store.due import put_due
from emergency_kepu.store.receipts import Receipted

_STATES = {"delivered": DeliveryState.DELIVERED, "failed": DeliveryState.FAILED}
_WAITS_SECONDS = (2.0, 10.0, 60.0)
"""Before each further look for a delivery that does not have this id yet."""


async def receipt(record: Record, services: Services) -> list[Record]:
    """The handler of `kepu.receipt`."""
    said = decode(record, Receipt)
    if await services.database.write(lambda conn: _take(conn, services, said)):
        services.metrics.deliveries.labels(said.channel, said.state).inc()
    return []


def _take(conn: Connection, services: Services, said: Receipt) -> bool:
    now = services.clock.now()
    opted_out = said.state == "opted_out"
    if opted_out:
        recipients.opt_out(conn, channel=said.channel, target=said.target, at=now, source=said.detail)
    state = DeliveryState.FAILED if opted_out else _STATES.get(said.state)
    if state is None:
        return False
    found = receipts.receipt(
        conn, channel=said.channel, provider_id=said.provider_id, state=state, detail=said.detail, now=now
    )
    if found is None:
        _look_again(conn, services, said)
        return False
    if state is DeliveryState.FAILED:
        reason = Reason.OPTED_OUT if opted_out else Reason.PROVIDER_REFUSED
        services.metrics.failures.labels(said.channel, reason.value).inc()
        _another_way(conn, services, found, reason)
    return not opted_out


def _another_way(conn: Connection, services: Services, found: Receipted, reason: Reason) -> None:
    row = campaigns.get(conn, found.campaign_id, found.revision)
    if row is not None:
        lost = Lost(
            delivery_id=f"{found.batch_id}/{found.n}",
            recipient_id=found.recipient_id,
            channel=found.channel,
            reason=reason,
        )
        fail_over(conn, services, row, [lost])


def _look_again(conn: Connection, services: Services, said: Receipt) -> None:
    """Only for an id that no delivery has: a settled one has said its last word."""
    if said.tries < len(_WAITS_SECONDS) and not receipts.knows(
        conn, channel=said.channel, provider_id=said.provider_id
    ):
        again = msgspec.structs.replace(said, tries=said.tries + 1)
        put_due(conn, receipt_record(again), services.clock.now() + timedelta(seconds=_WAITS_SECONDS[said.tries]))
