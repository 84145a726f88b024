"""How many parts a handset gets: GSM 03.38 septets or UCS-2 code units, counted as networks count them.

3GPP TS 23.038 (alphabets) and TS 23.040 (concatenation): 160 septets or 70 UCS-2 units alone, 153 or 67 a part when
joined. An extension character takes two septets and is not split across parts, nor is a surrogate pair, nor, as
Twilio counts, what is one sign to a reader: a letter with its marks, an emoji of several characters (UAX 29).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Literal

import msgspec
import regex

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM = GSM_BASIC | GSM_EXTENSION
_DOUBLE = re.compile(r"[\f^{}\\\[~\]|€]")
_MARKS = {
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2013": "-",
    "\u2014": "-",
    "\u2026": "...",
    "\u00b0": "",
}
"""Quotation marks, dashes, dots, the degree sign, as the GSM alphabet can say them."""
_LIMITS = {"GSM-7": (160, 153), "UCS-2": (70, 67)}
_SIGN = regex.compile(r"\X")
_SEVERAL = regex.compile(
    r"[\p{M}\p{Cf}\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\u1100-\u11ff\r]"
)
"""Without one of these every character is a sign of its own, which nearly all texts are made of."""


class Segments(msgspec.Struct, frozen=True, kw_only=True):
    """What one text costs. `units` are septets or 16-bit code units; `remaining` until one more part is needed."""

    encoding: Literal["GSM-7", "UCS-2"]
    segments: int
    units: int
    per_segment: int
    remaining: int
    not_gsm: tuple[str, ...] = ()
    """The characters that made it UCS-2."""


def count(text: str) -> Segments:
    """Segments of a text; the empty text is one empty message."""
    strange = set(text) - _GSM
    foreign = tuple(char for char in dict.fromkeys(text) if char in strange) if strange else ()
    encoding: Literal["GSM-7", "UCS-2"] = "UCS-2" if foreign else "GSM-7"
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2 if foreign else len(text) + len(_DOUBLE.findall(text))
    single, joined = _LIMITS[encoding]
    if units <= single:
        return Segments(
            encoding=encoding,
            segments=1,
            units=units,
            per_segment=single,
            remaining=single - units,
            not_gsm=foreign,
        )
    if units == len(text) and not _SEVERAL.search(text):  # every character is a sign of one unit
        parts, used = -(-units // joined), (units - 1) % joined + 1
    else:
        parts, used = _filled(text, joined, gsm=not foreign)
    return Segments(
        encoding=encoding, segments=parts, units=units, per_segment=joined, remaining=joined - used, not_gsm=foreign
    )


def _filled(text: str, joined: int, *, gsm: bool) -> tuple[int, int]:
    """How many parts of `joined` units, and how much of the last, when no sign is split."""
    parts, used = 1, 0
    for sign in _SIGN.findall(text) if _SEVERAL.search(text) else text:
        widths = [width(char, gsm=gsm) for char in sign]
        whole = sum(widths)
        # a sign longer than a part must be split somewhere
        for units_of_one in widths if whole > joined else (whole,):
            if used + units_of_one > joined:
                parts, used = parts + 1, 0
            used += units_of_one
    return parts, used


def width(char: str, *, gsm: bool) -> int:
    """Septets of a character in GSM-7, or its 16-bit units in UCS-2."""
    return 1 + (char in GSM_EXTENSION if gsm else ord(char) > 0xFFFF)


def folded(text: str) -> str:
    """The text in GSM-7 where only accents and typographic marks stand against it; otherwise unchanged.

    Xigazê becomes Xigaze: one such letter would cost the message more than half of its room, and so most of its advice.
    """
    before = count(text)
    if not before.not_gsm or any(set(_base(char)) - _GSM for char in before.not_gsm):
        return text
    plain = unaccented(text)
    return text if count(plain).segments > before.segments else plain


def unaccented(text: str) -> str:
    """As `folded` writes it, also where a single word costs nothing yet."""
    return "".join(char if char in GSM_BASIC or char in GSM_EXTENSION else _base(char) for char in text)


def plain(text: str) -> bool:
    """Whether a text can be written in GSM-7, with no more than an accent or a typographic mark less."""
    return not count(folded(text)).not_gsm


@cache
def _base(char: str) -> str:
    if char in _MARKS:
        return _MARKS[char]
    return "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part)) or char
