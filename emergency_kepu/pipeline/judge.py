"""One observation judged: which incident, which policy, which guards, and what follows. Used by intake and explain.

Reads through a connection, decides by the pure functions of `matching`, and returns what should happen; it writes
nothing itself, so that `kepu explain` shows exactly what intake would do.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from emergency_kepu.campaigns.authoring import DESK
from emergency_kepu.campaigns.drafting import campaign_id, draft, facts_of
from emergency_kepu.content.review import weakest
from emergency_kepu.domain.alert import Alert, Effect
from emergency_kepu.domain.campaign import Before, CampaignKind, CampaignState
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.domain.incident import AlertKey, Incident, incident_id
from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.audience import query_for
from emergency_kepu.matching.correlate import OUTBREAK_WINDOW, Change, Match, applied, correlate
from emergency_kepu.matching.guards import Answer, decide
from emergency_kepu.matching.guards.context import GuardContext
from emergency_kepu.matching.keys import looked_for
from emergency_kepu.matching.observe import RUMOUR, Observation
from emergency_kepu.matching.policy import Policy, match_policy
from emergency_kepu.matching.silences import silenced_by
from emergency_kepu.pages.address import link_of
from emergency_kepu.pipeline.contacts import contact_for
from emergency_kepu.pipeline.services import Services
from emergency_kepu.places import gazetteer
from emergency_kepu.store import campaigns, incidents, recipients, silences
from emergency_kepu.store.campaigns import CampaignRow

_LOOK_BACK = timedelta(days=7)
_OLD_HOURS = {"health": 24.0 * 14, RUMOUR: 24.0 * 7}
"""What lasts for weeks is news for longer than a storm is; the rest by `guards.max_age_hours`."""
_SENT_STATES = (CampaignState.LAUNCHED, CampaignState.FINISHED, CampaignState.SUPERSEDED, CampaignState.CANCELLED)
_NOT_GUARDED_AGAIN = ("scope", "drill", "authority", "foreign_words")
"""For updates and all-clears to people who were reached: staleness or a flood must not keep the truth from them."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """How an alert came in."""

    feed: str
    official: bool
    backlog: bool
    received_at: datetime
    received_wall: float
    source_names: dict[str, str] = {}


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What follows from one observation."""

    incident: Incident | None
    change: Change
    decisions: tuple[Decision, ...]
    row: CampaignRow | None = None
    """The revision to add, approved or waiting; None when nothing is prepared."""
    guards: tuple[Answer, ...] = ()
    """What every guard said; empty where correlation or the policy had settled it before."""
    ended_early: tuple[AlertKey, ...] = ()
    """Messages that a cancel names and that never came: should they come later, they are over."""


def judge(
    conn: Connection, services: Services, alert: Alert, seen: Observation, arrival: Arrival, now: datetime
) -> Judgement:
    """Correlate, match a policy, ask the guards."""
    window = OUTBREAK_WINDOW if seen.category == "health" else _LOOK_BACK
    named = [seen.key.identifier, *(key.identifier for key in seen.references)]
    known = incidents.candidates(
        conn,
        hazard=seen.hazard,
        identifiers=named,
        updated_after=seen.sent - window,
        keys=looked_for(seen),
    )
    match = correlate(seen, known)
    if match.change is Change.NOTHING_TO_END:
        said = _only_said(None, match.change, Action.IGNORE, Reason.NO_CHANGE, match.why)
        return msgspec.structs.replace(said, ended_early=seen.references if seen.public and not seen.drill else ())
    if match.change is Change.NEW and incidents.ended_before(conn, seen.feed, seen.key):
        detail = "its cancel came before it: it is over"
        return _only_said(None, match.change, Action.IGNORE, Reason.OLDER_REVISION, detail)
    tz = gazetteer.timezone_of(seen.place_codes, seen.lat, seen.lon)
    incident = applied(seen, match, incident_id=incident_id(alert, seen.hazard), tz=tz)
    if seen.effect is Effect.INFO and match.incident is None:
        detail = "information only: below what concerns the public"
        return _only_said(incident, match.change, Action.WATCH, Reason.INFORMATION_ONLY, detail)
    if seen.hazard == RUMOUR and seen.effect is not Effect.CANCEL and incident.check is None:
        detail = "a rumour without claim, verdict, fact and evidence in the length of a message: a person checks it"
        return _only_said(incident, match.change, Action.WATCH, Reason.CHECK_INCOMPLETE, detail)
    quiet = {
        Change.OLDER: (Reason.OLDER_REVISION, "something newer is known already"),
        Change.OTHER_FEED: (Reason.SAME_EVENT_OTHER_FEED, match.why + ": no second campaign"),
        Change.UNCHANGED: (Reason.NO_CHANGE, "nothing that matters has changed"),
    }.get(match.change)
    if match.change is Change.OTHER_FEED and _unheard(conn, incident, seen):
        return _second_opinion(conn, services, seen, arrival, match, incident, now)
    if quiet:
        return _only_said(incident, match.change, Action.IGNORE, *quiet)
    return _prepare(conn, services, seen, arrival, match, incident, now)


