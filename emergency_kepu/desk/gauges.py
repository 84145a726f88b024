"""Gauges whose truth lies in the database: read when they are asked for, so that they hold after a restart too."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, case, func, select

from emergency_kepu.content.review import expiring
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.delivery import FINAL
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import asks, check_ins, dead
from emergency_kepu.store.tables import campaigns, deliveries, feed_states


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One look at the database."""

    dead_letters: dict[str, int]
    """By topic; topics without any are absent."""
    waiting: int
    unanswered: int
    help_waiting: int
    progress: float
    feed_success: dict[str, datetime]


async def read_gauges(services: Services) -> None:
    """Set every gauge that the database knows better than this process."""
    metrics = services.metrics
    measured = await services.database.read(measure)
    metrics.set_lag(await services.bus.lag())
    metrics.set_dead_letters(measured.dead_letters)
    metrics.waiting.set(measured.waiting)
    metrics.unanswered.set(measured.unanswered)
    metrics.help_waiting.set(measured.help_waiting)
    metrics.progress.set(measured.progress)
    for feed in services.settings.feeds.keys() & measured.feed_success.keys():
        metrics.feed_success.labels(feed).set(measured.feed_success[feed].timestamp())
    today, remind = services.clock.now().date(), services.settings.content.remind_days
    metrics.reviews.set(sum(1 for _ in expiring(services.catalog, today, remind)))


def measure(conn: Connection) -> Measured:
    """In one snapshot."""
    seen = select(feed_states.c.feed, feed_states.c.last_success).where(feed_states.c.last_success.is_not(None))
    waiting = select(func.count()).select_from(campaigns).where(campaigns.c.state == CampaignState.WAITING)
    return Measured(
        dead_letters=dead.counts(conn),
        waiting=int(conn.scalar(waiting) or 0),
        unanswered=len(asks.at_desk(conn, limit=1_000)),
        help_waiting=check_ins.waiting(conn).number,
        progress=_progress(conn),
        feed_success={row.feed: row.last_success for row in conn.execute(seen)},
    )


def _progress(conn: Connection) -> float:
    """Share of the planned deliveries of all launched campaigns that are final; 1 when nothing is under way."""
    done = func.sum(case((deliveries.c.state.in_(FINAL), 1), else_=0))
    query = (
        select(func.count(), done)
        .select_from(campaigns)
        .join(
            deliveries,
            (deliveries.c.campaign_id == campaigns.c.id) & (deliveries.c.revision == campaigns.c.revision),
        )
        .where(campaigns.c.state == CampaignState.LAUNCHED)
    )
    planned, final = conn.execute(query).one()
    return final / planned if planned else 1.0
