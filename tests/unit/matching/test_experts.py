"""Experts: who fits, in which order, who is on duty, and a strict file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.domain.expert import DutyWindow, Expert
from emergency_kepu.matching.experts import is_on_duty, load_experts, match_experts

CONFIG = Path(__file__).parents[3] / "config" / "experts.yaml"
MONDAY_10 = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai


def _expert(key: str, **changes: object) -> Expert:
    fields: dict[str, object] = {"fields": ("seismology",), "languages": ("zh-Hans",)}
    return Expert(id=key, names={"zh-Hans": key}, **{**fields, **changes})  # type: ignore[arg-type]


def _ask(*experts: Expert, fields=("seismology",), places=("511524",), locale="zh-Hans"):
    found = match_experts(experts, fields=fields, places=places, locale=locale, now=MONDAY_10)
    return [ranked.expert.id for ranked in found]


def test_only_who_knows_the_field_and_serves_the_place():
    here, away = _expert("here", regions=("510000",)), _expert("away", regions=("440000",))
    other = _expert("other", fields=("hydrology",))
    assert _ask(here, away, other) == ["here"]
    assert _ask(here, away, places=()) == ["away", "here"], "without a place regions do not count"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"fields": ("geology", "seismology")}, {"duty": (DutyWindow(start="08:00", end="20:00"),)}),
        ({"duty": (DutyWindow(start="08:00", end="20:00"),)}, {"regions": ("511524",)}),
        ({"regions": ("511500",)}, {"regions": ("510000",)}),
        ({"regions": ("510000",)}, {}),
        ({"languages": ("en", "zh-Hans")}, {"languages": ("zh-Hant",)}),
        ({"languages": ("zh-Hant",)}, {"languages": ("en",)}),
    ],
    ids=["fields", "duty", "narrower region", "a region", "language", "script"],
)
def test_what_outweighs_what(first, second):
    better, worse = _expert("z", **first), _expert("a", **second)
    assert _ask(worse, better, fields=("seismology", "geology")) == ["z", "a"]


def test_the_answer_explains_itself():
    (ranked,) = match_experts(
        [_expert("e", regions=("510000",))], fields=["seismology"], places=["511524"], locale="en", now=MONDAY_10
    )
    assert ranked.why == ("knows seismology", "not on duty now", "serves 510000", "does not speak en")


@pytest.mark.parametrize(
    ("window", "hour_utc", "day", "wanted"),
    [
        (DutyWindow(start="08:00", end="20:00"), 0, 6, True),
        (DutyWindow(start="08:00", end="20:00"), 12, 6, False),
        (DutyWindow(start="08:00", end="20:00", days=(7,)), 2, 6, False),
        (DutyWindow(start="20:00", end="08:00", days=(1,)), 18, 6, True),  # 02:00 on Tuesday: Monday's night
        (DutyWindow(start="20:00", end="08:00", days=(2,)), 18, 6, False),
        (DutyWindow(start="00:00", end="00:00"), 5, 6, True),
    ],
)
def test_duty_is_local_time(window, hour_utc, day, wanted):
    now = datetime(2026, 7, day, hour_utc, 0, tzinfo=UTC)
    assert is_on_duty(_expert("e", duty=(window,)), now) is wanted


def test_nobody_without_a_rota_is_on_duty():
    assert not is_on_duty(_expert("e"), MONDAY_10)


def test_the_shipped_example_is_valid_and_every_number_is_invented():
    experts = load_experts(CONFIG)
    assert len(experts) >= 4
    assert all(expert.hotline.startswith("000-") for expert in experts)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{id: a, names: {en: A}, fields: [x]}", "languages"),
        ("{id: a, names: {en: A}, fields: [x], languages: [en], phone: 1}", "phone"),
        ("{id: a, names: {}, fields: [x], languages: [en]}", "at least one"),
        ("{id: a, names: {en: A}, fields: [x], languages: [en], tz: Beijing}", "Beijing"),
        ('{id: a, names: {en: A}, fields: [x], languages: [en], duty: [{from: "8", to: "9"}]}', "08:00"),
        ("{id: a, names: {en: A}, fields: [x], languages: [en], duty: [{from: 22:00, to: 23:00}]}", "in quotes"),
        ('{id: a, names: {en: A}, fields: [x], languages: [en], duty: [{from: "08:00", to: "09:00", days: [0]}]}', "1"),
        ("{id: good, names: {en: A}, fields: [x], languages: [en]}", "already"),
    ],
)
def test_a_mistake_is_one_line_that_says_where(tmp_path, entry, words):
    path = tmp_path / "experts.yaml"
    good = "{id: good, names: {en: G}, fields: [x], languages: [en]}"
    path.write_text(f"experts:\n  - {good}\n  - {entry}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_experts(path)
    assert words in str(caught.value)
    assert "experts.yaml: expert 2" in str(caught.value)
    assert "\n" not in str(caught.value)
