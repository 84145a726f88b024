"""USGS, Wolfx, NMC and WHO documents in normal form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emergency_kepu.domain.alert import Alert, Effect
from emergency_kepu.domain.errors import ParseError
from emergency_kepu.feeds.format import FeedContext, ParseResult
from emergency_kepu.feeds.lifetime import expires_or_assumed
from emergency_kepu.feeds.nmc_title import read_title
from emergency_kepu.feeds.quake import severity_of_intensity, written
from emergency_kepu.feeds.registry import load_format

FIXTURES = Path(__file__).parent / "fixtures"


def read(name: str, file: str) -> ParseResult:
    return load_format(name)((FIXTURES / file).read_bytes(), feed=FeedContext(name="unit"))


def by_id(result: ParseResult) -> dict[str, Alert]:
    return {alert.identifier: alert for alert in result.alerts}


def test_usgs_effects_and_severity() -> None:
    result = read("usgs", "usgs.json")
    alerts = by_id(result)
    assert {key: alert.effect for key, alert in alerts.items()} == {
        "us7000exa1": Effect.ISSUE,
        "ex1": Effect.INFO,
        "ex2": Effect.CANCEL,
        "ex4": Effect.INFO,
    }
    assert [error.member for error in result.errors] == ["feature 4"]
    main = alerts["us7000exa1"].infos[0]
    assert main.severity == "Severe"  # intensity VII outranks PAGER yellow
    assert main.certainty == "Observed"
    assert main.onset == datetime(2026, 7, 18, 6, 36, 17, 250_000, tzinfo=UTC)
    assert alerts["us7000exa1"].sent == datetime(2026, 7, 18, 6, 50, tzinfo=UTC)
    assert main.parameters["magnitude"] == ("6.1",)
    assert main.parameters["depth_km"] == ("12.5",)
    assert main.parameters["alert"] == ("yellow",)
    assert main.parameters["ids"] == ("us7000exa1", "at00exa1")
    assert alerts["ex1"].infos[0].severity == "Unknown"
    assert "no_location" in alerts["ex2"].flags
    assert alerts["ex4"].infos[0].areas[0].circles[0].lon == -175.0


def test_the_chinese_list_uses_the_same_names() -> None:
    result = read("wolfx_cenc", "wolfx_cenc.json")
    main, small, unnamed = result.alerts
    assert main.identifier == "CC.20260718144800.2"
    assert main.infos[0].parameters["magnitude"] == ("6.2",)
    assert main.infos[0].onset == datetime(2026, 7, 18, 6, 36, 17, tzinfo=UTC)
    assert main.sent is not None
    assert main.sent.utcoffset() == timedelta(hours=8)
    assert main.infos[0].headline == "四川阿坝州示例县6.2级地震"
    assert main.infos[0].severity == "Severe"
    assert "severity_from_estimate" in main.flags
    assert (small.effect, small.infos[0].parameters["depth_km"]) == (Effect.INFO, ("10",))
    assert {"identifier_assumed", "no_sent"} <= set(unnamed.flags)
    assert unnamed.infos[0].parameters["magnitude"] == ("5",)
    assert [error.member for error in result.errors] == ["No4"]


def test_another_stream_of_the_relay_is_refused() -> None:
    with pytest.raises(ParseError, match="another stream"):
        load_format("wolfx_cenc")(b'{"EventID":"1","ReportNum":1}', feed=FeedContext(name="unit"))


def test_nmc_rows_once_each_with_level_and_effect() -> None:
    result = read("nmc", "nmc.json")
    issued, raised, lifted, roman, vague = result.alerts
    assert [alert.effect.value for alert in result.alerts] == ["issue", "update", "cancel", "issue", "issue"]
    assert (issued.infos[0].event, issued.infos[0].severity) == ("暴雨", "Severe")
    assert (raised.infos[0].event, raised.infos[0].parameters["colour"]) == ("暴雨", ("red",))
    assert (lifted.msg_type, lifted.infos[0].response_types) == ("Cancel", ("AllClear",))
    assert issued.infos[0].areas[0].geocodes == {"adcode": ("511500",)}
    assert issued.infos[0].areas[0].desc == "四川省宜宾市"
    assert issued.sent == datetime(2026, 7, 18, 6, 2, tzinfo=UTC)
    assert roman.infos[0].event == "雷雨大风"
    assert roman.infos[0].severity == "Moderate"  # the level in words, not the icon
    assert "level_from_icon" not in roman.flags
    assert {"level_from_icon", "no_sent"} <= set(vague.flags)
    assert vague.infos[0].severity == "Moderate"
    assert [error.member for error in result.errors] == ["row 6"]


def test_nmc_reports_an_error_of_the_service() -> None:
    with pytest.raises(ParseError, match="code 500"):
        load_format("nmc")(b'{"code":500,"msg":"busy","data":null}', feed=FeedContext(name="unit"))


@pytest.mark.parametrize(
    ("title", "hazard", "colour", "effect"),
    [
        ("某省气象台发布台风蓝色预警", "台风", "blue", Effect.ISSUE),
        ("黄山市气象台继续发布道路结冰黄色预警信号", "道路结冰", "yellow", Effect.UPDATE),
        ("某县气象台变更雷电黄色预警信号为雷电橙色预警信号", "雷电", "orange", Effect.UPDATE),
        ("某县气象台取消高温红色预警信号", "高温", "red", Effect.CANCEL),
        ("某县气象台解除暴雨黄色预警信号，发布暴雨橙色预警信号", "暴雨", "orange", Effect.UPDATE),
        ("某县气象台将高温橙色预警信号降级为高温黄色预警信号", "高温", "yellow", Effect.UPDATE),
        ("某市气象局发布寒潮预警[IV级/一般]", "寒潮", "blue", Effect.ISSUE),
    ],
)
def test_titles(title: str, hazard: str, colour: str, effect: Effect) -> None:
    found = read_title(title)
    assert (found.hazard, found.colour, found.effect) == (hazard, colour, effect)


def test_who_titles_texts_and_risk() -> None:
    result = read("who_don", "who_don.json")
    cholera, flu = result.alerts
    info = cholera.infos[0]
    assert (info.event, info.areas[0].desc) == ("Cholera", "Exampleland")
    assert cholera.sent == datetime(2026, 5, 4, 15, 20, tzinfo=UTC)
    assert info.description == "Since 1 April, 11 634 cases have been reported."
    assert info.instruction == "Drink safe water. Wash hands."
    assert info.severity == "Severe"
    assert "severity_from_text" in cholera.flags
    assert (flu.infos[0].event, flu.infos[0].areas[0].desc) == ("Avian Influenza A(H5N1)", "Global update")
    assert "offset_missing" in flu.flags
    assert [error.member for error in result.errors] == ["item 3"]


def test_what_has_no_expiry_is_given_one_by_kind_not_in_the_normal_form() -> None:
    (cholera, _) = read("who_don", "who_don.json").alerts
    assert expires_or_assumed(cholera) == (datetime(2026, 6, 3, 15, 20, tzinfo=UTC), True)
    thunder = read("nmc", "nmc.json").alerts[3]
    assert expires_or_assumed(thunder) == (datetime(2026, 7, 18, 13, 0, tzinfo=UTC), True)


@pytest.mark.parametrize(
    ("degree", "word"), [(None, "Unknown"), (4.4, "Minor"), (5.6, "Moderate"), (7.3, "Severe"), (9, "Extreme")]
)
def test_severity_of_intensity(degree: float | None, word: str) -> None:
    assert severity_of_intensity(degree) == word


@pytest.mark.parametrize(("number", "text"), [(2, "2"), (2.30999994277954, "2.31"), (-0.0001, "0"), (10.0, "10")])
def test_numbers_are_written_without_noise(number: float, text: str) -> None:
    assert written(number) == (text,)
