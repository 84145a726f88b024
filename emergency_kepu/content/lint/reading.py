"""Plain language, measured honestly: Flesch-Kincaid for English, LIX for Spanish, French and Russian, sentence length
and common characters for Chinese, sentence length alone for the rest.

No formula for Chinese, Japanese, Korean or Arabic is agreed on, so nothing is added up to a grade there: see
docs/reference/lint.md for what is counted.
"""

from __future__ import annotations

from collections.abc import Iterator

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Passage, Subject
from emergency_kepu.content.lint.sentences import (
    clauses,
    grade,
    han,
    lix,
    sentences,
    sentences_of_any,
    words,
    words_of_any,
)

NAME = "reading"
MOST_GRADE = 8.0
"""Average of a text in US school years: readable at the age of 13 to 14."""
MOST_LIX = 50.0
"""Above it texts are those of specialists (Björnsson's scale: 40 to 50 is factual prose)."""
BY_LIX = ("es", "fr", "ru")
MOST_WORDS = 25
"""In one sentence."""
MOST_JAPANESE = 60
"""Characters in one Japanese sentence."""
MOST_CHARACTERS = 40
"""In one Chinese sentence."""
MOST_IN_CLAUSE = 20
"""Chinese characters without any mark between them."""
MOST_UNCOMMON = 0.02
"""Share of characters outside the common ones of GB 2312 (level 1) or Big5 (level 1)."""
FEW = 2
"""Different uncommon characters that a text may have, however short it is."""
_ROLES = ("impact", "action", "avoid", "why", "fact", "more")


def check(subject: Subject) -> Iterator[Finding]:
    """Errors: a whole text above the grade. Warnings: one sentence or clause that is too long, uncommon characters."""
    by_locale: dict[str, list[Passage]] = {}
    for passage in subject.passages:
        if passage.role in _ROLES:
            by_locale.setdefault(passage.locale, []).append(passage)
            yield from _long(passage)
    for locale, passages in by_locale.items():
        whole = text_of(passages)
        if locale == "en" and grade(whole) > MOST_GRADE:
            message = f"Flesch-Kincaid grade {grade(whole):.1f}, at most {MOST_GRADE:g}: shorter sentences and words"
            yield subject.found(NAME, Severity.ERROR, message, file=f"{locale}.yaml")
        if locale in BY_LIX and lix(whole) > MOST_LIX:
            message = f"LIX {lix(whole):.0f}, at most {MOST_LIX:g}: shorter sentences and words"
            yield subject.found(NAME, Severity.WARNING, message, file=f"{locale}.yaml")
        uncommon = uncommon_characters(whole, locale)
        if len(set(uncommon)) > FEW and len(uncommon) > MOST_UNCOMMON * len(han(whole)):
            share = len(uncommon) / len(han(whole))
            message = f"{share:.1%} uncommon characters, at most {MOST_UNCOMMON:.0%}: {''.join(sorted(set(uncommon)))}"
            yield subject.found(NAME, Severity.WARNING, message, file=f"{locale}.yaml")


def text_of(passages: list[Passage]) -> str:
    """The entries of one language as one text, each once, each at its fullest."""
    return " ".join(dict.fromkeys(max(passage.texts, key=len) for passage in passages))


def uncommon_characters(text: str, locale: str) -> list[str]:
    """Chinese characters outside the common list of the locale's script; none for other languages."""
    common = {"zh-Hans": _common_simplified, "zh-Hant": _common_traditional}.get(locale)
    return [char for char in han(text) if not common(char)] if common else []


def _common_simplified(char: str) -> bool:
    """Level 1 of GB 2312-80: 3,755 characters, rows 16 to 55."""
    try:
        return 0xB0 <= char.encode("gb2312")[0] <= 0xD7
    except UnicodeEncodeError:
        return False


def _common_traditional(char: str) -> bool:
    """Level 1 of Big5: 5,401 characters, A440 to C67E."""
    try:
        return 0xA440 <= int.from_bytes(char.encode("big5"), "big") <= 0xC67E
    except UnicodeEncodeError:
        return False


def _long(passage: Passage) -> Iterator[Finding]:
    text = max(passage.texts, key=len)
    if passage.chinese or passage.locale == "en":
        parts, most = sentences(text), MOST_CHARACTERS if passage.chinese else MOST_WORDS
    else:
        parts, most = sentences_of_any(text), MOST_JAPANESE if passage.locale == "ja" else MOST_WORDS
    by_characters = passage.chinese or passage.locale == "ja"
    count_of = words if passage.locale == "en" else words_of_any
    for sentence in parts:
        count = len(sentence) if by_characters else len(count_of(sentence))
        unit = "characters" if by_characters else "words"
        if count > most:
            yield passage.found(NAME, Severity.WARNING, f"a sentence of {count} {unit}, at most {most}: {sentence!r}")
        for clause in clauses(sentence) if passage.chinese else ():
            if len(han(clause)) > MOST_IN_CLAUSE:
                message = f"{len(han(clause))} characters without a mark, at most {MOST_IN_CLAUSE}: {clause!r}"
                yield passage.found(NAME, Severity.WARNING, message)
