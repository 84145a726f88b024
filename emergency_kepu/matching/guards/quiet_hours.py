"""Quiet hours: at night people sleep, unless it is bad enough to wake them."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.matching.guards.context import GuardContext
from emergency_kepu.matching.policy import severity_floor


def check(context: GuardContext) -> Decision | None:
    """DRAFT inside the policy's quiet hours (local time of the place), unless severe enough to override them."""
    quiet = context.quiet
    if quiet is None or context.severity >= severity_floor(quiet.override_at):
        return None
    start, end = time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)
    local = context.now.astimezone(ZoneInfo(context.tz)).time()
    inside = start <= local < end if start <= end else (local >= start or local < end)
    if not inside:
        return None
    detail = f"it is {local:%H:%M} there: quiet hours {quiet.start} to {quiet.end}; a person decides"
    return Decision(action=Action.DRAFT, reason=Reason.QUIET_HOURS, guard="quiet_hours", detail=detail)
