"""Staleness: what is over, what is old, what was there before we were, and what happens nowhere we know."""

from __future__ import annotations

from datetime import timedelta

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.matching.guards.context import GuardContext


def check(context: GuardContext) -> Decision | None:
    """WATCH for what is over or old, DRAFT for what a feed already showed at start-up or names no known place."""
    if context.expires is not None and context.expires <= context.now:
        detail = f"it ended at {context.expires:%Y-%m-%d %H:%M} UTC"
        return Decision(action=Action.WATCH, reason=Reason.EXPIRED, guard="staleness", detail=detail)
    if context.sent is None:
        detail = "it does not say when it was sent: a person decides"
        return Decision(action=Action.DRAFT, reason=Reason.STALE, guard="staleness", detail=detail)
    age = context.now - min(context.sent, context.happened or context.sent)
    if age > timedelta(hours=context.max_age_hours):
        detail = f"it is {age.total_seconds() / 3600:.1f} h old; more than {context.max_age_hours:g} h is old news"
        return Decision(action=Action.WATCH, reason=Reason.STALE, guard="staleness", detail=detail)
    if context.backlog:
        detail = "the feed already showed it when the program started: a person decides whether it is news"
        return Decision(action=Action.DRAFT, reason=Reason.FIRST_SEEN_AT_STARTUP, guard="staleness", detail=detail)
    if not context.places_known:
        detail = "no place we know is named: a person decides whom it concerns"
        return Decision(action=Action.DRAFT, reason=Reason.UNKNOWN_PLACE, guard="staleness", detail=detail)
    return None
