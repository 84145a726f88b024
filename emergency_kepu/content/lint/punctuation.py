"""Chinese text has full-width marks, every entry ends as a sentence, quotation marks come in pairs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Passage, Subject

NAME = "punctuation"
_HALF = re.compile(
    r"(?<=[\u4e00-\u9fff”」）])[,;:?!.](?!\d)|[,;:?!](?=[\u4e00-\u9fff])|[()](?=[\u4e00-\u9fff])|"
    r"(?<=[\u4e00-\u9fff])[()]|\.{3}"
)
_SPACE = re.compile(r"(?<=[\u4e00-\u9fff，。；：])\s+(?=[\u4e00-\u9fff])")
_DOUBLED = re.compile(r"([，。；：！？,.;:!?])\s*[，。；：,.;:]|[！!]{2,}|[？?]{2,}")
_SENTENCES = ("what", "impact", "action", "avoid", "why", "fact", "more")
_ENDS = (".", "?", "!", "。", "？", "！", "؟", "۔", "།", "༎", "᠃")
"""Also of Arabic and Uyghur, of Tibetan, of traditional Mongolian."""
_PAIRS = {"“": "”", "「": "」", "『": "』", "《": "》", "（": "）", "(": ")"}
_OTHER_QUOTES = {"zh-Hans": "「」『』", "zh-Hant": "“”‘’"}
"""Marks of the other script."""


def check(subject: Subject) -> Iterator[Finding]:
    """Errors for marks of the wrong width or script, missing ends and unpaired quotation marks."""
    for passage in subject.passages:
        message = _problem(passage)
        if message:
            yield passage.found(NAME, Severity.ERROR, message)


def _problem(passage: Passage) -> str:
    for text in passage.texts:
        found = (_chinese(passage, text) if passage.chinese else "") or _any_script(passage, text)
        if found:
            return f"{found}: {text!r}"
    return ""


def _chinese(passage: Passage, text: str) -> str:
    half = _HALF.search(text)
    if half:
        return f"half-width {half[0]!r} in Chinese"
    if _SPACE.search(text):
        return "a space between Chinese characters"
    foreign = [mark for mark in _OTHER_QUOTES.get(passage.locale, "") if mark in text]
    return f"{foreign[0]} is a mark of the other Chinese script" if foreign else ""


def _any_script(passage: Passage, text: str) -> str:
    if _DOUBLED.search(text):
        return "doubled marks"
    if any(text.count(left) != text.count(right) for left, right in _PAIRS.items()) or text.count('"') % 2:
        return "unpaired marks"
    if passage.role in _SENTENCES and not text.endswith(_ENDS):
        return "does not end as a sentence"
    return ""
