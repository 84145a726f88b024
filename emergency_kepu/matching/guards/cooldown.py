"""Cooldown: the same advice for the same place again so soon helps nobody, unless it got worse."""

from __future__ import annotations

from datetime import timedelta

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.matching.guards.context import GuardContext


def check(context: GuardContext) -> Decision | None:
    """DRAFT inside the policy's cooldown, unless this is more severe than the last."""
    if context.last_similar is None or context.severity > context.last_similar_severity:
        return None
    left = context.last_similar + timedelta(minutes=context.cooldown_minutes) - context.now
    if left <= timedelta(0):
        return None
    minutes = left.total_seconds() / 60
    detail = f"the same advice went to the same place not long ago; automatic again in {minutes:.0f} min"
    return Decision(action=Action.DRAFT, reason=Reason.COOLDOWN, guard="cooldown", detail=detail)
