"""Which hazard an event is, by its words: the longest known one wins; new words steal nothing from older hazards."""

from __future__ import annotations

import pytest

from emergency_kepu.domain.hazard import classify


@pytest.mark.parametrize(
    ("event", "hazard"),
    [
        ("Marburg virus disease", "ebola"),
        ("埃博拉出血热", "ebola"),
        ("Marburg", "ebola"),
        ("Bundibugyo virus disease", "ebola"),
        ("Filovirus disease", "ebola"),
        ("马尔堡病毒病疫情", "ebola"),
        ("馬堡病毒出血熱", "ebola"),
        ("馬爾堡病毒病", "ebola"),
        ("人感染高致病性禽流感A(H5N1)", "avian_influenza"),
        ("Human infection with highly pathogenic avian influenza A(H5N1)", "avian_influenza"),
        ("Avian influenza", "avian_influenza"),
        ("Highly pathogenic avian influenza in poultry", None),
        ("家禽高致病性禽流感疫情", None),
        ("MERS-CoV", "mers"),
        ("中東呼吸綜合症", "mers"),
        ("中東呼吸症候群冠狀病毒感染症", "mers"),
        ("流腦", "meningitis"),
        ("流行性腦膜炎", "meningitis"),
        ("小兒麻痺", "polio"),
        ("小儿麻痹症", "polio"),
        ("脊髓灰質炎", "polio"),
        ("黃熱病", "yellow_fever"),
        ("登革出血热", "dengue"),
        ("登革出血熱", "dengue"),
        ("山崩", "landslide"),
        ("土石流及山崩", "debris_flow"),
        ("捷運站外山體滑坡", "landslide"),
        ("SARS-CoV-2", "respiratory_outbreak"),
        ("新型冠狀病毒感染", "respiratory_outbreak"),
        ("Circulating vaccine-derived poliovirus type 2", "polio"),
        ("Invasive meningococcal disease", "meningitis"),
        ("Middle East respiratory syndrome coronavirus", "mers"),
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
        # who has SARS stays apart until a doctor ends it: not what is said of COVID-19
        ("Severe acute respiratory syndrome (SARS)", None),
        ("Viral meningitis", None),
        ("结核性脑膜炎", None),
        # places that share a name with a virus: floods and landslides are frequent in Bundibugyo, Uganda
        ("Floods in Bundibugyo", "flood"),
        ("Landslide, Bundibugyo", "landslide"),
        ("Storm and hail, Marburg", "hail"),
        ("新西兰马尔堡地区洪水", "flood"),
        ("羅馬堡壘火警", "building_fire"),
    ],
)
def test_words_of_infections_and_poisons(event: str, hazard: str | None) -> None:
    assert classify(event=event) == hazard
