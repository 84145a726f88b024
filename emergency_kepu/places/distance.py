"""Great-circle distance and what lies near a point."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache

from emergency_kepu.places.china import Place, table

EARTH_RADIUS_KM = 6371.0088
"""Mean radius (IUGG)."""


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Haversine, in kilometres."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_phi = math.sin((phi2 - phi1) / 2)
    half_lambda = math.sin(math.radians(lon2 - lon1) / 2)
    chord = half_phi**2 + math.cos(phi1) * math.cos(phi2) * half_lambda**2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


@cache
def _counties() -> tuple[Place, ...]:
    return tuple(place for place in table().values() if place.level == "county")


def counties_within(lat: float, lon: float, radius_km: float) -> Iterator[tuple[Place, float]]:
    """(county, kilometres) for each whose seat lies within the radius, nearest first."""
    reach = radius_km / 111.0 + 0.01
    found = [
        (place, distance_km(lat, lon, place.lat, place.lon)) for place in _counties() if abs(place.lat - lat) <= reach
    ]
    yield from sorted(((place, km) for place, km in found if km <= radius_km), key=lambda pair: pair[1])


def nearest_county(lat: float, lon: float, *, within_km: float) -> tuple[Place, float] | None:
    """The nearest county, or None when none is that near: a point at sea or abroad belongs to nobody."""
    return next(counties_within(lat, lon, within_km), None)


def in_ring(lat: float, lon: float, ring: tuple[tuple[float, float], ...]) -> bool:
    """Whether a point lies inside a ring of (lat, lon), by the even-odd rule."""
    inside = False
    for (lat1, lon1), (lat2, lon2) in zip(ring, (*ring[1:], *ring[:1]), strict=True):
        if (lat1 > lat) != (lat2 > lat) and lon < (lon2 - lon1) * (lat - lat1) / (lat2 - lat1) + lon1:
            inside = not inside
    return inside
