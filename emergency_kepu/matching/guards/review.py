"""Review: texts that no expert has signed, or whose signature has run out, are never sent automatically."""

from __future__ import annotations

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.matching.guards.context import GuardContext, ReviewState

_SAYS = {
    ReviewState.EXPIRED: (Reason.CONTENT_REVIEW_EXPIRED, "the review of {of} has run out"),
    ReviewState.CHANGED: (Reason.CONTENT_UNREVIEWED, "{of} were changed after somebody had signed them"),
    ReviewState.SHIPPED: (Reason.CONTENT_UNREVIEWED, "nobody has signed {of} (content.trust_shipped is off)"),
}


def objection(review: ReviewState, *, of: str = "the texts", trust_shipped: bool) -> tuple[Reason, str] | None:
    """Why these texts do not go out by themselves, or only under somebody's own name; None when they are signed.

    `of`: what the state is about. `trust_shipped` speaks for texts as they came, never for a signature that ended or
    was lost.
    """
    if review is ReviewState.SHIPPED and trust_shipped:
        return None
    found = _SAYS.get(review)
    return (found[0], found[1].format(of=of)) if found else None


def check(context: GuardContext) -> Decision | None:
    """WATCH without any text, DRAFT for texts unreviewed, changed or expired."""
    if context.review is ReviewState.MISSING:
        detail = f"there is no text about {context.hazard}: someone must write one"
        return Decision(action=Action.WATCH, reason=Reason.CONTENT_MISSING, guard="review", detail=detail)
    found = objection(context.review, of=context.review_of, trust_shipped=context.trust_shipped)
    if found is None:
        return None
    reason, detail = found
    return Decision(action=Action.DRAFT, reason=reason, guard="review", detail=f"{detail}: a person decides")
