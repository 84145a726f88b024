"""Whether a planned step still goes out: pure. Asked when its time has come, of the incident as it is then."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from emergency_kepu.campaigns.planned import root_of
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.incident import Incident, IncidentStatus
from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.policy import severity_floor
from emergency_kepu.store.campaigns import CampaignRow

LATEST = timedelta(hours=6)
"""A step that is later than this is not sent: advice about what was is worse than none."""
_WAITS = (CampaignState.DRAFT, CampaignState.WAITING, CampaignState.APPROVED)


class Answer(StrEnum):
    """What happens with a step."""

    GO = "go"
    LATER = "later"
    """Something else about the incident is still being sent or decided: it is never overtaken."""
    STOP = "stop"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The answer, and for STOP the reason and one sentence for the duty officer."""

    answer: Answer
    reason: Reason | None = None
    detail: str = ""


def verdict(
    incident: Incident, revisions: list[CampaignRow], *, planned_by: int, number: int, severity: Severity, now: datetime
) -> Verdict:
    """`revisions` of the campaign, oldest first; `severity`: the level that readers were told or should be told now."""
    root, latest = root_of(revisions), revisions[-1]
    if root is None or root.revision != planned_by:
        return _stop(Reason.SUPERSEDED, "a later revision plans anew")
    if number > len(root.spec.steps):
        return _stop(Reason.OPERATOR, "what was planned has been stopped")
    step = root.spec.steps[number - 1]
    if incident.status is IncidentStatus.CANCELLED:
        return _stop(Reason.ALL_CLEAR, "its issuer said that it is over")
    if latest.state is CampaignState.CANCELLED:
        return _stop(Reason.CAMPAIGN_CANCELLED, f"revision {latest.revision} was stopped")
    ran_out = incident.status is IncidentStatus.EXPIRED or (
        incident.expires_at is not None and incident.expires_at <= now
    )
    if ran_out and step.until == "expiry":
        return _stop(Reason.EXPIRED, "the warning has run out")
    if step.severity and severity < severity_floor(step.severity):
        return _stop(Reason.DOWNGRADE, f"it is below {step.severity} now")
    meant = _meant(root, number)
    following = _meant(root, number + 1) if number < len(root.spec.steps) else None
    if now > meant + LATEST or (following is not None and following <= now):
        return _stop(Reason.STALE, f"its time was {meant:%F %H:%MZ}: it is too late, or the next step's turn")
    if latest.state is CampaignState.LAUNCHED or (latest.state in _WAITS and latest.spec.step is None):
        return Verdict(answer=Answer.LATER)
    return Verdict(answer=Answer.GO)


def interpretation_verdict(
    incident: Incident, revisions: list[CampaignRow], *, written_at: datetime, now: datetime
) -> Verdict:
    """Whether what an expert wrote becomes a step now. `revisions` of the campaign, oldest first; perhaps none."""
    if incident.status is IncidentStatus.CANCELLED:
        return _stop(Reason.ALL_CLEAR, "its issuer said that it is over")
    if incident.status is IncidentStatus.EXPIRED or (incident.expires_at is not None and incident.expires_at <= now):
        return _stop(Reason.EXPIRED, "the warning has run out")
    if now > written_at + LATEST:
        return _stop(Reason.STALE, f"it was written at {written_at:%F %H:%MZ}: it is too late")
    if not any(row.launched_at is not None for row in revisions):
        return Verdict(answer=Answer.LATER)  # nobody has been told anything that it could explain
    latest = revisions[-1]
    if latest.state is CampaignState.CANCELLED:
        return _stop(Reason.CAMPAIGN_CANCELLED, f"revision {latest.revision} was stopped")
    planned_step = latest.spec.step is not None and not latest.spec.step.ask
    if latest.state is CampaignState.LAUNCHED or (latest.state in _WAITS and not planned_step):
        return Verdict(answer=Answer.LATER)  # also another expert's words: one is decided before the next is shown
    return Verdict(answer=Answer.GO)


def _meant(root: CampaignRow, number: int) -> datetime:
    launched = root.launched_at or root.created_at
    return launched + timedelta(minutes=root.spec.steps[number - 1].after_minutes)


def _stop(reason: Reason, detail: str) -> Verdict:
    return Verdict(answer=Answer.STOP, reason=reason, detail=detail)
