"""Every line of what not to do says so by itself: SMS and broadcast print it without a heading."""

from __future__ import annotations

from collections.abc import Iterator

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.negation import forbids
from emergency_kepu.content.lint.passages import Subject

NAME = "negated"


def check(subject: Subject) -> Iterator[Finding]:
    """Errors: an `avoid` line without a negation would be read as an order."""
    for passage in subject.passages:
        if passage.role == "avoid" and not all(
            forbids(text, chinese=passage.chinese, locale=passage.locale) for text in passage.texts
        ):
            yield passage.found(NAME, Severity.ERROR, f"reads as an order to do it: {passage.texts[0]!r}")
