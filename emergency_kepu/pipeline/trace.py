"""The explain trace: the same judgement as intake's, on a scratch database, with nothing carried out but memory."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection

from emergency_kepu.bus.embedded import EmbeddedBus
from emergency_kepu.content.catalog import Catalog
from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.incident import alert_id
from emergency_kepu.domain.step import Step
from emergency_kepu.feeds.format import FeedContext
from emergency_kepu.feeds.lifetime import expires_or_assumed
from emergency_kepu.feeds.registry import load_format
from emergency_kepu.matching.guards import Answer
from emergency_kepu.matching.observe import observe
from emergency_kepu.observe.metrics import Metrics
from emergency_kepu.pipeline.judge import Arrival, judge
from emergency_kepu.pipeline.services import Services
from emergency_kepu.settings import Settings
from emergency_kepu.store import campaigns, incidents
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.database import Database


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """The campaign that would be drafted or launched, and what its policy would let follow by itself."""

    policy: str
    kind: str
    phase: str
    lane: str
    channels: tuple[str, ...]
    locales: tuple[str, ...]
    """Languages in which there is something to send today."""
    approvals: int
    steps: tuple[Step, ...]
    """Counted from the launch; each is asked again, when its time comes, whether the incident still calls for it."""


class Traced(msgspec.Struct, frozen=True, kw_only=True):
    """What one alert would cause."""

    alert: str
    hazard: str | None
    incident: str | None
    outcome: str
    decisions: tuple[Decision, ...]
    guards: tuple[Answer, ...] = ()
    """What every guard said, also those that agreed or were not asked; empty where none was."""
    prepares: Prepared | None = None


def trace(
    database: Database, settings: Settings, catalog: Catalog, body: bytes, *, feed: str, now: datetime
) -> list[Traced]:
    """Every alert of a document, oldest first, each seeing what those before it left. ParseError as the format's."""
    parsed = load_format(settings.feeds[feed].format)(body, feed=FeedContext(name=feed))
    clock = SystemClock()
    services = Services(
        settings=settings,
        clock=clock,
        database=database,
        bus=EmbeddedBus(database, clock),
        catalog=catalog,
        channels={},
        metrics=Metrics(),
        worker="explain",
    )
    found: list[Traced] = []
    with database.begin() as conn:
        for alert in sorted(parsed.alerts, key=lambda item: item.sent or now):
            found += _one(conn, services, alert, feed, now)
    return found


def _one(conn: Connection, services: Services, alert: Alert, feed: str, now: datetime) -> list[Traced]:
    arrival = Arrival(
        feed=feed,
        official=services.settings.feeds[feed].official,
        backlog=False,
        received_at=now,
        received_wall=0.0,
    )
    expires, _ = expires_or_assumed(alert)
    seen = observe(alert, feed=feed, expires=expires, now=now)
    if not seen:
        detail = "nothing in it is in the taxonomy: it is only recorded"
        unknown = Decision(action=Action.WATCH, reason=Reason.UNKNOWN_HAZARD, guard="classify", detail=detail)
        return [Traced(alert=alert.identifier, hazard=None, incident=None, outcome="recorded", decisions=(unknown,))]
    found = []
    for observation in seen:
        judgement = judge(conn, services, alert, observation, arrival, now)
        incidents.remember_ended(conn, feed, judgement.ended_early, now)
        outcome = "recorded"
        if judgement.row is not None:
            needed = judgement.row.approvals_needed
            outcome = f"waits for {needed} approval(s)" if needed else "goes out at once"
            launched = None if needed else now
            campaigns.insert(conn, msgspec.structs.replace(judgement.row, launched_at=launched))
        if judgement.incident is not None:
            incidents.add_alert(conn, alert_id(alert), alert, feed=feed, document="", received_at=now)
            incidents.save(conn, judgement.incident)
            incidents.link(conn, judgement.incident.id, alert_id(alert), alert.identifier)
        found.append(
            Traced(
                alert=alert.identifier,
                hazard=observation.hazard,
                incident=judgement.incident.id if judgement.incident else None,
                outcome=outcome,
                decisions=judgement.decisions,
                guards=judgement.guards,
                prepares=_prepared(services.catalog, judgement.row) if judgement.row else None,
            )
        )
    return found


def _prepared(catalog: Catalog, row: CampaignRow) -> Prepared:
    return Prepared(
        policy=row.policy,
        kind=row.kind.value,
        phase=row.spec.phase,
        lane=row.lane,
        channels=row.spec.channels,
        locales=catalog.locales(row.hazard),
        approvals=row.approvals_needed,
        steps=row.spec.steps,
    )
