"""Drill: Exercise and Test reach drill sinks only, whatever a configuration says.

This guard only tells; that a drill cannot leak is enforced where recipients and channels are chosen, by value.
"""

from __future__ import annotations

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.matching.guards.context import GuardContext


def check(context: GuardContext) -> Decision | None:
    """LAUNCH with a remark: it goes on, but nowhere but to drill sinks."""
    if context.status not in ("Exercise", "Test"):
        return None
    detail = f"its status is {context.status}: it goes to drill sinks only and says so in the text"
    return Decision(action=Action.LAUNCH, reason=Reason.DRILL_ONLY, guard="drill", detail=detail)
