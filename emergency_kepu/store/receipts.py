"""What providers say later about a delivery, found by the id that they gave it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, select, update

from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.store.tables import deliveries

_S = DeliveryState


class Receipted(msgspec.Struct, frozen=True, kw_only=True):
    """The delivery that a provider spoke of."""

    batch_id: str
    n: int
    campaign_id: str
    revision: int
    recipient_id: str
    channel: str
    target: str


def receipt(
    conn: Connection, *, channel: str, provider_id: str, state: DeliveryState, detail: str, now: datetime
) -> Receipted | None:
    """What the provider said later: SENT moves to DELIVERED or FAILED. None when a settled one is spoken of too late,
    or when no delivery has this id (yet)."""
    columns = [deliveries.c[name] for name in Receipted.__struct_fields__]
    query = select(*columns).where(
        deliveries.c.provider_id == provider_id, deliveries.c.channel == channel, deliveries.c.state == _S.SENT
    )
    found = conn.execute(query).first()
    if found is None:
        return None
    statement = (
        update(deliveries)
        .where(deliveries.c.batch_id == found.batch_id, deliveries.c.n == found.n, deliveries.c.state == _S.SENT)
        .values(
            state=state.value,
            detail=detail or None,
            reason=Reason.PROVIDER_REFUSED.value if state is _S.FAILED else None,
            updated_at=now,
        )
    )
    return Receipted(**found._mapping) if conn.execute(statement).rowcount else None


def knows(conn: Connection, *, channel: str, provider_id: str) -> bool:
    """Has a delivery of this channel the provider's id?"""
    query = select(deliveries.c.n).where(deliveries.c.provider_id == provider_id, deliveries.c.channel == channel)
    return conn.execute(query.limit(1)).first() is not None
