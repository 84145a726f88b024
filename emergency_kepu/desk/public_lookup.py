"""From the name in an address to what the public may see of a campaign: only what was launched, the newest of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, select

from emergency_kepu.desk.shared import Shared
from emergency_kepu.domain.campaign import CampaignKind, CampaignState
from emergency_kepu.domain.incident import Incident, IncidentStatus
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns, incidents
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.tables import campaigns as table

_KEPT = timedelta(days=400)
"""Pages of older campaigns are gone."""
_OUT = (CampaignState.LAUNCHED, CampaignState.FINISHED, CampaignState.SUPERSEDED, CampaignState.CANCELLED)


class Standing(StrEnum):
    """How the page's advice stands."""

    CURRENT = "current"
    OVER = "over"
    """An all-clear, or its time has passed."""
    WITHDRAWN = "withdrawn"
    """The desk took the campaign back: its advice is not shown any more."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to show."""

    slug: str
    row: CampaignRow
    """The newest revision that went out."""
    standing: Standing
    ended_at: datetime | None
    """When its time passed; None where it has not, or where nobody said so."""


class PublicLookup:
    """One a desk."""

    def __init__(self, services: Services) -> None:
        assert services.pages is not None
        self._services = services
        self._pages = services.pages
        self._known: dict[str, str] = {}
        self._newest: datetime | None = None
        self._names: Shared[str, None] = Shared(self._learn, wall=services.clock.wall)
        self._standing: Shared[tuple[str, str], Shown | None] = Shared(self._look, wall=services.clock.wall)

    def link(self, campaign_id: str) -> str:
        """The page's whole address."""
        return self._pages.link(campaign_id)

    async def find(self, slug: str) -> Shown | None:
        """None where there is no such page, or nothing of the campaign has gone out. Up to a second old: however many
        ask, the database is asked once."""
        if slug not in self._known:
            # names that nobody has are tried by the thousand: one look a second, for which everybody waits
            await self._names.get("")
        campaign_id = self._known.get(slug)
        return await self._standing.get((slug, campaign_id)) if campaign_id is not None else None

    async def _look(self, key: tuple[str, str]) -> Shown | None:
        slug, campaign_id = key
        now = self._services.clock.now()
        return await self._services.database.read(lambda conn: _shown(conn, slug, campaign_id, now))

    async def _learn(self, _key: str) -> None:
        now = self._services.clock.now()
        since = max(self._newest or now - _KEPT, now - _KEPT) - timedelta(minutes=5)
        found = await self._services.database.read(lambda conn: _launched(conn, since))
        self._known.update((self._pages.slug(campaign_id), campaign_id) for campaign_id in found)
        self._newest = now


def _launched(conn: Connection, since: datetime) -> list[str]:
    return list(conn.scalars(select(table.c.id).where(table.c.launched_at >= since).distinct()))


def _shown(conn: Connection, slug: str, campaign_id: str, now: datetime) -> Shown | None:
    rows = campaigns.revisions(conn, campaign_id)
    out = [row for row in rows if row.launched_at is not None and row.state in _OUT]
    if not out:
        return None
    row = out[-1]
    incident = incidents.find(conn, row.incident_id)
    if incident is not None and not incident.public:
        return None
    ended = _ended(row, incident, now)
    standing = Standing.CURRENT
    if row.state is CampaignState.CANCELLED or (row.spec.facts.check and row.kind is CampaignKind.ALL_CLEAR):
        standing = Standing.WITHDRAWN
    elif row.kind is CampaignKind.ALL_CLEAR or ended is not None or _is_closed(incident, rows):
        standing = Standing.OVER
    return Shown(slug=slug, row=row, standing=standing, ended_at=ended)


def _ended(row: CampaignRow, incident: Incident | None, now: datetime) -> datetime | None:
    if row.spec.facts.check is not None:
        return None  # what was found out does not run out
    until = incident.expires_at if incident else row.spec.facts.until
    return until if until is not None and until <= now else None


def _is_closed(incident: Incident | None, rows: Sequence[CampaignRow]) -> bool:
    """Whoever closes an incident at the desk does so alone. While the all-clear that others must approve is not out,
    because it waits or because they refused it, nobody is told that it is over."""
    if incident is None or incident.status is IncidentStatus.OPEN or incident.check is not None:
        return False
    unsaid = any(row.kind is CampaignKind.ALL_CLEAR and row.launched_at is None for row in rows)
    return incident.status is IncidentStatus.EXPIRED or not unsaid
