"""USGS earthquake summary GeoJSON (earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php).

Times are milliseconds since 1970, coordinates lon, lat, depth in kilometres. `tsunami` 1 only says that a
tsunami page may exist. Severity comes from the PAGER colour and the instrumental intensity, never from
magnitude alone.
"""

from __future__ import annotations

import msgspec

from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.severity import Severity
from emergency_kepu.feeds.format import FeedContext, MemberError, ParseResult
from emergency_kepu.feeds.instants import from_epoch_ms
from emergency_kepu.feeds.json_document import read_json, read_member
from emergency_kepu.feeds.quake import Quake, quake_alert, severity_of_intensity, written
from emergency_kepu.feeds.text import collapse

_WHAT = "USGS summary"
_SENDER = "earthquake.usgs.gov"
_PAGER = {"green": "Minor", "yellow": "Moderate", "orange": "Severe", "red": "Extreme"}


class _Collection(msgspec.Struct):
    features: list[msgspec.Raw]


class _Properties(msgspec.Struct, rename={"mag_type": "magType"}):
    mag: float | None = None
    mag_type: str | None = None
    place: str | None = None
    time: float | None = None
    updated: float | None = None
    url: str | None = None
    felt: int | None = None
    cdi: float | None = None
    mmi: float | None = None
    alert: str | None = None
    status: str | None = None
    tsunami: int | None = None
    net: str | None = None
    ids: str | None = None
    type: str | None = None
    title: str | None = None


class _Point(msgspec.Struct):
    coordinates: list[float | None] = []


class _Feature(msgspec.Struct):
    id: str
    properties: _Properties
    geometry: _Point | None = None


def parse(body: bytes, *, feed: FeedContext) -> ParseResult:
    """Every feature of the summary, quarry blasts included (as `info`)."""
    document = read_json(body, _Collection, _WHAT)
    alerts: list[Alert] = []
    errors: list[MemberError] = []
    for number, raw in enumerate(document.features, start=1):
        try:
            alerts.append(_alert(read_member(raw, _Feature), feed))
        except ValueError as problem:
            errors.append(MemberError(member=f"feature {number}", detail=str(problem)))
    return ParseResult(alerts=tuple(alerts), errors=tuple(errors))


def _alert(feature: _Feature, feed: FeedContext) -> Alert:
    identifier = feature.id.strip()
    if not identifier:
        msg = "no id"
        raise ValueError(msg)
    told = feature.properties
    lon, lat, depth = _position(feature.geometry)
    kind = (told.type or "earthquake").strip().lower()
    pager = (told.alert or "").strip().lower()
    tectonic = kind == "earthquake"
    return quake_alert(
        Quake(
            identifier=identifier,
            sender=feed.sender or _SENDER,
            sender_name="U.S. Geological Survey",
            source=told.net or "usgs",
            language="en-US",
            event="Earthquake" if tectonic else kind.capitalize(),
            origin=from_epoch_ms(told.time),
            sent=from_epoch_ms(told.updated),
            place=collapse(told.place) or "",
            headline=collapse(told.title) or f"{kind.capitalize()} {identifier}",
            lat=lat,
            lon=lon,
            magnitude=told.mag if tectonic else None,
            severity=_severity(pager, told.mmi),
            reviewed=told.status == "reviewed",
            withdrawn=told.status == "deleted",
            estimated_impact=tectonic and pager in _PAGER,
            web=told.url,
            parameters=_parameters(told, depth, pager),
        )
    )


def _position(point: _Point | None) -> tuple[float | None, float | None, float | None]:
    if point is None:
        return None, None, None
    lon, lat, depth = (*point.coordinates, None, None, None)[:3]
    if lon is not None and 180 < lon <= 360:
        lon -= 360  # some networks count eastward past the date line
    elif lon is not None and -360 <= lon < -180:
        lon += 360
    return lon, lat, depth


def _severity(pager: str, mmi: float | None) -> str:
    """The higher of the PAGER colour and the intensity: PAGER weighs people, intensity the shaking."""
    return max(Severity.of(_PAGER.get(pager)), Severity.of(severity_of_intensity(mmi))).cap


def _parameters(told: _Properties, depth: float | None, pager: str) -> dict[str, tuple[str, ...]]:
    named = {
        "magnitude": written(told.mag),
        "magnitude_type": (told.mag_type,) if told.mag_type else (),
        "depth_km": written(depth),
        "mmi": written(told.mmi),
        "cdi": written(told.cdi),
        "felt": written(told.felt),
        "alert": (pager,) if pager else (),
        "review": (told.status,) if told.status else (),
        "tsunami": written(told.tsunami),
        "type": (told.type,) if told.type else (),
        "ids": tuple(part.strip() for part in (told.ids or "").split(",") if part.strip()),
    }
    return {name: values for name, values in named.items() if values}
