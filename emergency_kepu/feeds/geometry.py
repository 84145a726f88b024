"""Polygons and circles of CAP, read fast and checked.

CAP 1.2 (OASIS, section 3.2.4): `polygon` is white-space separated `lat,lon` pairs in WGS 84, at least four,
the first equal to the last; `circle` is `lat,lon` and a radius in kilometres.
"""

from __future__ import annotations

import math
from typing import Annotated

import msgspec
from msgspec import Meta

from emergency_kepu.domain.alert import Circle
from emergency_kepu.feeds.flags import Flags

Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Ring = tuple[tuple[float, float], ...]

_ring = msgspec.json.Decoder(tuple[tuple[Latitude, Longitude], ...])
_MIN_POINTS = 4


def read_polygon(text: str | None, flags: Flags) -> Ring | None:
    """A ring of (lat, lon). None for an empty element, and, with a flag, for one that makes no ring."""
    if not text or not (pairs := text.strip()):
        return None
    try:
        # Two replacements make the text JSON; the decoder then converts and checks the ranges in C, three
        # times as fast as splitting and calling float() on each number.
        ring: Ring = _ring.decode("[[" + pairs.replace(" ", "],[") + "]]")
    except msgspec.MsgspecError:
        slow = _read_ring_slowly(pairs)
        if slow is None:
            flags.add("bad_polygon")
            return None
        ring = slow
    if ring[0] != ring[-1]:
        flags.add("polygon_closed")
        ring = (*ring, ring[0])
    if len(ring) < _MIN_POINTS:
        flags.add("bad_polygon")
        return None
    return ring


def _read_ring_slowly(text: str) -> Ring | None:
    """The same for line breaks, blanks after commas and numbers JSON does not know (`+5`, `05.1`, `.5`)."""
    numbers = _floats(text)
    if not numbers or len(numbers) % 2:
        return None
    ring = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    return ring if all(on_earth(lat, lon) for lat, lon in ring) else None


def read_circle(text: str | None, flags: Flags) -> Circle | None:
    """A circle;
    radius 0 is a point. None for an empty element, and, with a flag, for one that makes no circle.
    """
    if not text or not text.strip():
        return None
    numbers = _floats(text)
    if numbers is None or len(numbers) not in (2, 3):
        flags.add("bad_circle")
        return None
    lat, lon, radius = (*numbers, 0.0)[:3]
    if not on_earth(lat, lon) or not 0 <= radius < math.inf:
        flags.add("bad_circle")
        return None
    return Circle(lat=lat, lon=lon, radius_km=radius)


def read_polygons(texts: list[str], flags: Flags) -> tuple[Ring, ...]:
    """The rings of an area that are usable."""
    return tuple([ring for text in texts if (ring := read_polygon(text, flags)) is not None])


def read_circles(texts: list[str], flags: Flags) -> tuple[Circle, ...]:
    """The circles of an area that are usable."""
    return tuple([circle for text in texts if (circle := read_circle(text, flags)) is not None])


def on_earth(lat: float, lon: float) -> bool:
    """Whether a pair of degrees is a place (NaN is not)."""
    return -90 <= lat <= 90 and -180 <= lon <= 180


def _floats(text: str) -> list[float] | None:
    try:
        return [float(word) for word in text.replace(",", " ").split()]
    except ValueError:
        return None
