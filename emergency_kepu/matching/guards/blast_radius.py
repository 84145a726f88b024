"""Blast radius: a message to very many people needs a second pair of eyes."""

from __future__ import annotations

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.matching.guards.context import GuardContext


def check(context: GuardContext) -> Decision | None:
    """DRAFT, with two approvals, above the limit."""
    if not context.blast_radius or context.audience <= context.blast_radius:
        return None
    detail = f"it would reach {context.audience:,}, more than {context.blast_radius:,}: two people must approve"
    return Decision(action=Action.DRAFT, reason=Reason.BLAST_RADIUS, guard="blast_radius", detail=detail)