def _unheard(conn: Connection, incident: Incident, seen: Observation) -> bool:
    """Another feed reports what we know, and nothing was ever prepared about it: its figures may matter.

    What somebody at the desk began to write, or threw away, keeps no feed from being heard.
    """
    prepared = [row for row in campaigns.of_incident(conn, incident.id) if not _only_written(row)]
    return seen.effect in (Effect.ISSUE, Effect.UPDATE) and not prepared


def _only_written(row: CampaignRow) -> bool:
    unsent = (CampaignState.DRAFT, CampaignState.WAITING, CampaignState.CANCELLED, CampaignState.REJECTED)
    return row.policy == DESK and row.launched_at is None and row.state in unsent


def _second_opinion(
    conn: Connection,
    services: Services,
    seen: Observation,
    arrival: Arrival,
    match: Match,
    incident: Incident,
    now: datetime,
) -> Judgement:
    """Judged by the other feed's figures; the incident itself stays with the issuer that opened it."""
    view = msgspec.structs.replace(
        incident,
        severity=max(incident.severity, seen.severity),
        colour=seen.colour or incident.colour,
        values={**incident.values, **seen.values},
        source_name=seen.source_name,
        headlines=seen.headlines or incident.headlines,
    )
    judged = _prepare(conn, services, seen, arrival, match, view, now)
    return msgspec.structs.replace(judged, incident=incident)


def _only_said(incident: Incident | None, change: Change, action: Action, reason: Reason, detail: str) -> Judgement:
    decision = Decision(action=action, reason=reason, guard="correlate", detail=detail)
    return Judgement(incident=incident, change=change, decisions=(decision,))


def _prepare(
    conn: Connection,
    services: Services,
    seen: Observation,
    arrival: Arrival,
    match: Match,
    incident: Incident,
    now: datetime,
) -> Judgement:
    before = campaigns.of_incident(conn, incident.id)
    sent = [row for row in before if row.launched_at is not None and row.state in _SENT_STATES]
    policy, says = _policy(services, incident, seen, sent if match.change is not Change.ESCALATED else [])
    correlated = _news(match)
    if policy is None or says.action in (Action.WATCH, Action.IGNORE):
        return Judgement(incident=incident, change=match.change, decisions=(correlated, says))
    if incident.check is not None and not incident.place_codes and policy.audience.within == "places":
        # fact-checkers write for everybody: where the desk's own people are is what its policy says
        incident = msgspec.structs.replace(incident, place_codes=policy.audience.places)
    own = [row for row in before if row.id == campaign_id(incident.id)]
    reached = tuple(row.revision for row in sent if row.id == campaign_id(incident.id))
    kind = _kind(match.change, reached)
    if kind is CampaignKind.ALL_CLEAR and not reached:
        return _nobody_to_tell(incident, match, correlated)
    if kind is CampaignKind.UPDATE and match.change is not Change.ESCALATED:
        if policy.updates == "none":
            detail = f"policy {policy.name!r} sends no updates"
            told = Decision(action=Action.WATCH, reason=Reason.NO_CHANGE, guard="policy", detail=detail)
            return Judgement(incident=incident, change=match.change, decisions=(correlated, told))
        if policy.updates == "approve":
            detail = f"policy {policy.name!r} wants updates approved"
            says = Decision(action=Action.DRAFT, reason=Reason.POLICY_APPROVE, guard="policy", detail=detail)
    query = query_for(incident, policy)
    verdict = decide(
        _context(conn, services, seen, arrival, incident, policy, recipients.count(conn, query), now),
        says,
        only=_NOT_GUARDED_AGAIN if kind is not CampaignKind.ISSUE and match.change is not Change.ESCALATED else (),
    )
    said = (correlated, *verdict.decisions)
    if verdict.action not in (Action.LAUNCH, Action.DRAFT):
        return Judgement(incident=incident, change=match.change, decisions=said, guards=verdict.trace)
    row = draft(
        incident,
        policy,
        kind=kind,
        revision=max((row.revision for row in own), default=0) + 1,
        query=query,
        reached=reached if kind is not CampaignKind.ISSUE else (),
        also_audience=match.change is Change.ESCALATED,
        approvals=verdict.approvals,
        facts=facts_of(
            incident,
            issued_at=seen.sent,
            source_names=arrival.source_names,
            contact=contact_for(
                conn,
                services.catalog,
                services.settings,
                hazard=incident.hazard,
                places=incident.place_codes,
                now=now,
            ),
            before=_told(sent, incident) if kind is CampaignKind.UPDATE else None,
            link=link_of(services.pages, campaign_id(incident.id)) if incident.public else "",
        ),
        now=now,
        accepted_at=arrival.received_at,
        accepted_wall=arrival.received_wall,
    )
    return Judgement(incident=incident, change=match.change, decisions=said, row=row, guards=verdict.trace)


