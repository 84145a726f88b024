"""Scope: only messages meant for the public, about something real, leave the house (CAP 1.2 status and scope)."""

from __future__ import annotations

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.matching.guards.context import GuardContext


def check(context: GuardContext) -> Decision | None:
    """IGNORE for System and Draft, WATCH for what is not Public. Exercise and Test are the drill guard's."""
    if context.status not in ("Actual", "Exercise", "Test"):
        detail = f"its status is {context.status or 'missing'}: nothing for the public"
        return Decision(action=Action.IGNORE, reason=Reason.STATUS_NOT_ACTUAL, guard="scope", detail=detail)
    if context.scope != "Public":
        detail = f"its scope is {context.scope or 'missing'}, not Public: it stays in the house"
        return Decision(action=Action.WATCH, reason=Reason.SCOPE_NOT_PUBLIC, guard="scope", detail=detail)
    return None
