"""No promises, no scolding, no telling people how to feel, no bare level names: the groups of `wordings.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Literal

import msgspec

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Subject
from emergency_kepu.content.lint.patterns import compiled, read_rules


class Wording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One group of wordings that no text may use."""

    severity: Literal["error", "warning"]
    reason: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    unless: str = ""
    """The passage is fine when this pattern occurs too."""


@cache
def groups() -> dict[str, Wording]:
    """All groups by name."""
    return read_rules("wordings.yaml", Wording)


def check_group(group: str, subject: Subject) -> Iterator[Finding]:
    """Findings of one group, named after it."""
    wording = groups()[group]
    for passage in subject.passages:
        if passage.role == "claim":
            continue
        hit = _first(wording, passage.texts, chinese=passage.chinese)
        if hit:
            yield passage.found(group, Severity(wording.severity), f"says {hit!r}: {wording.reason}")


def _first(wording: Wording, texts: tuple[str, ...], *, chinese: bool) -> str:
    for text in texts:
        if wording.unless and compiled(wording.unless).search(text):
            continue
        for pattern in wording.zh if chinese else wording.en:
            found = compiled(pattern).search(text)
            if found:
                return found[0]
    return ""


absolutes = partial(check_group, "absolutes")
calm = partial(check_group, "calm")
blame = partial(check_group, "blame")
levels = partial(check_group, "levels")
