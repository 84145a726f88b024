"""Mainland China, Hong Kong, Macao and Taiwan by 6-digit adcode (GB/T 2260), from the table beside this file."""

from __future__ import annotations

from functools import cache
from importlib import resources

import msgspec


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One place. Degrees WGS 84 of its seat; `exact` is False where that was taken from its neighbours."""

    code: str
    level: str
    """province, city, county, or country for codes that are ISO 3166."""
    names: dict[str, str]
    """zh-Hans, zh-Hant, en."""
    lat: float
    lon: float
    exact: bool = True


@cache
def table() -> dict[str, Place]:
    """All places by adcode; read once, about 3,400."""
    text = (resources.files(__package__) / "data" / "china.tsv").read_text(encoding="utf-8")
    places = {}
    for line in text.splitlines():
        code, hans, hant, english, lat, lon, exact = line.split("\t")
        places[code] = Place(
            code=code,
            level=level_of(code),
            names={"zh-Hans": hans, "zh-Hant": hant, "en": english},
            lat=float(lat),
            lon=float(lon),
            exact=exact == "1",
        )
    return places


RETIRED = {
    "220724": "220781", "330283": "330213", "350681": "350604", "370684": "370614",
    "441723": "441704", "511422": "511403", "520114": "520115",
}  # fmt: skip
"""Codes of counties that were made districts or moved (Ministry of Civil Affairs); old alerts still use them."""


def current(code: str) -> str:
    """The code in force for a 6-digit adcode; what was never retired stays as it is."""
    return RETIRED.get(code, code)


def level_of(code: str) -> str:
    """By the shape of the code: pp0000 province, ppcc00 city, else county."""
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "county"


def by_adcode(code: str) -> Place | None:
    """The place of a 6- or 12-digit adcode. An unknown county gives its city, an unknown city its province: the
    code of the result then differs from what was asked. None for what is no Chinese adcode."""
    digits = code.strip()[:6]
    if len(digits) != 6 or not digits.isdigit():
        return None
    digits = current(digits)
    for wanted in (digits, digits[:4] + "00", digits[:2] + "0000"):
        if wanted in table():
            return table()[wanted]
    return None


def ancestors(code: str) -> tuple[Place, ...]:
    """From the province down to the place itself; the artificial city level of municipalities is left out."""
    chain: list[Place] = []
    for wanted in dict.fromkeys((code[:2] + "0000", code[:4] + "00", code)):
        place = table().get(wanted)
        if place and not (chain and chain[-1].names["zh-Hans"] == place.names["zh-Hans"]):
            chain.append(place)
    return tuple(chain)
