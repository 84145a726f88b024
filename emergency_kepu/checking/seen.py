"""Rumours and questions as the desk knows them: what feeds have shown, what was checked, and what was told of it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection

from emergency_kepu.campaigns.drafting import campaign_id
from emergency_kepu.domain.factcheck import CheckWords, FactCheck
from emergency_kepu.domain.incident import Incident, IncidentStatus
from emergency_kepu.domain.plain import plain
from emergency_kepu.matching.observe import RUMOUR
from emergency_kepu.store import campaigns, incidents
from emergency_kepu.store.campaigns import CampaignRow

MOST = 200
_PARTS = ("claim", "fact", "evidence")


class RumourView(msgspec.Struct, frozen=True, kw_only=True):
    """One rumour or question. Instants UTC."""

    incident: str
    title: str
    status: str
    source_name: str
    feeds: tuple[str, ...]
    place_codes: tuple[str, ...]
    updated_at: datetime
    check: FactCheck | None
    """None: nobody has checked it yet."""
    campaign: str | None
    """Its fact-check; None: nothing is written."""
    revision: int | None
    state: str | None


def rumours(conn: Connection, *, limit: int = MOST) -> list[RumourView]:
    """Those nobody has checked first, then the newest."""
    found = [item for item in incidents.listing(conn, hazard=RUMOUR, limit=limit) if not item.drill]
    views = [_view(conn, item) for item in found]
    return sorted(views, key=lambda view: not (view.check is None and view.status == IncidentStatus.OPEN))


def rumour(conn: Connection, incident_id: str) -> RumourView:
    """One of them. NotFound names the id."""
    return _view(conn, incidents.get(conn, incident_id))


def what_was_seen(conn: Connection, incident_id: str) -> dict[str, CheckWords]:
    """What its messages already say, by language, to begin a check with; parts that they lack are empty."""
    words: dict[str, CheckWords] = {}
    for _, _, _, alert in incidents.alerts_of(conn, incident_id):
        for info in alert.infos:
            said = {name: plain(next(iter(info.parameters.get(name, ())), "")) for name in _PARTS}
            said["claim"] = said["claim"] or plain(info.headline or "")
            if any(said.values()):
                words[info.language or ""] = CheckWords(**said)
    return words


def _view(conn: Connection, incident: Incident) -> RumourView:
    row: CampaignRow | None = next(iter(campaigns.revisions(conn, campaign_id(incident.id))[-1:]), None)
    return RumourView(
        incident=incident.id,
        title=incident.title,
        status=incident.status.value,
        source_name=incident.source_name,
        feeds=incident.feeds,
        place_codes=incident.place_codes,
        updated_at=incident.updated_at,
        check=incident.check,
        campaign=row.id if row else None,
        revision=row.revision if row else None,
        state=row.state.value if row else None,
    )
