"""Plain text only: no markup, links, emoji or control characters, which a channel would act on or mangle."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Subject
from emergency_kepu.domain.scripts import unseen

NAME = "markup"
_MARKUP = re.compile(r"</?\w+[^>]*>|\*\*|__|`|\[[^\]]*\]\(|^#+ |https?://|www\.|[@#]\w|&\w+;|[<>|\\*_~^]")


def check(subject: Subject) -> Iterator[Finding]:
    """Errors for the first of each in a text."""
    for passage in subject.passages:
        found = _MARKUP.search(passage.static)
        if found:
            message = f"{found[0]!r} is markup or a link: layouts add what a channel needs"
            yield passage.found(NAME, Severity.ERROR, message)
        strange = [*unseen(passage.source), *(char for char in passage.source if _strange(char))]
        if strange:
            name = unicodedata.name(strange[0], f"U+{ord(strange[0]):04X}")
            yield passage.found(NAME, Severity.ERROR, f"{name} does not survive every channel")


def _strange(char: str) -> bool:
    return unicodedata.category(char) in ("So", "Sk")
