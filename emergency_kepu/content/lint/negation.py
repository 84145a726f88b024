"""Whether words found in a text are forbidden there or ordered: the reach of a negation, in English and in Chinese.

A negation reaches to the end of its clause. In English it also crosses the commas of a list that has an `or` ("do not
walk, swim or drive"); in Chinese it crosses 、 but no other mark, so that 不要慌，往外跑 orders people to run.
"""

from __future__ import annotations

import re

_EN = re.compile(
    r"\b(?:not|never|no|nor|nothing|nobody|none|cannot|can't|don't|avoid|without|stop|instead of|rather than|"
    r"keep (?:off|out|away|clear)|"
    r"stay (?:off|out|away|clear)|unless|untasted)\b",
    re.IGNORECASE,
)
_ZH = re.compile(
    r"不|别|別|勿|莫|禁止|严禁|嚴禁|避免|避开|避開|远离|遠離|停止|拒绝|拒絕|没有|沒有|无法|無法|而非|挡不住|擋不住"
)
_ZH_FORBIDS_NOTHING = re.compile(
    r"(?:没有|沒有|无法|無法|不(?![要能可得宜准許许]))[^，。；：]{0,8}就(?![地近医醫])|不锈|不鏽|不断|不斷|不时|不時|不仅|不僅|不但|不管|不论|不論|要不|特别|特別|分别|分別|不久|不适|不適|对不起"
)
"""Conditions (没有通知就……, 来不及就……) and words with 不 or 别 in them: no ban."""
_ZH_DESCRIBED = re.compile(
    r"[^，。；：]{0,4}(?:会|會|只会|只會|可能|容易|很危险|很危險|是因|的人|时|時|以后|以後|后会|後會)|[^。；]{0,12}反而"
)
_EN_END = re.compile(r"[.;:!?]|\bbut\b|\bthen\b|\binstead,")
_ZH_END = re.compile(r"[，。；：！？,.;:!?]")


_OTHERS = {
    "ja": re.compile(r"ない|ず|禁止|避け|やめ|だめ|控え"),
    "ko": re.compile(r"마세|마십|말고|말아|않|금지|피하|안 |못"),
    "ru": re.compile(r"\b(?:не|ни|нельзя|никогда|без|избегайте|запрещ\w+)\b", re.IGNORECASE),
    "es": re.compile(r"\b(?:no|nunca|ni|sin|evite|evita|jamás)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(?:ne|ni|jamais|sans|évitez|pas|aucun|aucune)\b|\bn['’]", re.IGNORECASE),
    "ar": re.compile(r"(?:^|\s|و|ف)(?:لا|لن|لم|تجنب\w*|ممنوع|دون|بلا)(?:\s|$)|تجنبوا|ابتعدوا"),
}


def forbids(text: str, *, chinese: bool, locale: str = "en") -> bool:
    """True when a text has any negation. For a language that is not known here, always: nothing is said of it."""
    if chinese:
        return bool(_ZH.search(_neutral(text)))
    if locale == "en":
        return bool(_EN.search(text))
    return locale not in _OTHERS or bool(_OTHERS[locale].search(text))


def described_at(text: str, end: int) -> bool:
    """True when Chinese words that end at `end` are talked about rather than ordered: 喝酒会让身体变冷."""
    return bool(_ZH_DESCRIBED.match(text, end))


def forbidden_at(text: str, start: int, *, chinese: bool) -> bool:
    """True when a negation reaches the words that begin at `start`."""
    return _zh_forbids(text, start) if chinese else _en_forbids(text, start)


def _neutral(text: str) -> str:
    return _ZH_FORBIDS_NOTHING.sub(lambda found: "〇" * len(found[0]), text)


def _zh_forbids(text: str, start: int) -> bool:
    before = _neutral(text)[:start]
    ends = [mark.end() for mark in _ZH_END.finditer(before)]
    return bool(_ZH.search(before[ends[-1] if ends else 0 :]))


def _en_forbids(text: str, start: int) -> bool:
    before = text[:start]
    ends = [mark.end() for mark in _EN_END.finditer(before)]
    reach = before[ends[-1] if ends else 0 :]
    comma = reach.rfind(",")
    if _EN.search(reach[comma + 1 :]):
        return True
    if comma < 0 or not _EN.search(reach):
        return False
    after = re.split(r"[.;:!?]", text[len(before) - len(reach) + comma + 1 :], maxsplit=1)[0]
    return bool(re.search(r"\b(?:or|nor)\b", after))
