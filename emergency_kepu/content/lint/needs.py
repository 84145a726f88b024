"""What must be said along is said: a generator with its distance, a fan with wet skin (`needs.yaml`)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Literal

import msgspec

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.never import applies
from emergency_kepu.content.lint.passages import Passage, Subject
from emergency_kepu.content.lint.patterns import compiled, read_rules

NAME = "needs"
_ROLES = ("impact", "action", "avoid", "why", "fact", "more")


class Need(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A text that matches `when` must match `says`, in the same entry or anywhere in the hazard's text."""

    hazards: tuple[str, ...]
    where: Literal["entry", "hazard"]
    reason: str
    source: str
    when_zh: str
    when_en: str
    says_zh: str
    says_en: str


@cache
def needs() -> dict[str, Need]:
    """All of them by name."""
    return read_rules("needs.yaml", Need)


def check(subject: Subject) -> Iterator[Finding]:
    """Warnings: something is mentioned without what makes it safe."""
    if subject.topic is None:
        return
    for name, need in needs().items():
        if applies(need.hazards, subject.name):
            for locale in subject.topic.locales:
                own = [item for item in subject.passages if item.locale == locale and item.role in _ROLES]
                yield from _of(name, need, own)


def _of(name: str, need: Need, passages: list[Passage]) -> Iterator[Finding]:
    if not passages:
        return
    chinese = passages[0].chinese
    when, says = (need.when_zh, need.says_zh) if chinese else (need.when_en, need.says_en)
    everything = "\n".join(item.texts[0] for item in passages)
    for passage in passages:
        if passage.role in ("why", "fact"):
            continue  # explains; nobody does it because of this line
        text = passage.texts[0]
        whole = text if need.where == "entry" else everything
        if compiled(when).search(text) and not compiled(says).search(whole):
            message = f"{name}: {need.reason} ({need.source})"
            yield passage.found(NAME, Severity.WARNING, message)
            return
