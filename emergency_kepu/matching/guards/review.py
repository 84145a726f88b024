"""Review: texts that no expert has signed, or whose signature has run out, are never sent automatically."""

from __future__ import annotations

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.matching.guards.context import GuardContext, ReviewState

_SAYS = {
    ReviewState.EXPIRED: (Reason.CONTENT_REVIEW_EXPIRED, "the review of the texts has run out"),
    ReviewState.CHANGED: (Reason.CONTENT_UNREVIEWED, "the texts were changed after somebody had signed them"),
    ReviewState.SHIPPED: (Reason.CONTENT_UNREVIEWED, "nobody has signed the texts (content.trust_shipped is off)"),
}


def objection(review: ReviewState, *, trust_shipped: bool) -> tuple[Reason, str] | None:
    """Why these texts do not go out by themselves, or only under somebody's own name; None when they are signed.

    `trust_shipped` speaks for texts as they came, never for a signature that ended or was lost.
    """
    return None if review is ReviewState.SHIPPED and trust_shipped else _SAYS.get(review)


def check(context: GuardContext) -> Decision | None:
    """WATCH without any text, DRAFT for texts unreviewed, changed or expired."""
    if context.review is ReviewState.MISSING:
        detail = f"there is no text about {context.hazard}: someone must write one"
        return Decision(action=Action.WATCH, reason=Reason.CONTENT_MISSING, guard="review", detail=detail)
    found = objection(context.review, trust_shipped=context.trust_shipped)
    if found is None:
        return None
    reason, detail = found
    return Decision(action=Action.DRAFT, reason=reason, guard="review", detail=f"{detail}: a person decides")
