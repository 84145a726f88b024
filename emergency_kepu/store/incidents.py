"""Alerts as they came, and the incidents they are about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, select

from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.errors import NotFound
from emergency_kepu.domain.incident import AlertKey, Incident, IncidentStatus
from emergency_kepu.matching.keys import kept_under
from emergency_kepu.store.codec import pack, unpack
from emergency_kepu.store.tables import alerts, ended_early, incident_alerts, incident_keys, incidents
from emergency_kepu.store.upsert import insert_new, put


def add_alert(
    conn: Connection, alert_id: str, alert: Alert, *, feed: str, document: str, received_at: datetime
) -> bool:
    """False when the alert is known: the same message in a later poll, or a redelivered record."""
    row = {
        "id": alert_id,
        "feed": feed,
        "identifier": alert.identifier,
        "sender": alert.sender,
        "sent": alert.sent,
        "received_at": received_at,
        "status": alert.status,
        "effect": alert.effect.value,
        "alert": pack(alert),
        "document": document,
    }
    return insert_new(conn, alerts, [row]) == 1


def known_alerts(conn: Connection, ids: Collection[str]) -> set[str]:
    """Which of these are stored."""
    found: set[str] = set()
    wanted = list(ids)
    for start in range(0, len(wanted), 500):
        found.update(conn.scalars(_KNOWN_ALERTS, {"ids": wanted[start : start + 500]}))
    return found


_KNOWN_ALERTS = select(alerts.c.id).where(alerts.c.id.in_(bindparam("ids", expanding=True)))


def get_alert(conn: Connection, alert_id: str) -> Alert | None:
    """One alert in normal form."""
    raw = conn.scalar(select(alerts.c.alert).where(alerts.c.id == alert_id))
    return None if raw is None else unpack(raw, Alert)


def alerts_of(conn: Connection, incident_id: str) -> list[tuple[str, str, datetime, Alert]]:
    """(id, feed, received at, alert) of an incident, in the order they came."""
    query = (
        select(alerts.c.id, alerts.c.feed, alerts.c.received_at, alerts.c.alert)
        .join(incident_alerts, incident_alerts.c.alert_id == alerts.c.id)
        .where(incident_alerts.c.incident_id == incident_id)
        .order_by(alerts.c.received_at, alerts.c.id)
    )
    return [(row.id, row.feed, row.received_at, unpack(row.alert, Alert)) for row in conn.execute(query)]


def save(conn: Connection, incident: Incident) -> None:
    """Insert or replace."""
    put(
        conn,
        incidents,
        {
            "id": incident.id,
            "hazard": incident.hazard,
            "status": incident.status.value,
            "severity": int(incident.severity),
            "revision": incident.revision,
            "drill": incident.drill,
            "opened_at": incident.opened_at,
            "updated_at": incident.updated_at,
            "expires_at": incident.expires_at,
            "incident": pack(incident),
        },
    )
    insert_new(conn, incident_keys, [{"key": key, "incident_id": incident.id} for key in kept_under(incident)])


def link(conn: Connection, incident_id: str, alert_id: str, identifier: str) -> None:
    """This alert is about that incident."""
    row = {"incident_id": incident_id, "alert_id": alert_id, "identifier": identifier}
    insert_new(conn, incident_alerts, [row])


def find(conn: Connection, incident_id: str) -> Incident | None:
    """By id; None when there is none."""
    raw = conn.scalar(select(incidents.c.incident).where(incidents.c.id == incident_id))
    return None if raw is None else unpack(raw, Incident)


def get(conn: Connection, incident_id: str) -> Incident:
    """NotFound names the id."""
    raw = conn.scalar(select(incidents.c.incident).where(incidents.c.id == incident_id))
    if raw is None:
        msg = f"no incident {incident_id!r}; `kepu incidents list` shows them"
        raise NotFound(msg)
    return unpack(raw, Incident)


def candidates(
    conn: Connection,
    *,
    hazard: str,
    identifiers: Iterable[str],
    updated_after: datetime,
    keys: Sequence[str] | None = None,
) -> list[Incident]:
    """Incidents an alert may belong to: those its references name, and recent ones of its hazard; newest first.

    `keys` (`matching.keys.looked_for`): only those that share one; None: all of the hazard.
    """
    wanted: dict[str, object] = {
        "identifiers": sorted(set(identifiers)),
        "hazard": hazard,
        "updated_after": updated_after,
    }
    if keys is not None:
        wanted["keys"] = list(keys)
    return [unpack(raw, Incident) for raw in conn.scalars(_candidates(by_key=keys is not None), wanted)]


@cache
def _candidates(*, by_key: bool) -> Select[Any]:
    """Built once: it is asked for every alert, and building it takes longer than the answer."""
    identifiers: BindParameter[str] = bindparam("identifiers", expanding=True)
    named = select(incident_alerts.c.incident_id).where(incident_alerts.c.identifier.in_(identifiers))
    recent = (incidents.c.hazard == bindparam("hazard")) & (incidents.c.updated_at >= bindparam("updated_after"))
    query = select(incidents.c.incident).where(incidents.c.id.in_(named) | recent)
    if by_key:
        near = select(incident_keys.c.incident_id).where(incident_keys.c.key.in_(bindparam("keys", expanding=True)))
        # said once more as one list of ids: beside an OR, SQLite would walk through all incidents of the hazard
        query = query.where(incidents.c.id.in_(near.union(named)))
    return query.order_by(incidents.c.updated_at.desc(), incidents.c.id)


def listing(
    conn: Connection, *, statuses: Sequence[IncidentStatus] = (), hazard: str | None = None, limit: int = 200
) -> list[Incident]:
    """Newest first."""
    query = select(incidents.c.incident).order_by(incidents.c.updated_at.desc(), incidents.c.id).limit(limit)
    if statuses:
        query = query.where(incidents.c.status.in_(statuses))
    if hazard is not None:
        query = query.where(incidents.c.hazard == hazard)
    return [unpack(raw, Incident) for raw in conn.scalars(query)]


def incidents_of_alerts(conn: Connection, alert_ids: Collection[str]) -> set[str]:
    """The incidents that any of these alerts is about."""
    query = select(incident_alerts.c.incident_id).where(incident_alerts.c.alert_id.in_(list(alert_ids)[:500]))
    return set(conn.scalars(query))


def lapsed(conn: Connection, now: datetime, *, limit: int = 100) -> list[Incident]:
    """Open incidents whose end has passed without a word."""
    query = (
        select(incidents.c.incident)
        .where(incidents.c.status == IncidentStatus.OPEN, incidents.c.expires_at < now)
        .order_by(incidents.c.expires_at)
        .limit(limit)
    )
    return [unpack(raw, Incident) for raw in conn.scalars(query)]


def remember_ended(conn: Connection, feed: str, ended: Iterable[AlertKey], at: datetime) -> None:
    """A cancel came before what it cancels (CAP messages may overtake each other)."""
    rows = [{"feed": feed, "sender": key.sender, "identifier": key.identifier, "at": at} for key in ended]
    insert_new(conn, ended_early, rows)


def ended_before(conn: Connection, feed: str, key: AlertKey) -> bool:
    """Whether a cancel of this message came first."""
    wanted = {"feed": feed, "sender": key.sender, "identifier": key.identifier}
    return conn.execute(_ENDED_BEFORE, wanted).first() is not None


_ENDED_BEFORE = select(ended_early.c.at).where(
    *(ended_early.c[name] == bindparam(name) for name in ("feed", "sender", "identifier"))
)
