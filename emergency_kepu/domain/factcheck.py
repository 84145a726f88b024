"""A rumour, or a question that many ask, and what is known about it: claim, verdict, evidence, who checked it.

The parts are those of schema.org's ClaimReview, which fact-checkers publish: `claimReviewed`, `reviewRating`,
`ratingExplanation`, `author`. Every text is plain and in the words of whoever wrote it; nothing is translated here.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

LONGEST = {"claim": 80, "fact": 120, "evidence": 140, "advice": 60}
"""Characters in Chinese; other scripts may have twice as many. What really fits depends on names and channels."""
_WIDE = ("zh", "ja", "ko")


class Verdict(StrEnum):
    """What was found. There is no "partly true": a reader in a hurry takes that for "true"."""

    REFUTED = "refuted"
    """It is false."""
    MISLEADING = "misleading"
    """Something of it is real, and it says another thing than what is real."""
    UNPROVEN = "unproven"
    """Nobody has evidence for it; that is no proof of the contrary."""
    CONFIRMED = "confirmed"
    """It is true."""
    ANSWERED = "answered"
    """No rumour but a question; `fact` is the answer."""


class CheckWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One language of it, each part one or two whole sentences of plain text."""

    claim: str
    """What is said, or asked, in the words of those who say it. Repeated once, never in a headline."""
    fact: str
    """What is so. Stands first."""
    evidence: str
    """How one knows, or how the rumour was made."""
    advice: str = ""
    """What to do about it, where that is more than to trust official sources. One order."""


class CheckExpert(msgspec.Struct, frozen=True, kw_only=True):
    """Who vouches for it, as readers see it: fixed when it was written."""

    id: str
    """In `experts.yaml`."""
    names: dict[str, str]
    titles: dict[str, str] = {}
    institutions: dict[str, str] = {}


class FactCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What a message about a rumour says beside source, place and time."""

    verdict: Verdict
    words: dict[str, CheckWords]
    """By locale. Readers of other languages get the desk's default language, if it is there."""
    about: str = ""
    """The hazard that people talk about, a code of the taxonomy; empty: none of them."""
    document: str = ""
    """Where the evidence can be read in full: an https address."""
    expert: CheckExpert | None = None


def too_long(locale: str, words: CheckWords) -> str:
    """Which part is longer than any message could carry; empty: none."""
    factor = 1 if locale.split("-")[0] in _WIDE else 2
    for part, most in LONGEST.items():
        length = len(getattr(words, part))
        if length > most * factor:
            return f"{locale}: {part}: {length} characters; at most {most * factor} can be sent"
    return ""
