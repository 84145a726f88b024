"""Facts to try texts with: the usual warning, the longest plausible one, and one with a name in another script.

Fixed instants and places, so that what is rendered from them can be compared with what was rendered before.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from emergency_kepu.domain.campaign import MessageFacts
from emergency_kepu.domain.factcheck import CheckExpert, CheckWords, FactCheck, Verdict

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
_EXPERT = CheckExpert(
    id="specimen",
    names={"zh-Hans": "李某", "zh-Hant": "李某", "en": "Li Mou"},
    titles={"zh-Hans": "研究员", "zh-Hant": "研究員", "en": "researcher"},
)


_Words = tuple[str, str, str]
"""Claim, fact, evidence."""


def _check(verdict: Verdict, about: str, hans: _Words, hant: _Words, en: _Words) -> FactCheck:
    said = {"zh-Hans": hans, "zh-Hant": hant, "en": en}
    words = {locale: CheckWords(claim=text[0], fact=text[1], evidence=text[2]) for locale, text in said.items()}
    return FactCheck(
        verdict=verdict, about=about, words=words, document="https://example.org/checked/8", expert=_EXPERT
    )


CHECKS = {
    check.verdict: check
    for check in (
        _check(
            Verdict.REFUTED,
            "earthquake",
            ("今晚有8级地震", "没有任何部门发布过地震预报。", "网传的“预报单”是拼接的图片。"),
            ("今晚有8級地震", "沒有任何部門發布過地震預報。", "網傳的「預報單」是拼接的圖片。"),
            (
                "A magnitude 8 quake will hit tonight.",
                "No authority has forecast an earthquake.",
                "The notice that goes round is a forged picture.",
            ),
        ),
        _check(
            Verdict.MISLEADING,
            "dam_break",
            ("水库垮了，快跑", "水库大坝完好，正在按计划放水。", "视频是真的，拍的是放水。"),
            ("水庫垮了，快跑", "水庫大壩完好，正在按計畫放水。", "影片是真的，拍的是放水。"),
            (
                "The dam has burst, run.",
                "The dam is sound and releases water as planned.",
                "The film is real; it shows the release.",
            ),
        ),
        _check(
            Verdict.UNPROVEN,
            "water_contamination",
            ("自来水里有毒", "自来水的检测结果还没有出来。", "水厂今天上午取了水样。"),
            ("自來水裡有毒", "自來水的檢測結果還沒有出來。", "水廠今天上午取了水樣。"),
            (
                "The tap water is poisoned.",
                "The tests of the tap water are not finished.",
                "The water works took samples this morning.",
            ),
        ),
        _check(
            Verdict.CONFIRMED,
            "road_closure",
            ("进山的公路明天封闭", "进山公路明天8时起封闭。", "交通局已发公告。"),
            ("進山的公路明天封閉", "進山公路明天8時起封閉。", "交通局已發公告。"),
            (
                "The mountain road closes tomorrow.",
                "The mountain road is closed from 8:00 tomorrow.",
                "The transport bureau has announced it.",
            ),
        ),
        _check(
            Verdict.ANSWERED,
            "flood",
            ("今天学校上课吗？", "今天全县学校停课。", "教育局今早发了通知。"),
            ("今天學校上課嗎？", "今天全縣學校停課。", "教育局今早發了通知。"),
            (
                "Is there school today?",
                "All schools of the county are closed today.",
                "The education bureau said so this morning.",
            ),
        ),
    )
}
"""One of each verdict, of usual length, checked by somebody."""
