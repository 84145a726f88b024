"""How a language is written: which way its lines run, what fonts have its letters, which unseen marks it needs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

_RIGHT_TO_LEFT = ("ar", "fa", "he", "ug", "ur")
_VERTICAL = ("mn-Mong",)
"""Traditional Mongolian: lines from top to bottom, the first at the left."""
FONTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ug": ("UKIJ Tuz Tom", "UKIJ Tuz", "Noto Naskh Arabic", "Noto Sans Arabic", "Geeza Pro", "Microsoft Uighur"),
        "bo": (
            "Noto Serif Tibetan",
            "Noto Sans Tibetan",
            "Kailasa",
            "Jomolhari",
            "Tibetan Machine Uni",
            "Microsoft Himalaya",
        ),
        "mn-Mong": ("Noto Sans Mongolian", "Menksoft Qagan", "Mongolian White", "Mongolian Baiti"),
    }
)
"""What systems bring or readers install; the smallest drawn last. Nothing is downloaded: a page must open without."""
_SPACE = re.compile(r"(?:(?!\u202f(?=[\u1820-\u18aa]))\s)+")
"""Any white space but the narrow one before a Mongolian ending: without it the ending has other letters."""
_MONGOLIAN_MARK = re.compile(
    r"(?<=[\u1820-\u18aa\u180b-\u180d\u180f])\u180e(?=[\u1820-\u18aa])|\u202f(?=[\u1820-\u18aa])"
)


_NUMBER = re.compile(r"(?<![\w\u200e+])(?<!\d[-/ ])\+?\d+(?:[-/ ]\d+)+")
_NO_ISOLATES = {0x2066: None, 0x2067: None, 0x2068: None, 0x2069: None}


def direction(locale: str) -> str:
    """As HTML's `dir`."""
    return "rtl" if locale.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


def vertical(locale: str) -> bool:
    """Whether lines run from top to bottom, the first at the left."""
    return locale in _VERTICAL


def one_line(text: str) -> str:
    """Every stretch of white space one space, none at the ends."""
    return _SPACE.sub(" ", text).strip()


def shown(text: str) -> str:
    """A space for what cannot be seen: control characters, marks that turn a line, spaces of any width.

    Two marks stay, and only inside a Mongolian word: U+180E and U+202F, by which a reader knows its endings.
    """
    kept = [match.start() for match in _MONGOLIAN_MARK.finditer(text)]
    return "".join(
        char if index in kept or not unicodedata.category(char).startswith(("C", "Z")) else " "
        for index, char in enumerate(text)
    )


def isolated(text: str) -> str:
    """For a line from right to left: what may run the other way does not swap places with its neighbours (UAX 9: first
    strong isolate), and the parts of a telephone number stay in order."""
    return f"\u2068{ordered(text)}\u2069" if text else text


def ordered(text: str) -> str:
    """A mark before each number with separators: after Arabic letters 000-0001 would be read 0001-000 (UAX 9, W2, W4).

    Handsets of any age know this mark (U+200E); isolates came with Unicode 6.3."""
    return _NUMBER.sub("\u200e\\g<0>", text)


def joined_again(text: str) -> str:
    """Without isolates, for handsets that may not know them, and where each costs a place. Numbers stay in order."""
    return text.translate(_NO_ISOLATES)


def unseen(text: str) -> tuple[str, ...]:
    """Control and format characters that no script needs where they stand."""
    without = _MONGOLIAN_MARK.sub("", text)
    return tuple(char for char in without if unicodedata.category(char).startswith("C") and char != "\n")
