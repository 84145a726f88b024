"""Whom a campaign is for: pure, from incident and policy to a query."""

from __future__ import annotations

import math
from collections.abc import Iterable

from emergency_kepu.domain.incident import Incident
from emergency_kepu.domain.recipient import AudienceQuery, Recipient, RecipientKind, place_prefix
from emergency_kepu.matching.policy import Policy
from emergency_kepu.places.china import level_of, table
from emergency_kepu.places.distance import counties_within

FELT_INTENSITY = 4.0
"""IV of GB/T 17742-2020 and of MMI: felt by most people indoors."""
_MAX_FELT_KM = 800.0


def query_for(incident: Incident, policy: Policy) -> AudienceQuery:
    """The recipients of a policy for an incident. Where no place is known nobody is selected, never everybody."""
    wanted = policy.audience
    places = {
        "incident": lambda: incident.place_codes,
        "places": lambda: wanted.places,
        "felt": lambda: felt_counties(incident) or incident.place_codes,
    }[wanted.within]()
    return AudienceQuery(
        places=with_provinces(places),
        kinds=wanted.kinds,
        tags_any=wanted.tags_any,
        tags_all=wanted.tags_all,
        locales=wanted.locales,
        nobody=not places,
        drill=incident.drill,
    )


def with_provinces(places: Iterable[str]) -> tuple[str, ...]:
    """Recipients in China are known by adcode, which no prefix of `CN` finds: the country stands for its provinces."""
    codes = tuple(dict.fromkeys(places))
    if "CN" not in codes:
        return codes
    return tuple(dict.fromkeys((*codes, *(code for code in table() if level_of(code) == "province"))))


def selects(query: AudienceQuery, recipient: Recipient) -> bool:
    """Whether a query selects a recipient: what the store's SQL must answer too."""
    if query.nobody or recipient.drill is not query.drill:
        return False
    tags = set(recipient.tags)
    return (
        (not query.places or any(_is_told_in(recipient, code) for code in query.places))
        and (not query.kinds or recipient.kind in query.kinds)
        and (not query.locales or recipient.locale in query.locales)
        and (not query.tags_any or bool(tags & set(query.tags_any)))
        and tags >= set(query.tags_all)
    )


def _is_told_in(recipient: Recipient, code: str) -> bool:
    """Who is there; and the broadcaster of the city or province around, who is heard there."""
    if recipient.place.startswith(place_prefix(code)):
        return True
    around = (code[:4].ljust(6, "0"), code[:2].ljust(6, "0")) if code.isdigit() else ()
    return recipient.kind is RecipientKind.BROADCASTER and recipient.place in around


def felt_counties(incident: Incident) -> tuple[str, ...]:
    """Counties whose seat probably felt the earthquake, nearest first."""
    magnitude, depth = incident.values.get("magnitude"), incident.values.get("depth_km")
    if not isinstance(magnitude, float) or incident.lat is None or incident.lon is None:
        return ()
    radius = felt_radius_km(magnitude, depth if isinstance(depth, float) else 10.0)
    return tuple(place.code for place, _ in counties_within(incident.lat, incident.lon, radius))


def felt_radius_km(magnitude: float, depth_km: float) -> float:
    """Epicentral radius in which intensity IV is expected.

    Allen, Wald and Worden 2012 (J. Seismol. 16), hypocentral form for active crust; other models differ by a factor
    of two to four, which is the honest uncertainty of any such radius.
    """
    inside, outside = 0.0, _MAX_FELT_KM
    if _intensity(magnitude, depth_km, inside) < FELT_INTENSITY:
        return 0.0
    while outside - inside > 0.5:
        middle = (inside + outside) / 2
        if _intensity(magnitude, depth_km, middle) >= FELT_INTENSITY:
            inside = middle
        else:
            outside = middle
    return inside


def _intensity(magnitude: float, depth_km: float, epicentral_km: float) -> float:
    distance = math.hypot(epicentral_km, max(depth_km, 1.0))
    near = -0.209 + 2.042 * math.exp(magnitude - 5)
    value = 2.085 + 1.428 * magnitude - 1.402 * math.log(math.hypot(distance, near))
    return value + (0.078 * math.log(distance / 50) if distance > 50 else 0.0)
