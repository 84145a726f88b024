"""Actions and what to avoid are short enough to act on: 32 characters of Chinese, 100 of other scripts, an entry."""

from __future__ import annotations

from collections.abc import Iterator

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Passage, Subject

NAME = "length"
MOST_CHINESE = 32
"""Characters, with punctuation."""
MOST_LATIN = 100
"""Characters: about 20 words."""
MOST_OF_SHORT = 36
"""What is left of 90 beside source, hazard, place and time."""
MOST_OF_WHY = {True: 90, False: 280}
"""Chinese or not. An explanation is read later, but it is cut first."""


def check(subject: Subject) -> Iterator[Finding]:
    """Errors for long entries; warnings for a long impact, why or fact."""
    for passage in subject.passages:
        longest = max(passage.texts, key=len)
        most, severity = _most(passage)
        if most and len(longest) > most:
            yield passage.found(NAME, severity, f"{len(longest)} characters, at most {most}: {longest!r}")


def _most(passage: Passage) -> tuple[int, Severity]:
    if passage.role in ("action", "avoid"):
        return (MOST_CHINESE if passage.chinese else MOST_LATIN), Severity.ERROR
    if passage.role == "short":
        return MOST_OF_SHORT, Severity.ERROR
    if passage.role in ("impact", "claim"):
        return (MOST_CHINESE if passage.chinese else MOST_LATIN), Severity.WARNING
    if passage.role in ("why", "fact", "more"):
        return MOST_OF_WHY[passage.chinese], Severity.WARNING
    return 0, Severity.WARNING
