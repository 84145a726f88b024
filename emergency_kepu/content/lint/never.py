"""No order that has hurt people: `never.yaml` holds them with reason and source; a ban of the same words is fine."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import msgspec

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.negation import described_at, forbidden_at, forbids
from emergency_kepu.content.lint.passages import Passage, Subject
from emergency_kepu.content.lint.patterns import compiled, read_rules
from emergency_kepu.domain.hazard import HAZARDS

NAME = "never"
ROLES = ("headline", "what", "impact", "action", "short", "avoid", "why", "fact", "more", "phrase")
"""Not the claim of a myth: it says the wrong thing on purpose."""


class Ban(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One order that must not be given. `hazards`: `all`, a category, or codes."""

    hazards: tuple[str, ...]
    reason: str
    source: str
    zh: tuple[str, ...]
    en: tuple[str, ...]


@cache
def bans() -> dict[str, Ban]:
    """All of them by name."""
    return read_rules("never.yaml", Ban)


def applies(hazards: tuple[str, ...], hazard: str) -> bool:
    """Whether a list of hazards, categories or `all` covers a hazard; the shared phrases are covered by `all`."""
    category = HAZARDS[hazard].category if hazard in HAZARDS else ""
    return bool({"all", category, hazard} & set(hazards))


def check(subject: Subject) -> Iterator[Finding]:
    """Errors for every order found that no negation reaches."""
    covering = {name: ban for name, ban in bans().items() if applies(ban.hazards, subject.name)}
    for passage in subject.passages:
        if passage.role not in ROLES:
            continue
        for name, ban in covering.items():
            ordered = _ordered(passage, ban)
            if ordered:
                message = f"orders {ordered!r} ({name}): {ban.reason} ({ban.source})"
                yield passage.found(NAME, Severity.ERROR, message)


def _ordered(passage: Passage, ban: Ban) -> str:
    chinese = passage.chinese
    telling = passage.role in ("impact", "why", "fact")
    for text in passage.texts:
        for pattern in ban.zh if chinese else ban.en:
            for found in compiled(pattern).finditer(text):
                described = chinese and telling and described_at(text, found.end())
                banned = forbidden_at(text, found.start(), chinese=chinese) or forbids(found[0], chinese=chinese)
                if not described and not banned:
                    return found[0]
    return ""
