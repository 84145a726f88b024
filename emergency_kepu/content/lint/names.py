"""Every name that a text uses is defined, whichever optional facts are missing, and nothing broken comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Passage, Subject
from emergency_kepu.content.lint.variations import figures_of
from emergency_kepu.content.specimen import VALUES

NAME = "names"
_BROKEN = re.compile(r"\bNone\b|\(\s*\)|（\s*）|[,，、:：]\s*[.。,，]|[.。]\s*[.。]|\{\{|\}\}|\{%|\s[,.;:]")

_BROKEN_FR = re.compile(_BROKEN.pattern.replace(r"\s[,.;:]", r"\s[,.]"))
"""French has a space before its double marks."""


def check(subject: Subject) -> Iterator[Finding]:
    """Errors: an undefined name, a figure no feed gives, a hole where a fact is missing."""
    for passage in subject.passages:
        yield from _of(passage)


def _of(passage: Passage) -> Iterator[Finding]:
    if passage.problem:
        yield passage.found(NAME, Severity.ERROR, passage.problem)
    for figure in figures_of(passage.source):
        if figure not in VALUES:
            message = f"values.{figure}: no incident carries it; there are: {', '.join(VALUES)}"
            yield passage.found(NAME, Severity.ERROR, message)
    if passage.problem or "{" not in passage.source:
        return
    for text in passage.texts:
        hole = (_BROKEN_FR if passage.locale == "fr" else _BROKEN).search(text)
        if hole:
            message = f"leaves {hole[0].strip()!r} behind when facts are missing: {text!r}"
            yield passage.found(NAME, Severity.ERROR, message)
            return
