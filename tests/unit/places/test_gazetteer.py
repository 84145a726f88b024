"""Places: known values, whole-table checks, and properties of containment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency_kepu.domain.alert import Area, Circle
from emergency_kepu.places import gazetteer
from emergency_kepu.places.china import ancestors, by_adcode, table
from emergency_kepu.places.distance import counties_within, distance_km, nearest_county
from emergency_kepu.places.world import country_by_name


@pytest.mark.parametrize(
    ("code", "locale", "name"),
    [
        ("511524", "zh-Hans", "四川省宜宾市长宁县"),
        ("511524", "zh-Hant", "四川省宜賓市長寧縣"),
        ("511524", "en", "Changning County, Yibin, Sichuan"),
        ("110105", "en", "Chaoyang District, Beijing"),
        ("SD", "zh-Hans", "苏丹"),
    ],
)
def test_full_names(code: str, locale: str, name: str) -> None:
    assert gazetteer.name(code, locale, full=True) == name


def test_every_place_lies_in_china_and_in_its_province() -> None:
    for place in table().values():
        assert 3 < place.lat < 54, place
        assert 73 < place.lon < 136, place
        assert place.code[:2] + "0000" in table(), place
        assert all(place.names.values()), place


def test_an_unknown_county_gives_its_city_and_a_12_digit_code_its_county() -> None:
    unknown, long = by_adcode("511599"), by_adcode("511524000000")
    assert unknown is not None
    assert unknown.code == "511500"
    assert long is not None
    assert long.code == "511524"
    assert by_adcode("XX") is None


def test_a_municipality_is_named_once() -> None:
    assert [place.code for place in ancestors("110105")] == ["110000", "110105"]


@given(st.sampled_from(sorted(table())))
def test_every_ancestor_contains_its_place(code: str) -> None:
    assert all(gazetteer.contains(place.code, code) for place in ancestors(code))
    assert gazetteer.contains("CN", code)


@given(st.floats(18, 53), st.floats(74, 134), st.floats(1, 400))
def test_near_is_what_measuring_every_county_gives(lat: float, lon: float, radius: float) -> None:
    found = {place.code for place, _ in counties_within(lat, lon, radius)}
    assert found == {
        place.code
        for place in table().values()
        if place.level == "county" and distance_km(lat, lon, place.lat, place.lon) <= radius
    }


def test_a_point_at_sea_belongs_to_nobody() -> None:
    assert nearest_county(20.0, 134.0, within_km=50) is None


def test_areas() -> None:
    ring = ((28.4, 104.7), (28.4, 105.1), (28.7, 105.1), (28.7, 104.7), (28.4, 104.7))
    assert gazetteer.covers(Area(geocodes={"adcode": ("511524",)})) == ("511524",)
    assert "511524" in gazetteer.covers(Area(polygons=(ring,)))
    assert gazetteer.covers(Area(circles=(Circle(lat=28.58, lon=104.92),))) == ("511524",)
    assert gazetteer.covers(Area(desc="Sudan")) == ("SD",)
    assert gazetteer.covers(Area(desc="somewhere")) == ()


def test_countries_as_who_writes_them() -> None:
    assert country_by_name("Democratic Republic of the Congo") == "CD"
    assert country_by_name("Viet Nam") == "VN"
    assert country_by_name("Multi-country") is None


def test_beijing_time_in_xinjiang_local_time_abroad() -> None:
    assert gazetteer.timezone_of(("650100",), 43.8, 87.6) == "Asia/Shanghai"
    assert gazetteer.timezone_of(("JP",), 35.7, 139.7) == "Asia/Tokyo"
    assert gazetteer.timezone_of((), None, None) == "UTC"
