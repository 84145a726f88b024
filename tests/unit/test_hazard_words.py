"""Which hazard an event is, by its words: the longest known one wins; new words steal nothing from older hazards."""

from __future__ import annotations

import pytest

from emergency_kepu.domain.hazard import classify


@pytest.mark.parametrize(
    ("event", "hazard"),
    [
        ("Marburg virus disease", "ebola"),
        ("埃博拉出血热", "ebola"),
        ("Circulating vaccine-derived poliovirus type 2", "polio"),
        ("Invasive meningococcal disease", "meningitis"),
        ("Middle East respiratory syndrome coronavirus", "respiratory_outbreak"),
        ("Tuberculosis", "tuberculosis"),
        ("某中学肺结核聚集性疫情", "tuberculosis"),
        ("Hantavirus pulmonary syndrome", "hantavirus"),
        ("肾综合征出血热", "hantavirus"),
        ("毒蘑菇中毒", "mushroom_poisoning"),
        ("误食野生蘑菇中毒", "mushroom_poisoning"),
        ("毒蘑菇食物中毒", "mushroom_poisoning"),
        ("Snakebite envenoming", "snake_bite"),
        ("毒蛇咬伤", "snake_bite"),
        # what the new words must leave alone
        ("食物中毒", "food_poisoning"),
        ("学校食物中毒事件", "food_poisoning"),
        ("Food poisoning", "food_poisoning"),
        ("Food poisoning from wild mushrooms", "food_poisoning"),
        ("一氧化碳中毒", "carbon_monoxide"),
        ("登革热", "dengue"),
        ("Floods, snakes seen", "flood"),
        ("洪水后当心毒蛇", "flood"),
        # other fevers with bleeding have other advice: nothing is guessed
        ("Crimean-Congo haemorrhagic fever", None),
        ("新疆出血热", None),
        ("登革出血热", None),
    ],
)
def test_words_of_infections_and_poisons(event: str, hazard: str | None) -> None:
    assert classify(event=event) == hazard
