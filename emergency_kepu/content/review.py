"""What the experts said of a text and of what stands around it, as of a day, and how long that still holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from emergency_kepu.content.catalog import FRAME, Catalog, Review
from emergency_kepu.domain.decision import Reason
from emergency_kepu.matching.guards.context import ReviewState
from emergency_kepu.matching.guards.review import objection

_WORST_FIRST = (ReviewState.EXPIRED, ReviewState.CHANGED, ReviewState.SHIPPED)
"""Of a text and its frame the worse counts. An ended or a lost signature is worse than none that was ever asked for:
`content.trust_shipped` speaks for the latter only."""


OF_HAZARD = "the texts"
OF_FRAME = f"the phrases that all messages share (`kepu templates review {FRAME}`)"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The review of one hazard, or of what all share (`_common`), as of a day."""

    hazard: str
    state: str
    """`valid`, `expired`, `changed` (the text, since it was signed) or `unsigned`."""
    by: tuple[str, ...] = ()
    """`Name (field)`."""
    valid_until: date | None = None
    """The last day on which it holds."""
    days_left: int | None = None
    """Negative when it has ended; None when nothing counts down."""


def weakest(catalog: Catalog, hazard: str, today: date) -> tuple[ReviewState, str]:
    """The worse of two signatures, and what it is under: the hazard's own words, or those that all messages share.
    VALID only for signatures over exactly these words that have not run out."""
    topic = catalog.topics.get(hazard)
    if topic is None:
        return ReviewState.MISSING, OF_HAZARD
    found = {
        _state(catalog.frame.review, catalog.frame_hash, today): OF_FRAME,
        _state(topic.meta.review, topic.text_hash, today): OF_HAZARD,
    }
    state = next((state for state in _WORST_FIRST if state in found), ReviewState.VALID)
    return state, found[state]


def review_state(catalog: Catalog, hazard: str, today: date) -> ReviewState:
    """As `weakest`, without what it is under."""
    return weakest(catalog, hazard, today)[0]


def unsigned(catalog: Catalog, hazard: str, today: date, *, trust_shipped: bool) -> tuple[Reason, str] | None:
    """Why a text needs somebody's own name to go out, and in words; None when experts have signed it."""
    state, of = weakest(catalog, hazard, today)
    return objection(state, of=of, trust_shipped=trust_shipped)


def standing(catalog: Catalog, hazard: str, today: date) -> Standing:
    """What the record of a hazard or of `_common` says, in the words of `kepu templates review --list`."""
    if hazard == FRAME:
        review, text_hash = catalog.frame.review, catalog.frame_hash
    else:
        review, text_hash = catalog.topics[hazard].meta.review, catalog.topics[hazard].text_hash
    state = _state(review, text_hash, today)
    if state is ReviewState.SHIPPED:
        return Standing(hazard=hazard, state="unsigned")
    by = tuple(f"{person.name} ({person.field})" for person in review.by)
    if state is ReviewState.CHANGED:
        return Standing(hazard=hazard, state="changed", by=by)
    left = (review.valid_until - today).days if review.valid_until else None
    return Standing(hazard=hazard, state=state.value, by=by, valid_until=review.valid_until, days_left=left)


def standings(catalog: Catalog, today: date) -> Iterator[Standing]:
    """Of the whole library, what all messages share first."""
    for hazard in (FRAME, *sorted(catalog.topics)):
        yield standing(catalog, hazard, today)


def expiring(catalog: Catalog, today: date, remind_days: int) -> Iterator[Standing]:
    """Signed texts that need an expert within `remind_days`: the review ends, has ended, or the text was changed."""
    for found in standings(catalog, today):
        soon = found.days_left is None or found.days_left <= remind_days
        if found.state != "unsigned" and soon:
            yield found


def _state(review: Review, text_hash: str, today: date) -> ReviewState:
    if review.state != "signed" or not review.by:
        return ReviewState.SHIPPED
    if review.text_hash != text_hash:
        return ReviewState.CHANGED
    return ReviewState.EXPIRED if review.valid_until is None or review.valid_until < today else ReviewState.VALID
