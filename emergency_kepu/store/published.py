"""What went out to the public, for those who read it as a feed."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, select

from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.decision import Action
from emergency_kepu.store import campaigns as store
from emergency_kepu.store import incidents
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.tables import campaigns, decisions


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """One revision that went out. `before`: what it replaced, oldest first. `withdrawn_at`: the desk took it back."""

    row: CampaignRow
    before: tuple[CampaignRow, ...]
    withdrawn_at: datetime | None


def published(conn: Connection, *, since: datetime, limit: int) -> list[Published]:
    """Every launched revision of the campaigns that launched one since, at most `limit` campaigns, the newest ones.

    What an incident that is not for the public caused is not among it.
    """
    newest = func.max(campaigns.c.launched_at)
    query = select(campaigns.c.id).where(campaigns.c.launched_at >= since).group_by(campaigns.c.id)
    found: list[Published] = []
    for campaign_id in conn.scalars(query.order_by(newest.desc(), campaigns.c.id).limit(limit)).all():
        rows = [row for row in store.revisions(conn, campaign_id) if row.launched_at is not None]
        incident = incidents.find(conn, rows[0].incident_id)
        if incident is None or not incident.public:
            continue
        found += [
            Published(row=row, before=tuple(rows[:number]), withdrawn_at=_withdrawn_at(conn, row))
            for number, row in enumerate(rows)
        ]
    return found


def _withdrawn_at(conn: Connection, row: CampaignRow) -> datetime | None:
    """When the desk cancelled it: that is on record, like every decision."""
    if row.state is not CampaignState.CANCELLED:
        return None
    query = select(func.max(decisions.c.at)).where(
        decisions.c.campaign_id == row.id,
        decisions.c.revision == row.revision,
        decisions.c.subject == "campaign",
        decisions.c.action == Action.STOP.value,
    )
    return conn.scalar(query) or row.launched_at
