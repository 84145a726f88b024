"""What a campaign that nobody has let go yet would send, and to how many."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, func, or_, select

from emergency_kepu.content.limits import LAYOUT_OF_KIND
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.desk.views import MessageView
from emergency_kepu.domain.delivery import REACHED, DeliveryState
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.recipient import AudienceQuery
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import recipients
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.tables import deliveries


def preview(services: Services, row: CampaignRow) -> tuple[MessageView, ...]:
    """Every language on every channel of the campaign, as planning would write it for the general public."""
    return tuple(
        _one(services, row, channel, locale)
        for channel in row.spec.channels
        for locale in services.catalog.locales(row.hazard)
    )


def _one(services: Services, row: CampaignRow, channel: str, locale: str) -> MessageView:
    configured = services.channels.get(channel)
    if configured is None:
        problem = f"channel {channel!r} is not configured: nothing is sent on it"
        return MessageView(channel=channel, locale=locale, audience="", title="", text="", problem=problem)
    request = RenderRequest(
        hazard=row.hazard,
        locale=locale,
        layout=LAYOUT_OF_KIND[configured.kind],
        phase=row.spec.phase,
        kind=row.kind,
        drill=row.drill,
        facts=row.spec.facts,
    )
    try:
        found = render(services.catalog, request)
    except ContentError as refused:
        return MessageView(channel=channel, locale=locale, audience="", title="", text="", problem=str(refused))
    return MessageView(
        channel=channel,
        locale=locale,
        audience="",
        title=found.title,
        text=found.text,
        size=found.size,
        unit=found.unit,
    )


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
