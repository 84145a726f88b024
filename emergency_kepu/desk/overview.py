"""The reading side of the console: one snapshot of what a duty officer must know, worst first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection

from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.incident import Incident
from emergency_kepu.store import campaigns, dead, decisions, incidents, ledger
from emergency_kepu.store.campaigns import CampaignRow


class CampaignView(msgspec.Struct, frozen=True, kw_only=True):
    """One revision with its progress."""

    id: str
    revision: int
    kind: str
    state: str
    hazard: str
    title: str
    policy: str
    drill: bool
    planned: int
    final: int
    by_state: dict[str, int]
    approvals_needed: int
    approved_by: tuple[str, ...]
    created_at: datetime
    first_send_seconds: float | None


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the first page. `waiting` comes first: somebody must decide."""

    waiting: tuple[CampaignView, ...]
    campaigns: tuple[CampaignView, ...]
    incidents: tuple[Incident, ...]
    deliveries: tuple[dict[str, Any], ...]
    dead_letters: int


_FINAL = ("sent", "delivered", "failed", "skipped", "recalled")


def overview(conn: Connection) -> Overview:
    """One consistent look at the database."""
    rows = campaigns.listing(conn, limit=100)
    counted = ledger.counts(conn)
    views = tuple(_view(conn, row, counted) for row in rows)
    totals: dict[tuple[str, str], int] = {}
    for item in counted:
        totals[item.channel, item.state] = totals.get((item.channel, item.state), 0) + item.number
    return Overview(
        waiting=tuple(view for view in views if view.state == CampaignState.WAITING),
        campaigns=views,
        incidents=tuple(incidents.listing(conn, limit=100)),
        deliveries=tuple(
            {"channel": channel, "state": state, "count": count} for (channel, state), count in sorted(totals.items())
        ),
        dead_letters=sum(dead.counts(conn).values()),
    )


def _view(conn: Connection, row: CampaignRow, counted: Any) -> CampaignView:
    by_state: dict[str, int] = {}
    for item in counted:
        if item.campaign_id == row.id and item.revision == row.revision:
            by_state[item.state] = by_state.get(item.state, 0) + item.number
    return CampaignView(
        id=row.id,
        revision=row.revision,
        kind=row.kind.value,
        state=row.state.value,
        hazard=row.hazard,
        title=row.title,
        policy=row.policy,
        drill=row.drill,
        planned=row.planned,
        final=sum(count for state, count in by_state.items() if state in _FINAL),
        by_state=by_state,
        approvals_needed=row.approvals_needed,
        approved_by=campaigns.approvers(conn, row.id, row.revision),
        created_at=row.created_at,
        first_send_seconds=row.first_send_seconds,
    )


def decision_rows(conn: Connection, incident_id: str) -> list[dict[str, Any]]:
    """The trace of an incident, oldest first."""
    found = decisions.listing(conn, incident_id=incident_id)
    return [
        {
            "at": row.at,
            "guard": row.guard,
            "action": row.action,
            "reason": row.reason,
            "detail": row.detail,
            "by": row.actor,
        }
        for row in reversed(found)
    ]
