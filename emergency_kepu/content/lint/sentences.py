"""Sentences, clauses, words, syllables and characters, counted the way `docs/reference/lint.md` says."""

from __future__ import annotations

import re

_STOP = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'])|(?<=[。！？])|[;；:：]\s*")
_FULL_STOP = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'])|(?<=[。！？])(?![”」])")
_CLAUSE = re.compile(r"[，。！？；：、,.!?;:]+")
_WORD = re.compile(r"[A-Za-z]+(?:['-][A-Za-z]+)*|\d+(?:[.,:]\d+)*")
_ANY_STOP = re.compile(r"(?<=[.!?؟])\s+|(?<=[。！？])")
_ANY_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
LONG_WORD = 6
"""Letters; a longer word is long (Björnsson)."""
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_VOWELS = re.compile(r"[aeiouy]+")
_SILENT = re.compile(
    r"[^aeiouy]e$|(?<![aeiouycgsxz])(?<![cs]h)es$|(?<=[^aeiouy])(?<![td])ed$|(?<=[aeouy]s)e$|[aeiouy]ve$"
)
_SPOKEN = re.compile(r"[^aeiouylr]le$|[^aeiouy][^aeiouyl]les$")
_INNER = re.compile(r"(?<=[^aeiouy])e(?=(?:ways|where|thing|place|ly|ful|ment|less|ness)$)")
_APART = re.compile(
    r"(?<![ctgs])i(?:a|ou|um|et)|(?<![ctgsln])io|^lio|eo(?!p|u)|ua(?=[lt])|uen|uel|ui[dn]s?$|create|eas?$|[oe]ing|scien|(?<![tc])ien|iet|"
    r"hicl|toes$|deal$"
)


def sentences(text: str) -> list[str]:
    """Parts that end with a full stop, question or exclamation mark."""
    return [part.strip() for part in _FULL_STOP.split(text) if part.strip()]


def statements(text: str) -> list[str]:
    """Sentences, cut also at colons and semicolons: what can be ordered or forbidden by itself."""
    return [part.strip() for part in _STOP.split(text) if part.strip()]


def clauses(text: str) -> list[str]:
    """Runs without any punctuation mark."""
    return [part.strip() for part in _CLAUSE.split(text) if part.strip()]


def words(text: str) -> list[str]:
    """Words and numbers of a Latin text."""
    return _WORD.findall(text)


def han(text: str) -> list[str]:
    """Chinese characters, without punctuation, digits and letters."""
    return _HAN.findall(text)


def syllables(word: str) -> int:
    """Of an English word, at least 1: groups of vowel letters, less a silent ending, more where two are spoken apart.

    A number counts as one syllable a digit.
    """
    if word[0].isdigit():
        return sum(char.isdigit() for char in word)
    parts = [part for part in re.split(r"['-]", word.lower()) if len(part) > 1]
    return max(sum(_of_part(part) for part in parts), 1)


def _of_part(part: str) -> int:
    part = _INNER.sub("", part)
    count = len(_VOWELS.findall(part)) + len(_APART.findall(part))
    if count > 1 and _SILENT.search(part) and not _SPOKEN.search(part):
        count -= 1
    return max(count, 1)


def grade(text: str) -> float:
    """Flesch-Kincaid grade (US school years) of an English text; 0 when it has no word."""
    parts = sentences(text)
    counted = words(text)
    if not counted or not parts:
        return 0.0
    spoken = sum(syllables(word) for word in counted)
    return 0.39 * len(counted) / len(parts) + 11.8 * spoken / len(counted) - 15.59


def sentences_of_any(text: str) -> list[str]:
    """Of a text in any language whose sentences end with . ! ? or their Arabic and Chinese forms."""
    return [part.strip() for part in _ANY_STOP.split(text) if part.strip()]


def words_of_any(text: str) -> list[str]:
    """Words and numbers of any script that has blanks between them."""
    return _ANY_WORD.findall(text)


def lix(text: str) -> float:
    """Läsbarhetsindex (Björnsson 1968): words a sentence, plus the percentage of words above six letters. It needs no
    syllables and has been used across languages (Anderson 1981, 1983); 0 when there is no word."""
    counted, parts = words_of_any(text), sentences_of_any(text)
    if not counted or not parts:
        return 0.0
    long = sum(len(word) > LONG_WORD for word in counted)
    return len(counted) / len(parts) + 100 * long / len(counted)
