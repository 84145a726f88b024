"""What a duty officer must know, worst first, and everything about one incident or campaign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from emergency_kepu.campaigns.planned import planned
from emergency_kepu.desk import queries
from emergency_kepu.desk.expert_views import AskView
from emergency_kepu.desk.preview import audience_size, preview
from emergency_kepu.desk.views import (
    AlertView,
    CampaignDetail,
    CampaignView,
    FeedView,
    IncidentDetail,
    IncidentView,
    Overview,
    PageCountView,
    PageView,
)
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.delivery import FINAL
from emergency_kepu.domain.errors import NotFound
from emergency_kepu.domain.incident import Incident, IncidentStatus
from emergency_kepu.domain.severity import Severity
from emergency_kepu.feeds.poller import FeedState
from emergency_kepu.pipeline.services import Services
from emergency_kepu.settings import FeedSettings
from emergency_kepu.store import asks, campaigns, check_ins, dead, feeds, incidents, page_counts
from emergency_kepu.store.campaigns import CampaignRow

_RECENT = 20
_UNSENT = (CampaignState.DRAFT, CampaignState.WAITING, CampaignState.APPROVED, CampaignState.REJECTED)


def overview(conn: Connection, configured: Mapping[str, FeedSettings]) -> Overview:
    """One consistent look at the database. What waits longest for a decision comes first among the most severe."""
    waiting = campaigns.listing(conn, states=[CampaignState.WAITING], limit=100)
    under_way = campaigns.listing(
        conn, states=[CampaignState.DRAFT, CampaignState.APPROVED, CampaignState.LAUNCHED], limit=100
    )
    rest = [state for state in CampaignState if state not in {row.state for row in (*waiting, *under_way)}]
    recent = campaigns.listing(conn, states=rest, limit=_RECENT)
    shown = {(view.id, view.revision): view for view in campaign_views(conn, [*waiting, *under_way, *recent])}

    calls = check_ins.waiting(conn)

    def views(rows: Sequence[CampaignRow]) -> tuple[CampaignView, ...]:
        return tuple(shown[row.id, row.revision] for row in rows)

    return Overview(
        waiting=views(sorted(waiting, key=lambda row: (-row.severity, row.created_at))),
        under_way=views(under_way),
        recent=views(recent),
        incidents=tuple(IncidentView.of(incident) for incident in _incidents(conn)),
        feeds=feed_views(feeds.states(conn), configured),
        dead_letters=sum(dead.counts(conn).values()),
        unanswered=tuple(AskView.of(ask) for ask in asks.at_desk(conn)),
        help_waiting=calls.number,
        help_since=calls.oldest,
        help_drills=calls.drills,
    )


def _incidents(conn: Connection) -> list[Incident]:
    over = [IncidentStatus.CANCELLED, IncidentStatus.EXPIRED]
    found = [
        *incidents.listing(conn, statuses=[IncidentStatus.OPEN], limit=50),
        *incidents.listing(conn, statuses=over, limit=_RECENT),
    ]
    return [incident for incident in found if not incident.apart]


def feed_views(states: Mapping[str, FeedState], configured: Mapping[str, FeedSettings]) -> tuple[FeedView, ...]:
    """Failing ones first."""
    found = [
        FeedView(
            name=name,
            format=feed.format,
            push=feed.push,
            polled=bool(feed.url),
            last_success=states.get(name, FeedState()).last_success,
            last_error=states.get(name, FeedState()).last_error or "",
        )
        for name, feed in configured.items()
    ]
    return tuple(sorted(found, key=lambda feed: (not feed.last_error, feed.name)))


def campaign_views(conn: Connection, rows: Sequence[CampaignRow]) -> list[CampaignView]:
    """With progress and approvals, in the same order."""
    keys = [(row.id, row.revision) for row in rows]
    states = queries.states_of(conn, keys)
    approvals = queries.approvals_of(conn, keys)
    return [
        _view(row, states[row.id, row.revision], [given.actor for given in approvals[row.id, row.revision]])
        for row in rows
    ]


def _view(row: CampaignRow, by_state: dict[str, int], approved_by: Sequence[str]) -> CampaignView:
    return CampaignView(
        id=row.id,
        revision=row.revision,
        incident_id=row.incident_id,
        kind=row.kind.value,
        state=row.state.value,
        hazard=row.hazard,
        severity=Severity(row.severity).cap,
        title=row.title,
        policy=row.policy,
        lane=row.lane.value,
        drill=row.drill,
        planned=row.planned,
        plan_complete=row.plan_complete,
        final=sum(by_state.get(state, 0) for state in FINAL),
        by_state=by_state,
        approvals_needed=row.approvals_needed,
        approved_by=tuple(approved_by),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        launched_at=row.launched_at,
        finished_at=row.finished_at,
        first_send_seconds=row.first_send_seconds,
        tz=row.spec.facts.tz,
    )


def campaign_detail(conn: Connection, services: Services, campaign_id: str) -> CampaignDetail:
    """NotFound names the id. What has not been sent is rendered now, as it would be sent now."""
    rows = campaigns.revisions(conn, campaign_id)
    if not rows:
        msg = f"no campaign {campaign_id!r}; `kepu campaign list` shows them"
        raise NotFound(msg)
    latest = rows[-1]
    views = campaign_views(conn, rows)
    approvals = queries.approvals_of(conn, [(row.id, row.revision) for row in rows])
    unsent = latest.state in _UNSENT
    unsigned = services.unsigned(latest.hazard) if unsent and not latest.drill else None
    return CampaignDetail(
        latest=views[-1],
        revisions=tuple(reversed(views)),
        approvals=tuple(given for part in approvals.values() for given in part),
        messages=preview(services, latest) if unsent else queries.messages_of(conn, latest.id, latest.revision),
        preview=unsent,
        audience_size=audience_size(conn, latest) if unsent else None,
        deliveries=queries.delivery_groups(conn, latest.id, latest.revision),
        steps=tuple(planned(conn, latest.id)),
        asks=tuple(AskView.of(ask) for ask in asks.of_incident(conn, latest.incident_id)),
        page=_page(conn, services, rows) if services.pages else None,
        unsigned=unsigned[0].value if unsigned else "",
    )


def _page(conn: Connection, services: Services, rows: Sequence[CampaignRow]) -> PageView:
    assert services.pages is not None
    found: dict[tuple[int, str], dict[str, int]] = {}
    for key, number in page_counts.of_campaign(conn, rows[0].id):
        found.setdefault((key.revision, key.locale), {})[key.what] = number
    return PageView(
        url=services.pages.link(rows[0].id),
        open=any(row.launched_at is not None for row in rows),
        counts=tuple(
            PageCountView(revision=revision, locale=locale, **counted) for (revision, locale), counted in found.items()
        ),
    )


def incident_detail(conn: Connection, incident_id: str) -> IncidentDetail:
    """NotFound names the id. Alerts oldest first, decisions in the order in which they were taken."""
    incident = incidents.get(conn, incident_id)
    decided = queries.decision_page(conn, incident=incident_id, after=None, limit=200).items
    return IncidentDetail(
        incident=IncidentView.of(incident),
        alerts=tuple(
            AlertView(
                id=alert_id,
                feed=feed,
                received_at=received_at,
                sent=alert.sent,
                sender=alert.sender,
                identifier=alert.identifier,
                status=alert.status,
                effect=alert.effect.value,
                headline=next((info.headline for info in alert.infos if info.headline), None) or "",
                flags=tuple(alert.flags),
            )
            for alert_id, feed, received_at, alert in incidents.alerts_of(conn, incident_id)
        ),
        campaigns=tuple(campaign_views(conn, campaigns.of_incident(conn, incident_id))),
        decisions=tuple(reversed(decided)),
        asks=tuple(AskView.of(ask) for ask in asks.of_incident(conn, incident_id)),
    )
