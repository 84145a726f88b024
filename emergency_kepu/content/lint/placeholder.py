"""No text is still the skeleton that `kepu templates new` wrote."""

from __future__ import annotations

from collections.abc import Iterator

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Passage, Subject

NAME = "placeholder"
OPEN, CLOSE = "<<", ">>"
"""Around every skeleton text, in every language."""


def check(subject: Subject) -> Iterator[Finding]:
    """Errors: a text, an id or a source that nobody has written yet."""
    for passage in subject.passages:
        if unwritten(passage):
            yield passage.found(NAME, Severity.ERROR, f"still to write: {passage.source}")
    if subject.topic:
        for name, source in subject.topic.meta.sources.items():
            if OPEN in source.title + source.publisher:
                yield subject.found(NAME, Severity.ERROR, "still to name", key=f"sources.{name}")


def unwritten(passage: Passage) -> bool:
    """Still the skeleton's words."""
    return OPEN in passage.source
