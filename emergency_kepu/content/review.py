"""What the experts said of a topic, as of a day."""

from __future__ import annotations

from datetime import date

from emergency_kepu.content.catalog import Topic
from emergency_kepu.matching.guards.context import ReviewState


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
