"""How many recipients a revision would be planned for if it were launched now."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, func, or_, select

from emergency_kepu.domain.delivery import REACHED, DeliveryState
from emergency_kepu.domain.recipient import AudienceQuery
from emergency_kepu.store import recipients
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.tables import deliveries


def audience_size(conn: Connection, row: CampaignRow) -> int:
    """Recipients a launch now would plan for (an escalation: at least), before opt-outs and missing addresses."""
    query = msgspec.structs.replace(msgspec.convert(row.spec.audience, AudienceQuery), drill=row.drill)
    if not row.spec.only_reached_by:
        return recipients.count(conn, query)
    reached = _reached(conn, row)
    # an escalation goes to both groups, which mostly are the same people: at least the larger one
    return max(reached, recipients.count(conn, query)) if row.spec.also_audience else reached


def _reached(conn: Connection, row: CampaignRow) -> int:
    maybe = or_(
        deliveries.c.state.in_((*REACHED, DeliveryState.SENDING)),
        deliveries.c.maybe_sent.is_(True),
    )
    query = select(func.count(deliveries.c.recipient_id.distinct())).where(
        deliveries.c.campaign_id == row.id, deliveries.c.revision.in_(row.spec.only_reached_by), maybe
    )
    return int(conn.scalar(query) or 0)
