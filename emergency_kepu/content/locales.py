"""Which text a reader gets: BCP 47 lookup with the Chinese scripts resolved."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

_SCRIPTS = {
    "zh": "zh-Hans",
    "zh-CN": "zh-Hans",
    "zh-SG": "zh-Hans",
    "zh-MY": "zh-Hans",
    "zh-TW": "zh-Hant",
    "zh-HK": "zh-Hant",
    "zh-MO": "zh-Hant",
    "mn-CN": "mn-Mong",
}
_NEVER_WITHOUT = ("mn-Mong",)
"""Scripts that their readers do not give up: who reads traditional Mongolian is not served by Cyrillic."""


def resolve(wanted: str, available: Collection[str], default: str) -> tuple[str, bool] | None:
    """(locale, fell back) for a reader's tag, or None when not even the default has a text.

    `fell back` is True only for another language than the reader's own: zh-HK reading zh-Hant is at home.
    """
    return _resolve(wanted, tuple(available), default)


@lru_cache(maxsize=4096)
def _resolve(wanted: str, available: tuple[str, ...], default: str) -> tuple[str, bool] | None:
    """Remembered: an audience of a million speaks a few dozen languages."""
    tag = wanted.replace("_", "-")
    canonical = "-".join(part.title() if len(part) == 4 else part for part in tag.split("-"))
    chain = [canonical]
    region = canonical.split("-")
    if len(region) > 1:
        chain.append(_SCRIPTS.get("-".join((region[0], region[-1].upper())), ""))
    while "-" in chain[0] and chain[0] not in _NEVER_WITHOUT:
        chain.insert(0, chain[0].rsplit("-", 1)[0])
    ordered = [*sorted((item for item in chain if item), key=len, reverse=True), _SCRIPTS.get(region[0], "")]
    for candidate in ordered:
        if candidate in available:
            return candidate, False
    return (default, True) if default in available else None
