"""Flood: a feed gone wild must not become a hundred campaigns an hour."""

from __future__ import annotations

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.matching.guards.context import GuardContext


def check(context: GuardContext) -> Decision | None:
    """DRAFT once the hour has had its automatic campaigns."""
    if not context.flood_per_hour or context.automatic_last_hour < context.flood_per_hour:
        return None
    detail = f"{context.automatic_last_hour} campaigns went out by themselves within the hour: a person decides"
    return Decision(action=Action.DRAFT, reason=Reason.FLOOD, guard="flood", detail=detail)
