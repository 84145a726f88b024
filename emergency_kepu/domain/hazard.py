"""The taxonomy of hazards (the table is `hazards.yaml`), and how an event of any feed finds its code."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

import msgspec
import yaml

CATEGORIES = ("natural", "accident", "health", "social")
"""自然灾害, 事故灾难, 公共卫生事件, 社会安全事件 (突发事件应对法 2024, Art. 2)."""


_NOT_NAMES = ("category", "cma", "nws", "gdacs", "words")
_MATCHED = ("zh-Hans", "zh-Hant", "en")


class Hazard(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table."""

    code: str
    category: str
    names: dict[str, str]
    """By locale: zh-Hans, zh-Hant and en for every hazard, and whatever else there is. To print."""
    cma: tuple[str, ...] = ()
    nws: tuple[str, ...] = ()
    gdacs: str | None = None
    words: tuple[str, ...] = ()


def _load() -> Mapping[str, Hazard]:
    raw = yaml.safe_load((Path(__file__).parent / "hazards.yaml").read_text(encoding="utf-8"))
    return MappingProxyType(
        {
            code: Hazard(
                code=code,
                category=row["category"],
                names={key: str(value) for key, value in row.items() if key not in _NOT_NAMES},
                cma=tuple(row.get("cma", ())),
                nws=tuple(row.get("nws", ())),
                gdacs=row.get("gdacs"),
                words=tuple(str(word) for word in row.get("words", ())),
            )
            for code, row in raw.items()
        }
    )


HAZARDS: Mapping[str, Hazard] = _load()


def get(code: str) -> Hazard | None:
    """The hazard of a code, or None."""
    return HAZARDS.get(code)


def classify(
    *, event: str, event_codes: Mapping[str, Sequence[str]] = MappingProxyType({}), headline: str | None = None
) -> str | None:
    """The code of our taxonomy for an event as a feed names it, or None: a guess would send wrong advice.

    Exact codes first (CMA, GDACS), then exact names, then the longest known word in the event; the headline is
    only asked when the event itself says nothing.
    """
    for values in event_codes.values():
        for value in values:
            found = _by_code().get(value.split("_")[0].upper()) or _by_code().get(value.upper()[:5])
            if found:
                return found
    return _by_text(event) or (_by_text(headline) if headline and not event.strip() else None)


def _by_text(text: str) -> str | None:
    wanted = " ".join(text.casefold().split())
    if not wanted:
        return None
    exact = _by_name().get(wanted)
    if exact:
        return exact
    found = _words().findall(wanted)
    return _by_name()[max(found, key=len)] if found else None


@cache
def _by_code() -> dict[str, str]:
    codes = {code.upper(): hazard.code for hazard in HAZARDS.values() for code in hazard.cma}
    codes.update({hazard.gdacs: hazard.code for hazard in HAZARDS.values() if hazard.gdacs})
    return codes


@cache
def _by_name() -> dict[str, str]:
    table: dict[str, str] = {}
    for hazard in HAZARDS.values():
        # other languages' names are for readers: inside other words of theirs they mean something else
        for name in (*hazard.words, *hazard.nws, *(hazard.names[locale] for locale in _MATCHED)):
            table.setdefault(name.casefold(), hazard.code)
    return table


@cache
def _words() -> re.Pattern[str]:
    """Longest first, so that 雷雨大风 is found before 大风; Latin words only as whole words."""
    names = sorted(_by_name(), key=len, reverse=True)
    parts = [rf"\b{re.escape(name)}\b" if name.isascii() else re.escape(name) for name in names]
    return re.compile("|".join(parts))
