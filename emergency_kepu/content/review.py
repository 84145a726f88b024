"""What the experts said of a topic, as of a day, and how long that still holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from emergency_kepu.content.catalog import Catalog, Topic
from emergency_kepu.matching.guards.context import ReviewState


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The review of one hazard as of a day."""

    hazard: str
    state: str
    """`valid`, `expired`, `changed` (the text, since it was signed) or `unsigned`."""
    by: tuple[str, ...] = ()
    """`Name (field)`."""
    valid_until: date | None = None
    """The last day on which it holds."""
    days_left: int | None = None
    """Negative when it has ended; None when nothing counts down."""


def review_state(topic: Topic | None, today: date) -> ReviewState:
    """VALID only for a signature over exactly this text that has not run out."""
    if topic is None:
        return ReviewState.MISSING
    review = topic.meta.review
    if review.state != "signed" or review.text_hash != topic.text_hash or not review.by:
        return ReviewState.SHIPPED
    if review.valid_until is None or review.valid_until < today:
        return ReviewState.EXPIRED
    return ReviewState.VALID


def standing(topic: Topic, today: date) -> Standing:
    """What the record says, in the words of `kepu templates review --list`."""
    review = topic.meta.review
    hazard = topic.meta.hazard
    if review.state != "signed" or not review.by:
        return Standing(hazard=hazard, state="unsigned")
    by = tuple(f"{person.name} ({person.field})" for person in review.by)
    if review.text_hash != topic.text_hash:
        return Standing(hazard=hazard, state="changed", by=by)
    state = "valid" if review_state(topic, today) is ReviewState.VALID else "expired"
    left = (review.valid_until - today).days if review.valid_until else None
    return Standing(hazard=hazard, state=state, by=by, valid_until=review.valid_until, days_left=left)


def expiring(catalog: Catalog, today: date, remind_days: int) -> Iterator[Standing]:
    """Signed texts that need an expert within `remind_days`: the review ends, has ended, or the text was changed."""
    for topic in catalog.topics.values():
        found = standing(topic, today)
        soon = found.days_left is None or found.days_left <= remind_days
        if found.state != "unsigned" and soon:
            yield found
