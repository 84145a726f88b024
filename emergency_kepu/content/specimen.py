"""Facts to try texts with: the usual warning, the longest plausible one, and one with a name in another script.

Fixed instants and places, so that what is rendered from them can be compared with what was rendered before.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from emergency_kepu.domain.campaign import MessageFacts

ISSUED = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
"""23:59 in the places below: the widest of clock times."""
VALUES: dict[str, float | str] = {
    "magnitude": 6.1,
    "depth_km": 12.0,
    "mmi": 8.0,
    "cases": 1234.0,
    "deaths": 56.0,
    "rain_mm": 250.0,
    "max_temp_c": 41.0,
    "wind_force": 12.0,
}
"""Every figure that an incident can carry (`matching.observe`); a text may name no other."""
_UNTIL = ISSUED + timedelta(hours=6)

USUAL = MessageFacts(
    source_name="长宁县气象台",
    place_codes=("511524",),
    issued_at=ISSUED,
    until=_UNTIL,
    tz="Asia/Shanghai",
    severity="Severe",
    level_colour="orange",
    values=VALUES,
)
"""One county, warned by its own office: what most messages look like."""
LONGEST = MessageFacts(
    source_name="新疆维吾尔自治区突发事件预警信息发布中心",
    source_names={
        "zh-Hans": "新疆维吾尔自治区突发事件预警信息发布中心",
        "zh-Hant": "新疆維吾爾自治區突發事件預警資訊發布中心",
        "en": "National Disease Control Administration of China",
    },
    place_codes=("511524", "513232", "469030", "654028"),
    issued_at=ISSUED,
    until=_UNTIL,
    tz="Asia/Shanghai",
    severity="Severe",
    level_colour="orange",
    values=VALUES,
    hotline="000-0000-0001",
    hotline_names={
        "zh-Hans": "市应急管理局防汛值班室",
        "zh-Hant": "市應急管理局防汛值班室",
        "en": "City flood control duty office",
    },
)
"""The longest names that the name lists can compose, four places, everything optional there."""
FOREIGN = MessageFacts(
    source_name="日喀则市气象服务中心",
    place_codes=("540200",),
    issued_at=ISSUED,
    tz="Asia/Shanghai",
    severity="Severe",
    level_colour="red",
    values=VALUES,
)
"""An authority whose name no list translates: it turns an English SMS into one of less than half the room."""
