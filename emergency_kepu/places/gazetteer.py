"""The one door to places for everyone else: codes to names, areas to codes, points to time zones."""

from __future__ import annotations

from collections.abc import Iterable

import tzfpy

from emergency_kepu.domain.alert import Area
from emergency_kepu.domain.recipient import place_prefix
from emergency_kepu.places.china import ancestors, by_adcode, current, table
from emergency_kepu.places.distance import counties_within, in_ring, nearest_county
from emergency_kepu.places.world import country_by_name, country_name, is_country

CHINA_ZONE = "Asia/Shanghai"
"""Official Chinese warnings use Beijing time everywhere, Xinjiang and Tibet too."""
_POINT_WITHIN_KM = 50.0
_ADCODE_SCHEMES = ("adcode", "AREACODE", "CPEAS Geographic Code", "区划代码")


def is_place(code: str) -> bool:
    """A 6-digit adcode of the table, or an ISO 3166 country."""
    return is_country(code) or by_adcode(code) is not None


def name(code: str, locale: str, *, full: bool = False) -> str:
    """The place's name in zh-Hans, zh-Hant or en; `full` with what it lies in: 四川省宜宾市长宁县.

    Japanese gets the traditional characters, every other language the English name."""
    if is_country(code):
        return country_name(code, locale)
    place = by_adcode(code)
    if place is None:
        return code
    wanted = locale if locale in place.names else {"ja": "zh-Hant"}.get(locale, "en")
    chain = ancestors(place.code) if full else (place,)
    names = [item.names[wanted] for item in chain]
    return ", ".join(reversed(names)) if wanted == "en" else "".join(names)


def contains(outer: str, inner: str) -> bool:
    """Whether a place lies in another, or is it: by the prefix of the codes; China holds every adcode."""
    if outer == inner or (outer == "CN" and inner.isdigit()):
        return True
    return outer.isdigit() and inner.isdigit() and inner.startswith(place_prefix(outer))


def covers(area: Area) -> tuple[str, ...]:
    """The codes of the places an area covers; empty when nothing is known: then nobody is reached by place.

    Adcodes are believed first; else the counties whose seats lie in a polygon or circle (a circle of radius 0 is
    the county nearest to it, if one is near); else a country of that name.
    """
    # a county that our table lacks keeps its own code: falling back to its city would reach millions too many
    codes = [
        current(value.strip()[:6])
        for scheme in _ADCODE_SCHEMES
        for value in area.geocodes.get(scheme, ())
        if by_adcode(value) is not None
    ]
    codes = codes or [*_in_polygons(area), *_in_circles(area)]
    if not codes and (country := country_by_name(area.desc)):
        codes = [country]
    return tuple(dict.fromkeys(codes))


def _in_polygons(area: Area) -> Iterable[str]:
    for ring in area.polygons:
        points = tuple(ring)
        lats = [lat for lat, _ in points]
        lons = [lon for _, lon in points]
        if not lats:
            continue
        for place in table().values():
            near = min(lats) <= place.lat <= max(lats) and min(lons) <= place.lon <= max(lons)
            if near and place.level == "county" and in_ring(place.lat, place.lon, points):
                yield place.code


def _in_circles(area: Area) -> Iterable[str]:
    for circle in area.circles:
        if circle.radius_km > 0:
            yield from (place.code for place, _ in counties_within(circle.lat, circle.lon, circle.radius_km))
        elif near := nearest_county(circle.lat, circle.lon, within_km=_POINT_WITHIN_KM):
            yield near[0].code


def timezone_of(codes: Iterable[str], lat: float | None, lon: float | None) -> str:
    """The IANA zone in which readers of a place see times; UTC where nothing is known."""
    if any(code.isdigit() or code == "CN" for code in codes):
        return CHINA_ZONE
    if lat is not None and lon is not None:
        found: str = tzfpy.get_tz(lon, lat)
        return found or "UTC"
    return "UTC"
