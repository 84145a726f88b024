"""Which emergency numbers a page names: those of the place that it is about, whatever the reader's language.

Mainland China: police 110, fire and rescue 119, ambulance 120, as the library's texts have them (112 only plays a
recording there). Taiwan: 110 and 119. Hong Kong and Macao: 999. European Union: 112 (Directive (EU) 2018/1972, article
109). Elsewhere no number is named, but the words "your local emergency number": a wrong one costs minutes.
"""

from __future__ import annotations

from collections.abc import Sequence

from emergency_kepu.places.gazetteer import contains

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
_POLICE, _FIRE, _AMBULANCE = "police", "fire", "ambulance"
Number = tuple[str, str]
"""The number, and the page's word for who answers."""


def numbers(place_codes: Sequence[str]) -> tuple[Number, ...]:
    """In the order in which they are shown; empty where the places have none in common or none that is known."""
    found = {_of(code) for code in place_codes}
    return found.pop() if len(found) == 1 else ()


def _of(code: str) -> tuple[Number, ...]:
    if code in _EU.split():
        return (("112", "any"),)
    if code.startswith("71") or code == "TW":
        return (("110", _POLICE), ("119", "fire_ambulance"))
    if code.startswith(("81", "82")) or code in ("HK", "MO"):
        return (("999", "any"),)
    if code.isdigit() or code == "CN":
        return (("119", _FIRE), ("120", _AMBULANCE), ("110", _POLICE))
    return ()


def asked_in(areas: Sequence[str], place_codes: Sequence[str]) -> bool:
    """Does all that a page is about lie where the desk reads what people tell? A page about more asks nobody: half of
    its readers would be told that somebody listens where nobody does."""
    return bool(place_codes) and all(any(contains(area, code) for area in areas) for code in place_codes)
