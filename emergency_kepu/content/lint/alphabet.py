"""English, Spanish and French stay inside the SMS alphabet, and each Chinese text inside its own script.

One curly quotation mark or dash turns an SMS from 160 characters a part into 70. Simplified characters are those of GB
2312, traditional ones those of Big5: a character that only the other set has is a leftover of conversion.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from emergency_kepu.content import sms
from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Passage, Subject
from emergency_kepu.content.lint.sentences import han

NAME = "alphabet"
_CHARSETS = {"zh-Hans": ("gb2312", "big5"), "zh-Hant": ("big5", "gb2312")}
"""Locale to its own character set and the other script's."""

_LATIN = ("en", "es", "fr")
"""Other languages are UCS-2 in any case."""


def check(subject: Subject) -> Iterator[Finding]:
    """Errors: a letter that makes an SMS expensive, a character of the other script. Warnings: rare characters."""
    for passage in subject.passages:
        if passage.locale in _CHARSETS:
            yield from _chinese(passage)
        elif passage.locale in _LATIN:
            yield from _latin(passage)


def _latin(passage: Passage) -> Iterator[Finding]:
    # a Spanish or French accent is folded away in an SMS, as in a place's name: see `sms.folded`
    foreign = sms.count(passage.static if passage.locale == "en" else sms.folded(passage.static)).not_gsm
    if foreign:
        names = ", ".join(f"{char} ({unicodedata.name(char, '?').lower()})" for char in foreign)
        yield passage.found(NAME, Severity.ERROR, f"not in the SMS alphabet: {names}")


def _chinese(passage: Passage) -> Iterator[Finding]:
    own, other = _CHARSETS[passage.locale]
    outside = [char for char in dict.fromkeys(han(passage.static)) if not _in(char, own)]
    wrong = [char for char in outside if _in(char, other)]
    if wrong:
        yield passage.found(NAME, Severity.ERROR, f"characters of the other Chinese script: {''.join(wrong)}")
    rare = [char for char in outside if char not in wrong]
    if rare:
        yield passage.found(NAME, Severity.WARNING, f"rare characters, which old receivers lack: {''.join(rare)}")


def _in(char: str, charset: str) -> bool:
    try:
        char.encode(charset)
    except UnicodeEncodeError:
        return False
    return True
