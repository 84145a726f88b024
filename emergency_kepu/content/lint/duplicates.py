"""Nothing is said twice, and one id means one text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Passage, Subject
from emergency_kepu.content.lint.sentences import han, words

NAME = "duplicates"
NEARLY = 0.8
"""Share of common words (or pairs of characters) from which two entries of one message say the same."""


def check(subject: Subject) -> Iterator[Finding]:
    """Errors: the same id or text twice in one list, one id with two texts. Warnings: nearly the same."""
    by_id: dict[tuple[str, str, str], Passage] = {}
    lists: dict[tuple[str, str, str], list[Passage]] = {}
    for passage in subject.passages:
        if passage.role not in ("action", "avoid"):
            continue
        before = by_id.setdefault((passage.locale, passage.role, passage.id), passage)
        if before.source != passage.source:
            message = f"{passage.id!r} says something else at {before.key}: {before.source!r}"
            yield passage.found(NAME, Severity.ERROR, message)
        lists.setdefault((passage.locale, passage.audience, passage.phase), []).append(passage)
    for passages in lists.values():
        yield from _within(passages)
    for (locale, audience, phase), actions in lists.items():
        if phase:
            forbidden = lists.get((locale, audience, "")) or lists.get((locale, "", ""), [])
            yield from _across(actions, forbidden)


def _within(passages: list[Passage]) -> Iterator[Finding]:
    for number, passage in enumerate(passages):
        for before in passages[:number]:
            if passage.id == before.id or passage.texts == before.texts:
                yield passage.found(NAME, Severity.ERROR, f"the same twice: {passage.texts[0]!r}")
            elif alike(passage, before) >= NEARLY:
                yield passage.found(NAME, Severity.WARNING, f"says nearly what {before.key} says")


def _across(actions: list[Passage], forbidden: list[Passage]) -> Iterator[Finding]:
    for passage in forbidden:
        for action in actions:
            if alike(passage, action) >= NEARLY:
                yield passage.found(NAME, Severity.WARNING, f"says nearly what {action.key} says")


def alike(one: Passage, other: Passage) -> float:
    """Share of what the shorter of two texts has in common with the other: words, or pairs of Chinese characters."""
    some, others = _parts(one), _parts(other)
    return len(some & others) / min(len(some), len(others)) if some and others else 0.0


def _parts(passage: Passage) -> frozenset[str]:
    if not passage.chinese:
        return frozenset(word.lower() for word in words(passage.texts[0]))
    chars = han(passage.texts[0])
    return frozenset(a + b for a, b in pairwise(chars))
