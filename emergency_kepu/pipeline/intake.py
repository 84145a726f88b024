"""Intake: one payload in, alerts known, incidents updated, campaigns drafted or launched.

All that one alert causes is one transaction. A redelivered payload finds its alerts known and changes nothing; launches
whose records were lost on the way are published again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlalchemy import Connection

from emergency_kepu.asking import chain
from emergency_kepu.asking.around import Around
from emergency_kepu.bus.port import Record
from emergency_kepu.campaigns import operations
from emergency_kepu.campaigns.lifecycle import step
from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.campaign import CampaignKind, CampaignState
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.errors import TransientError, Unprocessable
from emergency_kepu.domain.incident import Incident, alert_id
from emergency_kepu.feeds.format import FeedContext, MemberError
from emergency_kepu.feeds.lifetime import expires_or_assumed
from emergency_kepu.feeds.registry import load_format
from emergency_kepu.matching.correlate import Change
from emergency_kepu.matching.observe import observe
from emergency_kepu.pipeline.jobs import FeedDocument, decode
from emergency_kepu.pipeline.judge import Arrival, Judgement, judge
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns, dead, incidents, progress
from emergency_kepu.store.decisions import append_decisions
from emergency_kepu.store.locks import one_at_a_time

_TOGETHER = 10
"""Alerts of one document in one transaction: more would keep what is urgent waiting behind them."""
_OPEN = (CampaignState.DRAFT, CampaignState.WAITING, CampaignState.APPROVED)


async def intake(record: Record, services: Services) -> list[Record]:
    """The handler of `kepu.feed`. ParseError when the document cannot be read: dead-lettered by the bus."""
    document = decode(record, FeedDocument)
    feed = services.settings.feeds.get(document.feed)
    if feed is None:
        raise Unprocessable(Reason.UNSUPPORTED, f"no feed named {document.feed!r} is configured")
    result = load_format(feed.format)(document.body, feed=FeedContext(name=document.feed))
    digest = hashlib.sha256(document.body).hexdigest()
    arrival = Arrival(
        feed=document.feed,
        official=feed.official,
        backlog=document.backlog and not feed.backlog,
        received_at=document.received_at,
        received_wall=document.received_wall,
        source_names=feed.source_names,
    )
    if result.errors:
        await services.database.write(lambda conn: _bury_members(conn, services, record, result.errors))
    ids = {alert_id(alert): alert for alert in result.alerts}
    known: set[str] = set()
    if len(ids) > _TOGETHER:
        # a list says the same hundreds again at every poll: that must not take the writer's time
        known = await services.database.read(lambda conn: incidents.known_alerts(conn, ids))
    # oldest first: a list shows an update above the alert that it updates
    fresh = sorted(
        ((key, alert) for key, alert in ids.items() if key not in known),
        key=lambda pair: (pair[1].sent or document.received_at, pair[0]),
    )
    out: list[Record] = []
    for start in range(0, len(fresh), _TOGETHER):
        taken = await _take_together(services, fresh[start : start + _TOGETHER], arrival, digest)
        for key, caused in taken.items():
            if caused is None:
                known.add(key)
            else:
                out += caused
                services.metrics.alerts.labels(document.feed, "new").inc()
    services.metrics.alerts.labels(document.feed, "known").inc(len(known))
    if known:
        out += await services.database.read(lambda conn: _unplanned_of(conn, known))
    return out


async def _take_together(
    services: Services, some: Sequence[tuple[str, Alert]], arrival: Arrival, digest: str
) -> dict[str, list[Record] | None]:
    """A few alerts in one transaction: what each caused, None for what was known.

    If one of them cannot be taken, the others are taken one by one, so that only what comes after it waits for the
    record's next try.
    """

    def take(conn: Connection, part: Sequence[tuple[str, Alert]]) -> dict[str, list[Record] | None]:
        return {key: _take(conn, services, key, alert, arrival, digest) for key, alert in part}

    try:
        return await services.database.write(lambda conn: take(conn, some))
    except TransientError:
        raise
    except Exception:
        if len(some) == 1:
            raise
        found: dict[str, list[Record] | None] = {}
        for one in some:
            found |= await services.database.write(lambda conn, one=one: take(conn, [one]))  # type: ignore[misc]
        return found


def _take(
    conn: Connection, services: Services, key: str, alert: Alert, arrival: Arrival, digest: str
) -> list[Record] | None:
    """What follows from one alert; None when it is known."""
    now = services.clock.now()
    if not incidents.add_alert(conn, key, alert, feed=arrival.feed, document=digest, received_at=arrival.received_at):
        return None
    expires, _assumed = expires_or_assumed(alert)
    seen = observe(alert, feed=arrival.feed, expires=expires, now=now)
    if not seen:
        event = next((info.event for info in alert.infos), "") or "an event without a name"
        detail = f"{event!r} is in no line of the taxonomy: it is only recorded"
        unknown = Decision(action=Action.WATCH, reason=Reason.UNKNOWN_HAZARD, guard="classify", detail=detail)
        _say(conn, services, [unknown], key, None, None)
        return []
    out: list[Record] = []
    for observation in seen:
        one_at_a_time(conn, f"judge/{observation.hazard}")
        judgement = judge(conn, services, alert, observation, arrival, now)
        out += _carry_out(conn, services, judgement, key, alert, arrival.feed)
    return out


def _carry_out(
    conn: Connection, services: Services, judgement: Judgement, key: str, alert: Alert, feed: str
) -> list[Record]:
    now = services.clock.now()
    incident, row = judgement.incident, judgement.row
    incidents.remember_ended(conn, feed, judgement.ended_early, now)
    if incident is not None:
        incidents.save(conn, incident)
        incidents.link(conn, incident.id, key, alert.identifier)
    _say(conn, services, judgement.decisions, key, incident.id if incident else None, row)
    if row is None:
        if judgement.change is Change.ENDED and incident is not None:
            _stop_what_waits(conn, incident.id)
        return []
    campaigns.insert(conn, row)
    if incident is not None:
        _tell_experts(conn, services, incident, row)
    if row.approvals_needed:
        for older in campaigns.revisions(conn, row.id):
            if older.revision < row.revision and older.state in _OPEN:
                after = step(older.state, "supersede")
                campaigns.set_state(conn, older.id, older.revision, before=older.state, after=after)
        return []
    return operations.launch(conn, row.id, now=now)


def _tell_experts(conn: Connection, services: Services, incident: Incident, row: campaigns.CampaignRow) -> None:
    """A first message or an escalation, where its policy asks experts. What is sent never waits for them."""
    policy = next((each for each in services.settings.policies if each.name == row.policy), None)
    if policy is None or policy.experts is None or not (row.kind is CampaignKind.ISSUE or row.spec.also_audience):
        return
    now = services.clock.now()
    around = Around.of(services)
    chain.begin(conn, around, incident, revision=row.revision, asking=policy.experts, now=now)


def _stop_what_waits(conn: Connection, incident_id: str) -> None:
    """It is over before anyone approved: what waits must not be approved by mistake an hour later."""
    for row in campaigns.of_incident(conn, incident_id):
        if row.state in (*_OPEN, CampaignState.LAUNCHED):
            after = step(row.state, "cancel")
            campaigns.set_state(conn, row.id, row.revision, before=row.state, after=after)


def _say(
    conn: Connection,
    services: Services,
    decisions: Sequence[Decision],
    key: str,
    incident_id: str | None,
    row: campaigns.CampaignRow | None,
) -> None:
    append_decisions(
        conn,
        decisions,
        at=services.clock.now(),
        subject="alert",
        actor="intake",
        alert_id=key,
        incident_id=incident_id,
        campaign_id=row.id if row else None,
        revision=row.revision if row else None,
    )
    services.metrics.decided(decisions)


def _bury_members(conn: Connection, services: Services, record: Record, errors: Sequence[MemberError]) -> None:
    for error in errors:
        member = Record(topic=record.topic, key=record.key, id=f"{record.id}#{error.member}", value=record.value)
        dead.bury(
            conn,
            member,
            reason=Reason.MALFORMED,
            detail=f"{error.member}: {error.detail}",
            now=services.clock.now(),
        )


def _unplanned_of(conn: Connection, alert_ids: set[str]) -> list[Record]:
    found = incidents.incidents_of_alerts(conn, alert_ids)
    return [
        operations.first_record(row)
        for incident_id in sorted(found)
        for row in campaigns.of_incident(conn, incident_id)
        if row.state is CampaignState.LAUNCHED and not row.plan_complete and not progress.counts(conn, row.id)
    ]
