"""The console's own words, one file a language, and which language a visitor gets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import yaml
from babel import Locale, UnknownLocaleError

Words = Mapping[str, Mapping[str, str]]

_HERE = Path(__file__).parent


def _load() -> Mapping[str, Words]:
    return MappingProxyType(
        {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(_HERE.glob("*.yaml"))}
    )


WORDS: Mapping[str, Words] = _load()
PAGE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted((_HERE / "page").glob("*.yaml"))}
)
"""The public page's own words by content locale; `en` for a locale without any."""
COOKIE = "kepu_lang"


def language_of(asked: str | None, kept: str | None, accept: str | None, default: str) -> str:
    """What the address asks for, else what was chosen before, else what the browser prefers, else the desk's own.

    `accept` is an Accept-Language header (RFC 9110, 12.5.4). `default` is a content locale such as `zh-Hans`.
    """
    for choice in (asked, kept):
        if choice is not None and choice in WORDS:
            return choice
    for preferred in by_quality(accept or ""):
        if (found := _speaks(preferred)) is not None:
            return found
    return _speaks(default) or "zh-CN"


def by_quality(accept: str) -> list[str]:
    """The tags of an Accept-Language header, the most wanted first."""
    ranked: list[tuple[float, str]] = []
    for part in accept.split(","):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if tag and weight > 0:
            ranked.append((-weight, tag))
    return [tag for _, tag in sorted(ranked, key=lambda pair: pair[0])]


def _speaks(tag: str) -> str | None:
    """The console's language for a tag, by its primary subtag."""
    primary = tag.partition("-")[0].lower()
    return next((known for known in WORDS if known.partition("-")[0] == primary), None)


_OWN_NAMES = {"mn-Mong": "ᠮᠣᠩᠭᠣᠯ"}
"""Of scripts that Babel's data leaves out."""


def language_name(code: str) -> str:
    """A language in its own words, as its readers look for it."""
    if code in _OWN_NAMES:
        return _OWN_NAMES[code]
    try:
        return (Locale.parse(code, sep="-").get_display_name() or code).capitalize()
    except (UnknownLocaleError, ValueError):
        return code
