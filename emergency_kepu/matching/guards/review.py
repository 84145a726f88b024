"""Review: texts that no expert has signed, or whose signature has run out, are never sent automatically."""

from __future__ import annotations

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.matching.guards.context import GuardContext, ReviewState


def check(context: GuardContext) -> Decision | None:
    """WATCH without any text, DRAFT for texts unreviewed or expired."""
    if context.review is ReviewState.MISSING:
        detail = f"there is no text about {context.hazard}: someone must write one"
        return Decision(action=Action.WATCH, reason=Reason.CONTENT_MISSING, guard="review", detail=detail)
    if context.review is ReviewState.EXPIRED:
        detail = "the review of the texts has run out: a person decides"
        return Decision(action=Action.DRAFT, reason=Reason.CONTENT_REVIEW_EXPIRED, guard="review", detail=detail)
    if context.review is ReviewState.SHIPPED and not context.trust_shipped:
        detail = "nobody has signed the texts (content.trust_shipped is off): a person decides"
        return Decision(action=Action.DRAFT, reason=Reason.CONTENT_UNREVIEWED, guard="review", detail=detail)
    return None
