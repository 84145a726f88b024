"""Which hazard an event is, as feeds name it: the longest known word wins, and no hazard takes another's words."""

from __future__ import annotations

import pytest

from emergency_kepu.domain.hazard import HAZARDS, classify


@pytest.mark.parametrize(
    ("event", "hazard"),
    [
        ("电动自行车火灾", "ebike_fire"),
        ("某小区电动车火灾", "ebike_fire"),
        ("電動單車火災", "ebike_fire"),
        ("E-bike fire", "ebike_fire"),
        ("建筑火灾", "building_fire"),
        ("居民楼火灾，电动自行车起火引发", "building_fire"),
        ("Building fire, an e-bike fire is the cause", "building_fire"),
        ("House fire", "building_fire"),
        ("储能电站电池火灾", None),
        ("地铁事故", "rail_emergency"),
        ("地铁火灾", "rail_emergency"),
        ("Subway fire", "rail_emergency"),
        ("捷運事故", "rail_emergency"),
        ("地铁站外山体滑坡", "landslide"),
        ("地铁爆炸", "explosion"),
        ("地铁站人群踩踏", "crowd_crush"),
        ("地铁停电", "power_cut"),
        ("地铁内涝", "waterlogging"),
        ("Train derailed, chemical leak", "chemical_leak"),
        ("货运列车脱轨，氯气泄漏", "chemical_leak"),
        ("Sacramento Metro Fire is busy with a grass fire", "wildfire"),
        ("透水事故", "mine_accident"),
        # a bomb, a riot, a blocked road; bad water, a missile, drivers stuck in snow (Wisconsin, 2011): ask a person
        ("Law Enforcement Warning", None),
        ("Civil Danger Warning", None),
        ("Active shooter", "violent_attack"),
        ("暴力袭击", "violent_attack"),
    ],
)
def test_the_longest_known_word_wins(event: str, hazard: str | None) -> None:
    assert classify(event=event) == hazard


@pytest.mark.parametrize("code", HAZARDS)
def test_a_hazard_is_found_by_each_of_its_own_names(code: str) -> None:
    """A word that another hazard has too would send the other's advice."""
    hazard = HAZARDS[code]
    for name in (*hazard.words, *hazard.nws, hazard.names["zh-Hans"], hazard.names["zh-Hant"], hazard.names["en"]):
        assert classify(event=name) == code, name
