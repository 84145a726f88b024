"""Experts: who fits, in which order, who is on duty, and a strict file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.domain.expert import Absence, DutyWindow, Expert
from emergency_kepu.matching.experts import match_experts, public_contact
from emergency_kepu.matching.experts_file import load_experts
from emergency_kepu.matching.rota import Presence, is_on_duty, presence

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
    assert ranked.why == ("knows seismology", "keeps no fixed hours", "serves 510000", "does not speak en")


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


DAY = (DutyWindow(start="08:00", end="20:00"),)
NIGHT = (DutyWindow(start="20:00", end="08:00"),)


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        ("2026-07-06T10:00:00", "2026-07-06T10:01:00", Presence.AWAY),  # the expert's own time
        ("2026-07-06T02:00:00Z", "2026-07-06T03:00:00Z", Presence.AWAY),
        ("2026-07-06T09:00:00", "2026-07-06T10:00:00", Presence.ON_DUTY),  # back since this very minute
        ("2026-07-06T10:00:00Z", "2026-07-06T11:00:00Z", Presence.ON_DUTY),
    ],
)
def test_an_absence_outweighs_the_rota(start, end, wanted):
    absence = Absence(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))
    assert presence(_expert("e", duty=DAY, away=(absence,)), MONDAY_10) is wanted


def test_a_substitute_takes_the_place_of_who_is_not_there():
    best = _expert("best", fields=("seismology", "geology"), duty=NIGHT, substitutes=("asleep", "stand-in", "late"))
    asleep, late = _expert("asleep", fields=("x",), duty=NIGHT), _expert("late", fields=("x",), duty=DAY)
    stand_in = _expert("stand-in", fields=("hydrology",), regions=("110000",), duty=DAY, hotline="1")
    other = _expert("other", duty=DAY, hotline="2")
    found = match_experts(
        [best, asleep, stand_in, late, other],
        fields=["seismology", "geology"],
        places=["511524"],
        locale="zh-Hans",
        now=MONDAY_10,
    )
    assert [ranked.expert.id for ranked in found] == ["stand-in", "best", "other"]
    assert found[0].stands_in_for == "best"
    assert found[0].why[:2] == (
        "stands in for best, who is not on duty now and knows seismology, geology",
        "on duty now",
    )
    assert public_contact(found) is stand_in


def test_who_fits_anyway_is_listed_once_at_the_better_place():
    best = _expert("a", fields=("seismology", "geology"), duty=NIGHT, substitutes=("b",))
    found = _ask(best, _expert("b", duty=DAY), _expert("c", duty=DAY), fields=("seismology", "geology"))
    assert found == ["b", "a", "c"]


def test_nobody_stands_in_for_who_is_there():
    assert _ask(_expert("a", duty=DAY, substitutes=("b",)), _expert("b", fields=("x",), duty=DAY)) == ["a"]


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
        ('{id: a, names: {en: A}, fields: [x], languages: [en], private: [{channel: sms, target: " "}]}', "nobody"),
        (
            "{id: a, names: {en: A}, fields: [x], languages: [en], "
            'away: [{from: "2026-10-02T00:00:00", to: "2026-10-01T00:00:00"}]}',
            "later than the start",
        ),
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


@pytest.mark.parametrize("name", ["nobody", "a"])
def test_a_substitute_is_another_expert_of_the_file(tmp_path, name):
    path = tmp_path / "experts.yaml"
    path.write_text(f"experts: [{{id: a, names: {{en: A}}, fields: [x], languages: [en], substitutes: [{name}]}}]\n")
    with pytest.raises(ConfigError, match=f"substitute '{name}'"):
        load_experts(path)