def _told(sent: list[CampaignRow], incident: Incident) -> Before | None:
    """What the last message about it said."""
    own = [row for row in sent if row.id == campaign_id(incident.id)]
    return own[-1].spec.facts.as_before() if own else None


def _policy(
    services: Services, incident: Incident, seen: Observation, sent: list[CampaignRow]
) -> tuple[Policy | None, Decision]:
    """What was sent by a policy stays with it: its updates and its end are not another policy's."""
    for row in reversed(sent):
        for policy in services.settings.policies:
            if policy.name == row.policy:
                action = Action.DRAFT if policy.mode == "approve" and not row.launched_at else Action.LAUNCH
                detail = f"policy {policy.name!r} sent the earlier message; those reached are told"
                return policy, Decision(action=action, reason=Reason.POLICY_AUTO, guard="policy", detail=detail)
    if sent:
        return _vanished(sent[-1])
    return match_policy(services.settings.policies, incident, HAZARDS[incident.hazard].category)


def _vanished(row: CampaignRow) -> tuple[Policy, Decision]:
    """The policy was removed or renamed since: those it reached are told all the same, the way they were told."""
    channels = row.spec.channels
    policy = Policy(
        name=row.policy,
        mode="auto",
        channels=() if row.drill else channels,
        drill_channels=channels if row.drill else (),
        phase=row.spec.phase,  # type: ignore[arg-type]
        lane=row.lane,
    )
    detail = f"policy {row.policy!r} is gone; those it reached are told as before"
    return policy, Decision(action=Action.LAUNCH, reason=Reason.POLICY_AUTO, guard="policy", detail=detail)


def _news(match: Match) -> Decision:
    reason = {
        Change.NEW: Reason.NEW_INCIDENT,
        Change.ESCALATED: Reason.ESCALATION,
        Change.DOWNGRADED: Reason.DOWNGRADE,
        Change.ENDED: Reason.ALL_CLEAR,
    }.get(match.change, Reason.NEW_INCIDENT)
    detail = f"{match.why}: {match.change.value}"
    return Decision(action=Action.LAUNCH, reason=reason, guard="correlate", detail=detail)


def _kind(change: Change, reached: tuple[int, ...]) -> CampaignKind:
    if change is Change.ENDED:
        return CampaignKind.ALL_CLEAR
    return CampaignKind.UPDATE if reached else CampaignKind.ISSUE


def _nobody_to_tell(incident: Incident, match: Match, correlated: Decision) -> Judgement:
    detail = "it is over, and nobody was told of it: no all-clear is needed"
    told = Decision(action=Action.STOP, reason=Reason.ALL_CLEAR, guard="policy", detail=detail)
    return Judgement(incident=incident, change=match.change, decisions=(correlated, told))


def _context(
    conn: Connection,
    services: Services,
    seen: Observation,
    arrival: Arrival,
    incident: Incident,
    policy: Policy,
    audience: int,
    now: datetime,
) -> GuardContext:
    settings = services.settings
    similar = _last_similar(conn, incident, policy, now)
    review, review_of = weakest(services.catalog, incident.hazard, now.date())
    return GuardContext(
        now=now,
        tz=incident.tz,
        hazard=incident.hazard,
        severity=incident.severity,
        status=seen.status,
        scope=seen.scope,
        official=arrival.official,
        source_name=seen.source_name,
        sent=seen.sent,
        expires=seen.expires,
        backlog=arrival.backlog,
        happened=incident.onset if incident.hazard == "earthquake" else None,
        places_known=bool(incident.place_codes),
        review=review,
        review_of=review_of,
        trust_shipped=settings.content.trust_shipped,
        foreign_words=incident.check is not None,
        max_age_hours=_OLD_HOURS.get(seen.hazard) or _OLD_HOURS.get(seen.category) or settings.guards.max_age_hours,
        silenced_by=silenced_by(
            silences.active(conn, now),
            hazard=incident.hazard,
            places=incident.place_codes,
            feed=arrival.feed,
            severity=incident.severity,
            now=now,
        ),
        last_similar=similar.launched_at if similar else None,
        last_similar_severity=Severity(similar.severity) if similar else Severity.UNKNOWN,
        cooldown_minutes=policy.cooldown_minutes,
        quiet=policy.quiet_hours,
        audience=audience,
        blast_radius=settings.guards.blast_radius,
        automatic_last_hour=campaigns.automatic_since(conn, now - timedelta(hours=1)),
        flood_per_hour=settings.guards.flood_per_hour,
        policy_approvers=policy.approvers,
    )


def _last_similar(conn: Connection, incident: Incident, policy: Policy, now: datetime) -> CampaignRow | None:
    """The last campaign that the policy's cooldown is about, if it has one."""
    if not policy.cooldown_minutes:
        return None
    since = now - timedelta(minutes=policy.cooldown_minutes)
    for row in campaigns.launched_since(conn, since, policy=policy.name, hazard=incident.hazard):
        if row.incident_id != incident.id and set(row.spec.facts.place_codes) & set(incident.place_codes):
            return row
    return None
