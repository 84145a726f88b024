"""Silence: the desk has said that it wants to hear nothing of this for a while."""

from __future__ import annotations

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.matching.guards.context import GuardContext


def check(context: GuardContext) -> Decision | None:
    """WATCH while a silence matches."""
    if not context.silenced_by:
        return None
    detail = f"silenced: {context.silenced_by}"
    return Decision(action=Action.WATCH, reason=Reason.SILENCED, guard="silence", detail=detail)
