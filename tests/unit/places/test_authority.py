"""Authorities in the reader's language: composed where that is certain, left alone where not."""

from __future__ import annotations

import pytest

from emergency_kepu.content import sms
from emergency_kepu.places.authority import NATIONAL, OFFICES, authority_name


@pytest.mark.parametrize(
    ("name", "hant", "english"),
    [
        ("犍为县气象台", "犍爲縣氣象台", "Qianwei County Meteorological Observatory"),
        ("四川省气象台", "四川省氣象台", "Sichuan Meteorological Observatory"),
        ("重庆市应急管理局", "重慶市應急管理局", "Chongqing Emergency Management Bureau"),
        ("宜宾市水利局", "宜賓市水利局", "Yibin Water Resources Bureau"),
        ("四川地震局", "四川省地震局", "Sichuan Earthquake Agency"),
        ("中央气象台", "中央氣象台", "China National Meteorological Centre"),
    ],
)
def test_offices_of_places_we_know(name: str, hant: str, english: str) -> None:
    assert authority_name(name, "zh-Hans") == name
    assert authority_name(name, "en") == english
    assert authority_name(name, "zh-Hant").replace("爲", "為") == hant.replace("爲", "為")


@pytest.mark.parametrize(
    "name", ["乌有县气象台", "气象台", "县气象台", "U.S. Geological Survey", "犍为县某某办公室", ""]
)
def test_what_is_not_certain_stays_as_it_was_written(name: str) -> None:
    assert authority_name(name, "en") == name
    assert authority_name(name, "ja") == name


def test_english_names_cost_no_second_alphabet() -> None:
    for _, english in (*OFFICES.values(), *NATIONAL.values()):
        assert sms.count(english).encoding == "GSM-7"
