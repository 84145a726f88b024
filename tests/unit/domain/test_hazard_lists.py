"""The taxonomy and the lists of others: complete, and every code under its own list only."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency_kepu.domain.hazard import (
    AWARENESS,
    CATEGORIES,
    CMA,
    HAZARDS,
    NOT_HAZARDS,
    OASIS,
    OWN,
    Hazard,
    classify,
    event_codes,
)

LISTS = {"oasis": OASIS, "same": "SAME", "cap_cp": "profile:CAP-CP:Event:0.4", "cma": CMA, "icd11": "ICD-11"}
SHAPES = {
    "oasis": r"OET-\d{3}",
    "oasis_near": r"OET-\d{3}",
    "same": r"[A-Z]{3}",
    "cap_cp": r"[a-z][A-Za-z]+",
    "cma": r"11[A-Z]\d\d",
    "icd11": r"[0-9A-Z]{4}(\.\d{1,2})?",
    "meteoalarm": r"\d{1,2} [a-z-]+",
}
OF_A_CODE: dict[tuple[str, str], set[str]] = defaultdict(set)
for _hazard in HAZARDS.values():
    for _list in LISTS:
        for _code in getattr(_hazard, _list):
            OF_A_CODE[_list, _code].add(_hazard.code)
ALONE = [(which, code, *codes) for (which, code), codes in OF_A_CODE.items() if len(codes) == 1]


def test_at_least_sixty_in_four_categories() -> None:
    assert len(HAZARDS) >= 60
    assert {hazard.category for hazard in HAZARDS.values()} == set(CATEGORIES)


@pytest.mark.parametrize("hazard", HAZARDS.values(), ids=HAZARDS)
def test_codes_have_the_shape_of_their_list(hazard: Hazard) -> None:
    assert {"zh-Hans", "zh-Hant", "en"} <= set(hazard.names)
    for which, shape in SHAPES.items():
        codes = getattr(hazard, which)
        assert all(re.fullmatch(shape, code) for code in codes), (which, codes)
        assert len(set(codes)) == len(codes), which
    assert not (hazard.oasis and hazard.oasis_near), "a wider term only where none means just this"


def test_every_natural_hazard_and_every_disease_is_in_the_oasis_list() -> None:
    lacking = {hazard.code for hazard in HAZARDS.values() if not hazard.oasis_terms}
    assert {code for code in lacking if HAZARDS[code].category in ("natural", "health")} == set(), "hazard_lists.yaml"


def test_what_the_oasis_list_has_nothing_near_for() -> None:
    lacking = {hazard.code for hazard in HAZARDS.values() if not hazard.oasis_terms}
    assert lacking == {
        *("mine_accident", "elevator_failure", "carbon_monoxide", "drowning", "crowd_crush", "fraud", "rumour"),
    }


def test_no_two_hazards_share_a_name() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for hazard in HAZARDS.values():
        for name in (*hazard.words, *hazard.exact, *hazard.nws, *hazard.who):
            owners[name.casefold()].add(hazard.code)
    assert not {name: codes for name, codes in owners.items() if len(codes) > 1}
    assert not owners.keys() & NOT_HAZARDS.keys()


@pytest.mark.parametrize(("which", "code", "hazard"), ALONE, ids=lambda value: str(value))
def test_a_code_is_read_under_its_own_name_and_under_no_other(which: str, code: str, hazard: str) -> None:
    for said in (code, f" {code.lower()} "):
        assert classify(event="", event_codes={LISTS[which]: [said]}) == hazard
        assert classify(event="Vannstand", event_codes={LISTS[which]: [said]}) == hazard
    for other, name in LISTS.items():
        # Chinese codes are known by their shape, under any name that is no other list's; nobody else's look like them
        if other != which:
            assert classify(event="", event_codes={name: [code]}) is None, name


@pytest.mark.parametrize("hazard", [each for each in HAZARDS.values() if each.gdacs], ids=lambda each: each.code)
def test_gdacs(hazard: Hazard) -> None:
    assert classify(event="", event_codes={"gdacs:eventtype": [str(hazard.gdacs)]}) == hazard.code
    assert classify(event="", event_codes={"SAME": [str(hazard.gdacs)]}) is None
    assert classify(event="", event_codes={"eventType": [str(hazard.gdacs)]}) is None


@pytest.mark.parametrize("name", ["OET:v1.0", "OET:v2.0", "OET", "OASIS", "rain"])
def test_the_oasis_list_of_another_version_is_not_read(name: str) -> None:
    """OET-080 is a flash freeze in v1.2 and a flood for those who write v1.0; OET-184 is snow for them."""
    assert classify(event="", event_codes={name: ["OET-080"]}) is None
    assert classify(event="Flash flood", event_codes={name: ["OET-080"]}) == "flash_flood"
    assert classify(event="", event_codes={OASIS: ["OET-080"]}) == "icing"


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("11B20", "thunderstorm_gale"),
        ("11b20", "thunderstorm_gale"),
        ("11B2002", "thunderstorm_gale"),
        ("11B20_yellow", "thunderstorm_gale"),
        ("11B101", None),  # wind, in a commercial feed for Europe: not 11B10 (heat) with something behind
        ("11B102", None),
        ("11B10101", None),  # a region of Korea
        ("11B99", None),
        ("12B20", None),
        ("FL", None),
    ],
)
def test_chinese_codes(value: str, wanted: str | None) -> None:
    for name in ("CMA", "eventType", "国家预警信息发布中心"):
        assert classify(event="", event_codes={name: [value]}) == wanted


def test_a_code_with_two_meanings_leaves_it_to_the_name() -> None:
    """To boil water that must not be drunk at all makes it worse."""
    codes = {OASIS: ["OET-047"]}
    assert classify(event="", event_codes=codes) is None
    assert classify(event="Boil Water Notice", event_codes=codes) == "boil_water"
    assert classify(event="Do Not Drink Water Order", event_codes=codes) == "water_contamination"
    assert classify(event="", event_codes={**codes, "SAME": ["BWW"]}) == "boil_water", "together they say one thing"
    assert classify(event="", event_codes={"profile:CAP-CP:Event:0.4": ["drinkingWate"]}) is None


def test_codes_that_contradict_each_other_leave_it_to_the_name() -> None:
    codes = {"SAME": ["TOR"], OASIS: ["OET-218"]}
    assert classify(event="Funnel cloud", event_codes=codes) is None
    assert classify(event="Tornado Warning", event_codes=codes) == "tornado"


def test_our_own_code_before_all_others() -> None:
    """An aftershock has no term of its own at OASIS: the code beside ours is the wider one."""
    assert classify(event="地震", event_codes=event_codes("aftershock")) == "aftershock"
    assert classify(event="", event_codes={OWN: ["of a later release"], OASIS: ["OET-203"]}) == "tsunami"


@pytest.mark.parametrize("hazard", HAZARDS)
def test_what_we_write_we_read(hazard: str) -> None:
    assert classify(event="?", event_codes=event_codes(hazard)) == hazard


def test_what_a_wider_term_of_ours_does_elsewhere() -> None:
    others = {hazard.code: tuple(hazard.oasis_near) for hazard in HAZARDS.values() if hazard.oasis_near}
    taken = {code: classify(event="", event_codes={OASIS: codes}) for code, codes in others.items()}
    assert {code: found for code, found in taken.items() if found} == {
        "aftershock": "earthquake",
        "waterlogging": "flood",
    }


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("1; Wind", "gale"),
        ("2; snow-ice", None),
        ("3; Thunderstorm", "thunderstorm_gale"),
        ("4; Fog", "fog"),
        ("5; High-Temperature", "heat"),
        ("6; low-temperature", "cold_wave"),
        ("7; coastalevent", None),
        ("8; forest-fire", "wildfire"),
        ("9; avalanches", "avalanche"),
        ("10; Rain", "rainstorm"),
        ("12; flooding", "flood"),
        ("13; rain-flood", "rainstorm"),
        ("1; Snow", None),
        ("14; Polar-low", None),
        ("", None),
    ],
)
def test_awareness_types_come_last(value: str, wanted: str | None) -> None:
    assert classify(event="Vindkast", event_codes={AWARENESS: [value]}) == wanted
    assert classify(event="Tornado", event_codes={AWARENESS: [value]}) == "tornado"
    assert classify(event="", event_codes={AWARENESS: [value], "SAME": ["TOR"]}) == "tornado"


def test_two_awareness_types_say_nothing() -> None:
    assert classify(event="x", event_codes={AWARENESS: ["1; Wind", "10; Rain"]}) is None


@settings(deadline=None)  # the first call builds the tables
@given(
    event=st.text(),
    codes=st.dictionaries(st.sampled_from([*LISTS.values(), "OET:v1.0", "eventType"]) | st.text(), st.lists(st.text())),
    headline=st.none() | st.text(),
)
def test_any_event_is_one_of_ours_or_nothing(event: str, codes: dict[str, list[str]], headline: str | None) -> None:
    found = classify(event=event, event_codes=codes, headline=headline)
    assert found is None or found in HAZARDS


@settings(deadline=None)
@given(st.lists(st.sampled_from(ALONE), min_size=1, max_size=4))
def test_codes_decide_alone_or_not_at_all(drawn: list[tuple[str, str, str]]) -> None:
    codes: dict[str, list[str]] = defaultdict(list)
    for which, code, _ in drawn:
        codes[LISTS[which]].append(code)
    hazards = {hazard for _, _, hazard in drawn}
    found = classify(event="", event_codes=codes)
    assert found == (hazards.pop() if len(hazards) == 1 else None)
