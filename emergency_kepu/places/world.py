"""Countries by ISO 3166 alpha-2 code and by name, through the Unicode CLDR names that Babel carries."""

from __future__ import annotations

from functools import cache

from babel import Locale

_SPELLINGS = {
    "democratic republic of the congo": "CD",
    "the democratic republic of the congo": "CD",
    "republic of the congo": "CG",
    "united republic of tanzania": "TZ",
    "russian federation": "RU",
    "viet nam": "VN",
    "lao people's democratic republic": "LA",
    "syrian arab republic": "SY",
    "iran (islamic republic of)": "IR",
    "bolivia (plurinational state of)": "BO",
    "venezuela (bolivarian republic of)": "VE",
    "republic of korea": "KR",
    "democratic people's republic of korea": "KP",
    "republic of moldova": "MD",
    "united states of america": "US",
    "the united states of america": "US",
    "united kingdom of great britain and northern ireland": "GB",
    "kingdom of saudi arabia": "SA",
    "côte d'ivoire": "CI",
    "cote d'ivoire": "CI",
    "türkiye": "TR",
    "cabo verde": "CV",
    "the gambia": "GM",
    "people's republic of china": "CN",
    "the sudan": "SD",
    "the philippines": "PH",
}
"""How WHO and other feeds write countries that CLDR names otherwise."""


@cache
def _names() -> dict[str, str]:
    table = {
        name.casefold(): code
        for code, name in Locale.parse("en").territories.items()
        if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "ZZ", "XA", "XB"}
    }
    return {**table, **_SPELLINGS}


def country_by_name(text: str) -> str | None:
    """The ISO code for an English country name as feeds write it, or None; several countries are no country."""
    return _names().get(" ".join(text.casefold().replace("\u2019", "'").split()))


def is_country(code: str) -> bool:
    """Whether a place code is an ISO 3166 alpha-2 one."""
    return len(code) == 2 and code.isalpha() and code.upper() in Locale.parse("en").territories


def country_name(code: str, locale: str) -> str:
    """The country's name in a locale (zh-Hans, zh-Hant, en, ...), or the code itself."""
    parsed = Locale.parse(locale.replace("-", "_"))
    return parsed.territories.get(code.upper()) or code
