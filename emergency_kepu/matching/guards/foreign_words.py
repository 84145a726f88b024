"""Foreign words: what a fact-checker wrote goes out under our name only after somebody at the desk has read it."""

from __future__ import annotations

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.matching.guards.context import GuardContext


def check(context: GuardContext) -> Decision | None:
    """DRAFT for a text that is in no library."""
    if context.foreign_words:
        detail = "its words are those of a fact-checker and of no reviewed text: a person reads them first"
        return Decision(action=Action.DRAFT, reason=Reason.CONTENT_UNREVIEWED, guard="foreign_words", detail=detail)
    return None
