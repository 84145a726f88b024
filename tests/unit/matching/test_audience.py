"""Whom a campaign is for."""

import msgspec
import pytest

from emergency_kepu.domain.recipient import AudienceQuery, Recipient, RecipientKind
from emergency_kepu.matching.audience import felt_counties, felt_radius_km, query_for, selects
from emergency_kepu.matching.policy import Audience, Policy


@pytest.mark.parametrize(("magnitude", "km"), [(5.5, 69), (6.5, 206), (7.5, 608)])
def test_the_felt_radius_of_allen_2012(magnitude, km):
    """Values computed apart from this code, from the published coefficients, at 10 km depth."""
    assert felt_radius_km(magnitude, 10.0) == pytest.approx(km, abs=1)


def test_a_small_or_deep_earthquake_is_felt_nowhere():
    assert felt_radius_km(2.5, 10.0) == 0.0
    assert felt_radius_km(5.0, 300.0) == 0.0


def test_the_felt_area_holds_the_epicentre_and_not_the_country(quake, opened):
    felt = felt_counties(opened(quake()))
    assert "511524" in felt
    assert "110101" not in felt


def _policy(**audience: object) -> Policy:
    return Policy(name="p", channels=("sms",), audience=Audience(**audience))  # type: ignore[arg-type]


def test_where_no_place_is_known_nobody_is_selected(rain, opened):
    nowhere = query_for(opened(rain(place_codes=())), _policy())
    assert nowhere.nobody
    assert not selects(nowhere, _person("511524"))


def test_a_drill_asks_for_drill_sinks_only(rain, opened):
    query = query_for(opened(rain(status="Exercise")), _policy(within="places", places=("CN",)))
    assert not selects(query, _person("511524"))
    assert selects(query, _person("511524", drill=True))


def test_the_whole_country_holds_every_county(rain, opened):
    query = query_for(opened(rain()), _policy(within="places", places=("CN",)))
    assert all(selects(query, _person(code)) for code in ("511524", "110000", "810000", "CN"))
    assert not selects(query, _person("SD"))


def _person(place: str, **changes: object) -> Recipient:
    return Recipient(id="r", kind=RecipientKind.PERSON, locale="zh-Hans", place=place, addresses=(), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("audience", "recipient", "wanted"),
    [
        ({}, {}, True),
        ({"kinds": (RecipientKind.ROOM,)}, {}, False),
        ({"locales": ("en",)}, {}, False),
        ({"tags_any": ("school", "clinic")}, {"tags": ("clinic",)}, True),
        ({"tags_any": ("school",)}, {"tags": ("clinic",)}, False),
        ({"tags_all": ("school", "clinic")}, {"tags": ("clinic",)}, False),
        ({"tags_all": ("school", "clinic")}, {"tags": ("clinic", "x", "school")}, True),
        ({}, {"drill": True}, False),
    ],
)
def test_kinds_tags_and_locales(rain, opened, audience, recipient, wanted):
    query = query_for(opened(rain()), _policy(**audience))
    assert selects(query, _person("511524", **recipient)) is wanted


@pytest.mark.parametrize(
    ("place", "kind", "wanted"),
    [
        ("511500", RecipientKind.BROADCASTER, True),
        ("510000", RecipientKind.BROADCASTER, True),
        ("511525", RecipientKind.BROADCASTER, False),
        ("511500", RecipientKind.PERSON, False),
        ("CN", RecipientKind.BROADCASTER, False),
    ],
)
def test_the_broadcaster_of_the_city_and_province_around_is_heard_in_a_county(place, kind, wanted):
    county = AudienceQuery(places=("511524",))
    assert selects(county, msgspec.structs.replace(_person(place), kind=kind)) is wanted
