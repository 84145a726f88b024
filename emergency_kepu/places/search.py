"""Places as people write them: 犍为县, 乐山市犍为县, 511123, Qianwei County, SD."""

from __future__ import annotations

from functools import cache

from emergency_kepu.domain.errors import UserError
from emergency_kepu.places.china import Place, ancestors, by_adcode, table
from emergency_kepu.places.world import country_by_name, is_country

_MOST = 6


def find_place(text: str) -> str:
    """The adcode or ISO 3166 country code. UserError when nothing has that name, or several do: they are listed."""
    wanted = " ".join(text.split())
    if is_country(wanted.upper()):
        return wanted.upper()
    if wanted.isdigit():
        place = by_adcode(wanted)
        if place is None or len(wanted) != 6:
            msg = f"place {text!r}: no such adcode; give 6 digits, e.g. 511123"
            raise UserError(msg)
        return wanted
    codes = _by_name().get(wanted.casefold(), ())
    if len(codes) == 1:
        return codes[0]
    if codes:
        several = "; ".join(f"{code} {_full(table()[code])}" for code in codes[:_MOST])
        msg = f"place {text!r} names several: {several}. Give the code, or the name with what it lies in"
        raise UserError(msg)
    country = country_by_name(wanted)
    if country:
        return country
    msg = f"place {text!r}: nothing has that name; write it in full (乐山市犍为县) or give its adcode"
    raise UserError(msg)


def _full(place: Place) -> str:
    return "".join(item.names["zh-Hans"] for item in ancestors(place.code))


@cache
def _by_name() -> dict[str, tuple[str, ...]]:
    """Every way to say a place: its name in three languages, and in Chinese with any of what it lies in before it."""
    found: dict[str, list[str]] = {}
    for place in table().values():
        chain = ancestors(place.code)
        if not chain or chain[-1].code != place.code:
            continue  # the artificial city level of a municipality
        ways = set(place.names.values())
        for locale in ("zh-Hans", "zh-Hant"):
            names = [item.names[locale] for item in chain]
            ways |= {"".join(names[start:]) for start in range(len(names))}
        ways.add(", ".join(item.names["en"] for item in reversed(chain)))
        for way in ways:
            found.setdefault(way.casefold(), []).append(place.code)
    return {way: tuple(codes) for way, codes in found.items()}
