"""One earthquake of a list, in normal form with names that no feed owns, so that correlation compares like
with like.

Parameters: `magnitude`, `magnitude_type`, `depth_km`, `mmi`, `intensity_cn`, `alert` (PAGER colour), `review`
(`automatic` or `reviewed`), `ids`, and others a feed adds. Onset is the origin time, sent the time of the
revision, the identifier the event's own: a revision shows in `sent`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime

import msgspec

from emergency_kepu.domain.alert import Alert, Area, Circle, Effect, Info
from emergency_kepu.feeds.flags import Flags
from emergency_kepu.feeds.geometry import on_earth
from emergency_kepu.feeds.recognise import hazard_of

INFO_BELOW_MAGNITUDE = 4.5
"""Below this, and without an impact estimate, a quake is stored and not pushed."""


class Quake(msgspec.Struct, frozen=True, kw_only=True):
    """What a list says about one earthquake; degrees WGS 84, depth in kilometres."""

    identifier: str
    sender: str
    sender_name: str
    source: str
    language: str
    event: str = "Earthquake"
    origin: datetime | None
    sent: datetime | None
    place: str
    headline: str
    lat: float | None
    lon: float | None
    magnitude: float | None
    severity: str
    reviewed: bool
    withdrawn: bool = False
    estimated_impact: bool = False
    """The source published an impact level of its own: then even a small quake may matter."""
    web: str | None = None
    parameters: Mapping[str, tuple[str, ...]] = {}


def quake_alert(quake: Quake, *flags: str) -> Alert:
    """The alert. Lists have no status, scope, urgency or expiry: what is assumed is flagged."""
    found = Flags("status_assumed", "scope_assumed", "msg_type_assumed", "urgency_unknown", "no_expires", *flags)
    if quake.sent is None:
        found.add("no_sent")
    if quake.origin is None:
        found.add("no_onset")
    if quake.severity == "Unknown":
        found.add("severity_unknown")
    info = Info(
        language=quake.language,
        categories=("Geo",),
        event=quake.event,
        hazard=hazard_of(quake.event, {}, quake.headline),
        severity=quake.severity,
        certainty="Observed" if quake.reviewed else "Likely",
        onset=quake.origin,
        sender_name=quake.sender_name,
        headline=quake.headline,
        web=quake.web,
        parameters=dict(quake.parameters),
        areas=(_area(quake, found),),
    )
    return Alert(
        identifier=quake.identifier,
        sender=quake.sender,
        sent=quake.sent,
        status="Actual",
        msg_type="Cancel" if quake.withdrawn else "Alert",
        scope="Public",
        effect=_effect(quake),
        source=quake.source,
        infos=(info,),
        flags=found.as_tuple(),
    )


def _effect(quake: Quake) -> Effect:
    if quake.withdrawn:
        return Effect.CANCEL
    small = quake.magnitude is None or quake.magnitude < INFO_BELOW_MAGNITUDE
    return Effect.INFO if small and not quake.estimated_impact else Effect.ISSUE


def _area(quake: Quake, flags: Flags) -> Area:
    if quake.lat is None or quake.lon is None or not on_earth(quake.lat, quake.lon):
        flags.add("no_location")
        return Area(desc=quake.place)
    return Area(desc=quake.place, circles=(Circle(lat=quake.lat, lon=quake.lon, radius_km=0.0),))


def written(number: float | None) -> tuple[str, ...]:
    """A number as a parameter: at most three decimals, so that float noise makes no new revision."""
    if number is None:
        return ()
    text = f"{number:.3f}".rstrip("0").rstrip(".")
    return ("0" if text == "-0" else text,)


def severity_of_intensity(degree: float | None) -> str:
    """Severity of a twelve-degree intensity: V and VI Moderate, VII and VIII Severe, IX and above Extreme.

    After the words of the USGS ShakeMap scale (V moderate, VII very strong, IX violent shaking) and GB/T
    17742-2020 (VII moderate, IX serious damage). The two scales are close but not equal: each alert keeps
    its own.
    """
    if degree is None or math.isnan(degree):
        return "Unknown"
    for least, word in ((8.5, "Extreme"), (6.5, "Severe"), (4.5, "Moderate")):
        if degree >= least:
            return word
    return "Minor"
