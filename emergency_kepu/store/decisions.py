"""The record of every decision: what, why, who. Appending the same one again changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select

from emergency_kepu.domain.decision import Decision
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.months import month_of
from emergency_kepu.store.tables import decisions
from emergency_kepu.store.upsert import insert_new


def append_decision(conn: Connection, decision: Decision, **about: Any) -> bool:
    """One decision, with the arguments of `append_decisions`; True when it was new."""
    return append_decisions(conn, [decision], **about) == 1


def append_about(conn: Connection, row: CampaignRow, decision: Decision, *, at: datetime, actor: str) -> bool:
    """One decision about a revision of a campaign."""
    return append_decision(
        conn,
        decision,
        at=at,
        subject="campaign",
        actor=actor,
        incident_id=row.incident_id,
        campaign_id=row.id,
        revision=row.revision,
    )


def append_decisions(
    conn: Connection,
    decided: Sequence[Decision],
    *,
    at: datetime,
    subject: str,
    actor: str,
    alert_id: str | None = None,
    incident_id: str | None = None,
    campaign_id: str | None = None,
    revision: int | None = None,
) -> int:
    """How many were new. The fingerprint holds all but the time, for machine decisions about one alert or
    revision: a redelivered record decides the same again. People may repeat themselves: their time counts."""
    about = {
        "at": at,
        "alert_id": alert_id,
        "incident_id": incident_id,
        "campaign_id": campaign_id,
        "revision": revision,
        "subject": subject,
        "actor": actor,
        "month": month_of(at),
    }
    rows = {}
    for decision in decided:
        parts = [
            subject,
            alert_id or "",
            incident_id or "",
            campaign_id or "",
            str(revision or ""),
            decision.action,
            decision.reason,
            decision.guard,
            decision.detail,
            actor,
            at.isoformat() if decision.guard == "desk" else "",
        ]
        fingerprint = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()
        rows[fingerprint] = {
            **about,
            "action": decision.action.value,
            "reason": decision.reason.value,
            "guard": decision.guard,
            "detail": decision.detail,
            "fingerprint": fingerprint,
        }
    # also those of another month, whose own key the database does not see
    for known in conn.scalars(_KNOWN, {"fingerprints": list(rows)}):
        rows.pop(known, None)
    return insert_new(conn, decisions, list(rows.values()))


_KNOWN = select(decisions.c.fingerprint).where(decisions.c.fingerprint.in_(bindparam("fingerprints", expanding=True)))


def listing(
    conn: Connection,
    *,
    incident_id: str | None = None,
    campaign_id: str | None = None,
    alert_id: str | None = None,
    before: int | None = None,
    limit: int = 200,
) -> Sequence[Row[Any]]:
    """Newest first; `before` is the `seq` where the page before ended."""
    query = select(decisions).order_by(decisions.c.seq.desc()).limit(limit)
    for column, wanted in (
        (decisions.c.incident_id, incident_id),
        (decisions.c.campaign_id, campaign_id),
        (decisions.c.alert_id, alert_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if before is not None:
        query = query.where(decisions.c.seq < before)
    return conn.execute(query).all()
