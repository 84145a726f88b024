"""What CAP 1.2 calls our hazards and phases."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from emergency_kepu.domain.hazard import GEOLOGICAL, HAZARDS

_OTHER: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(GEOLOGICAL, "Geo"),
        **dict.fromkeys(("wildfire", "building_fire", "ebike_fire"), "Fire"),
        **dict.fromkeys(("dam_break", "power_cut", "water_cut", "building_collapse", "elevator_failure"), "Infra"),
        **dict.fromkeys(("gas_leak", "chemical_leak", "radiation"), "CBRNE"),
        **dict.fromkeys(("road_closure", "traffic_accident", "rail_emergency"), "Transport"),
        **dict.fromkeys(("haze", "water_contamination"), "Env"),
        **dict.fromkeys(("violent_attack", "fraud"), "Security"),
    }
)
_OF_OURS = {"natural": "Met", "health": "Health"}
URGENCY = {"before": "Expected", "now": "Immediate", "after": "Past"}
RESPONSE = {"before": "Prepare", "now": "Execute", "after": "Monitor"}


def category(hazard: str) -> str:
    """One word of CAP's list; accidents and social events that have none of their own are `Safety`."""
    return _OTHER.get(hazard) or _OF_OURS.get(HAZARDS[hazard].category, "Safety")
