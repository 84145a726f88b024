"""The Chinese earthquake list (China Earthquake Networks Center) as Wolfx relays it: `cenc_eqlist.json`.

An object `No1` ... `No50` with a checksum `md5`; every value is text; times are UTC+8 without a zone.
"""

from __future__ import annotations

import re

import msgspec

from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.errors import ParseError
from emergency_kepu.feeds.format import FeedContext, MemberError, ParseResult
from emergency_kepu.feeds.instants import CHINA, read_pattern
from emergency_kepu.feeds.json_document import read_json, read_member
from emergency_kepu.feeds.quake import Quake, quake_alert, severity_of_intensity, written
from emergency_kepu.feeds.text import collapse

_WHAT = "Wolfx CENC list"
_SENDER = "cenc.ac.cn"
_ROW = re.compile(r"No(\d{1,4})")
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class _Row(msgspec.Struct, rename={"event_id": "EventID", "report_time": "ReportTime", "misspelt": "Magunitude"}):
    event_id: str | None = None
    report_time: str | None = None
    type: str | None = None
    time: str | None = None
    location: str | None = None
    magnitude: str | float | None = None
    misspelt: str | float | None = None
    """Sister streams of the relay spell it so; both are read."""
    depth: str | float | None = None
    latitude: str | float | None = None
    longitude: str | float | None = None
    intensity: str | float | None = None


def parse(body: bytes, *, feed: FeedContext) -> ParseResult:
    """Every row in the order of its number. ParseError when the object has members but no row."""
    document = read_json(body, dict[str, msgspec.Raw], _WHAT)
    rows = sorted((int(found[1]), name) for name in document if (found := _ROW.fullmatch(name)))
    if not rows and document.keys() - {"md5"}:
        msg = f"{_WHAT}: no member No1, No2, ...; is this another stream?"
        raise ParseError(msg)
    alerts: list[Alert] = []
    errors: list[MemberError] = []
    for _, name in rows:
        try:
            alerts.append(_alert(read_member(document[name], _Row), feed))
        except ValueError as problem:
            errors.append(MemberError(member=name, detail=str(problem)))
    return ParseResult(alerts=tuple(alerts), errors=tuple(errors))


def _alert(row: _Row, feed: FeedContext) -> Alert:
    origin = read_pattern(row.time or "", _TIMES, CHINA)
    lat, lon = _number(row.latitude), _number(row.longitude)
    flags: list[str] = []
    identifier = (row.event_id or "").strip()
    if not identifier:
        if origin is None or lat is None or lon is None:
            msg = "no EventID, and no time and place to make one from"
            raise ValueError(msg)
        identifier = f"{origin:%Y%m%d%H%M%S}_{lat:.2f}_{lon:.2f}"
        flags.append("identifier_assumed")
    magnitude = _number(row.magnitude if row.magnitude is not None else row.misspelt)
    intensity = _number(row.intensity)
    place = collapse(row.location) or ""
    severity = severity_of_intensity(intensity)
    if severity != "Unknown":
        flags.append("severity_from_estimate")  # the list's intensity is computed, not observed
    return quake_alert(
        Quake(
            identifier=identifier,
            sender=feed.sender or _SENDER,
            sender_name="中国地震台网中心",
            source="wolfx",
            language="zh-CN",
            event="地震",
            origin=origin,
            sent=read_pattern(row.report_time or "", _TIMES, CHINA),
            place=place,
            headline=f"{place}{written(magnitude)[0]}级地震" if magnitude is not None else f"{place}地震",
            lat=lat,
            lon=lon,
            magnitude=magnitude,
            severity=severity,
            reviewed=row.type == "reviewed",
            parameters=_parameters(row, magnitude, intensity),
        ),
        *flags,
    )


def _parameters(row: _Row, magnitude: float | None, intensity: float | None) -> dict[str, tuple[str, ...]]:
    named = {
        "magnitude": written(magnitude),
        "depth_km": written(_number(row.depth)),
        "intensity_cn": written(intensity),
        "review": (row.type,) if row.type else (),
        "ids": (row.event_id.strip(),) if row.event_id and row.event_id.strip() else (),
    }
    return {name: values for name, values in named.items() if values}


def _number(value: str | float | None) -> float | None:
    """A number written as text, perhaps with a unit (`10km`)."""
    if value is None:
        return None
    found = _NUMBER.match(str(value).strip())
    return float(found[0]) if found and len(found[0]) < 20 else None
