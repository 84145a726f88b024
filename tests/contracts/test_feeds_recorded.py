"""Recorded payloads of live services, where a set of them lies beside the repository; skipped elsewhere."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from emergency_kepu.domain.alert import Alert
from emergency_kepu.feeds.format import FeedContext
from emergency_kepu.feeds.registry import load_format

RECORDED = Path(__file__).parents[3] / "shared" / "feeds"
FORMAT_OF = {
    "cap": "cap",
    "usgs": "usgs",
    "nmc": "nmc",
    "who_don": "who_don",
    "wolfx/cenc_eqlist.json": "wolfx_cenc",
}
# what each file is about; none: no text of ours is right (a child, ozone, "Fire", "Storm", a disease without one)
HAZARDS_OF = {
    "cap/airnow/ozone_action_day.xml": [None],
    "cap/australia/nsw_rfs_major_incidents_edxl.xml": [None, "traffic_accident", *["wildfire"] * 4],
    "cap/australia/nsw_rfs_structure_fire.xml": [None, None],
    "cap/canada/ec_thunderstorm_ended_bilingual.xml": ["thunderstorm_gale", "thunderstorm_gale"],
    "cap/gdacs/earthquake_green.xml": ["earthquake"],
    "cap/india/sachet_thunderstorm.xml": ["thunderstorm_gale"],
    "cap/malformed/cap12_missing_scope.xml": [None],
    "cap/nws/atom_empty.atom": [],
    "cap/nws/atom_index_cap11.atom": ["haze", "haze"],
    "cap/nws/cap11_flash_flood_watch.xml": ["flash_flood"],
    "cap/ny_alert/index.rss": [],
    "cap/oasis/cap12_amber_two_languages.xml": [None, None],
    "cap/oasis/cap12_earthquake_update_circle.xml": ["earthquake"],
    "cap/oasis/cap12_thunderstorm_polygon.xml": ["thunderstorm_gale"],
    "cap/taiwan/ncdr_index.atom": [],
    "cap/taiwan/ncdr_road_closure.xml": ["road_closure"],
    "cap/tsunami/ntwc_warning_update.xml": ["tsunami"],
    "cap/usgs/atom_index.atom": [],
    "cap/usgs/cap11_earthquake.xml": ["earthquake"],
    "nmc/find_alarm_5_rows.json": ["fog", "icing", "icing", "fog", "rainstorm", "fog", "icing"],
    "usgs/summary_all_day_2026.json": ["earthquake"] * 3,
    "usgs/summary_m45_month_2019.json": ["earthquake"],
    "who_don/odata_list.json": ["ebola", None, None],
    "wolfx/cenc_eqlist.json": ["earthquake"],
}
EITHER = {"issue_or_info": {"issue", "info"}, "reject_or_flag": {"issue"}, "none": set(), "index": set()}


def _cases() -> list[Any]:
    index = RECORDED / "expected.json"
    if not index.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="no recorded payloads beside the repository"))]
    return [
        pytest.param(entry, id=entry["file"])
        for entry in json.loads(index.read_text(encoding="utf-8"))
        if entry["file"] in FORMAT_OF or entry["file"].partition("/")[0] in FORMAT_OF
    ]


@pytest.mark.parametrize("entry", _cases())
def test_reads_what_was_recorded(entry: dict[str, Any]) -> None:
    file, wanted = entry["file"], entry["expected"]
    name = FORMAT_OF.get(file) or FORMAT_OF[file.partition("/")[0]]
    result = load_format(name)((RECORDED / file).read_bytes(), feed=FeedContext(name="recorded"))
    assert not result.errors
    assert [info.hazard for alert in result.alerts for info in alert.infos] == HAZARDS_OF[file]
    effect = wanted["effect"]
    if effect == "index":
        assert not result.alerts
        assert len(result.links) == wanted["alert_count"]
        return
    assert len(result.alerts) == wanted["alert_count"]
    assert {alert.effect.value for alert in result.alerts} <= EITHER.get(effect, {effect})
    for alert, told in zip(result.alerts, wanted.get("alerts", ()), strict=True):
        _check_alert(alert, told)


def _check_alert(alert: Alert, told: dict[str, Any]) -> None:
    assert alert.identifier == told.get("identifier", told.get("id"))
    if "sender" in told:
        assert alert.sender == told["sender"]
    if sent := told.get("sent_utc") or (told.get("updated_utc")):
        assert alert.sent == datetime.fromisoformat(sent)
    if "time_utc" in told:
        assert alert.infos[0].onset == datetime.fromisoformat(told["time_utc"])
    for ours, theirs in (("status", "status"), ("msg_type", "msgType")):
        if "msgType" in told and "infos" in told:
            assert getattr(alert, ours) == told[theirs]
    if "infos" in told:
        assert alert.scope == (told["scope"] or "")
        assert len(alert.references) == len(told["references"])
        _check_infos(alert, told["infos"])
    if "adcode" in told:
        info = alert.infos[0]
        assert info.event == told["event"]
        assert info.severity == told["severity"]
        assert info.parameters["colour"] == (told["colour"],)
        assert info.areas[0].geocodes["adcode"] == (told["adcode"],)
    if "disease" in told:
        assert (alert.infos[0].event, alert.infos[0].areas[0].desc) == (told["disease"], told["place"])
    if "magnitude" in told:
        assert float(alert.infos[0].parameters["magnitude"][0]) == pytest.approx(told["magnitude"])
        circle = alert.infos[0].areas[0].circles[0]
        assert (circle.lat, circle.lon) == pytest.approx((told["lat"], told["lon"]))


def _check_infos(alert: Alert, told: list[dict[str, Any]]) -> None:
    assert len(alert.infos) == len(told)
    for info, wanted in zip(alert.infos, told, strict=True):
        assert info.language == wanted["language"]
        assert info.event == " ".join(wanted["event"].split())
        assert (info.urgency, info.severity, info.certainty) == (
            wanted["urgency"],
            wanted["severity"],
            wanted["certainty"],
        )
        assert list(info.categories) == wanted["category"]
        assert list(info.response_types) == wanted["responseType"]
        assert sum(map(len, info.parameters.values())) == wanted["parameter_count"]
        if wanted["expires_utc"]:
            assert info.expires == datetime.fromisoformat(wanted["expires_utc"])
        else:
            assert info.expires is None
        assert len(info.areas) == wanted["area_count"]
        for area, shape in zip(info.areas, wanted["areas"], strict=False):
            assert [len(ring) for ring in area.polygons] == [ring["points"] for ring in shape["polygons"]]
            assert [(c.lat, c.lon, c.radius_km) for c in area.circles] == [
                (c["lat"], c["lon"], c["radius_km"]) for c in shape["circles"]
            ]
