"""Authority: only what a trusted official source says goes out without a person."""

from __future__ import annotations

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.matching.guards.context import GuardContext


def check(context: GuardContext) -> Decision | None:
    """DRAFT for any feed that the configuration does not call official."""
    if context.official:
        return None
    detail = f"{context.source_name} comes by a feed that is not marked official: a person decides"
    return Decision(action=Action.DRAFT, reason=Reason.AUTHORITY, guard="authority", detail=detail)
