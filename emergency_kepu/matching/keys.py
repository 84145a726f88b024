"""Under which keys an incident is found again, so that an alert is compared with a few and not with every open one.

In a typhoon two thousand counties have an open warning of one hazard; comparing each new alert with all of them grows
with the square of the alerts. The keys are wider than the rules of `correlate`, never narrower: an incident that a rule
would choose by issuer or place shares a key with the observation. Earthquakes and outbreaks are matched by distance and
by weeks, are few, and are looked at together.
"""

from __future__ import annotations

from collections.abc import Iterator

from emergency_kepu.domain.incident import Incident
from emergency_kepu.matching.observe import Observation

_CHINA = "CN"
_LEVELS = (2, 4)
"""Digits of an adcode that name a province, a city."""


def kept_under(incident: Incident) -> tuple[str, ...]:
    """Its issuer, and the places that it covers as they are; each for its hazard."""
    places = incident.place_codes or ("",)
    keys = (f"issuer {incident.issuer}", *(f"place {code}" for code in places))
    return tuple(f"{incident.hazard} {key}" for key in keys)


def looked_for(observation: Observation) -> tuple[str, ...] | None:
    """Its issuer, and every place that would hold one of its own; None where all of the hazard must be looked at."""
    if observation.hazard == "earthquake" or observation.category == "health":
        return None
    places = {wider for code in observation.place_codes for wider in places_holding(code)} or {""}
    keys = (f"issuer {observation.issuer}", *(f"place {code}" for code in sorted(places)))
    return tuple(f"{observation.hazard} {key}" for key in keys)


def places_holding(code: str) -> Iterator[str]:
    """The place and those that it lies in, in every way that `places.contains` sees them."""
    yield code
    if code.isdigit():
        yield _CHINA
        for digits in _LEVELS:
            yield code[:digits].ljust(6, "0")
