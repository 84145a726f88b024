"""What the measures count: syllables against a word list, grades, sentences, amounts with their units."""

from __future__ import annotations

import re

import pytest

from emergency_kepu.content.lint.quantities import Quantity, quantities
from emergency_kepu.content.lint.reading import uncommon_characters
from emergency_kepu.content.lint.sentences import (
    clauses,
    grade,
    lix,
    sentences,
    sentences_of_any,
    syllables,
    words_of_any,
)

WORDS = """
water2 closed1 wanted2 table2 house1 houses2 people2 fire1 dangerous3 evacuate4 radio3 area3 idea3 poison2
medicine3 vaccine2 diarrhoea4 electricity5 electrician4 immediately5 emergency4 earthquake2 tsunami3 typhoon2
chemical3 official3 authorities4 ambulance3 generator4 building2 windows2 branches2 causes2 leaves1 moved1 needed2
going2 being2 science2 quiet2 create2 temperature4 vehicles3 appliances4 gases2 breathe1 reached1 special2 station2
actually4 usual3 fuel2 does1 shoes1 goes1 eye1 bridges2 miles1 rescue2 rescued2 value2 continue3 fluids2 animals3
children2 fever2 doctor2 mosquitoes4 influenza4 hospital3 alcohol3 oil1 boil1 ideal3 lion2 million2 region2
serious3 various3 period3 bacteria4 riot2 violence3 diet2 client2 material4 social2 patient2 ancient2 efficient3
experience4 aftershocks3 injured2 trapped1 flooded2 heated2 protected3 covered2 sideways2 somewhere2 everyone3
something2 fireplace2 safely2 careful2 homes1 tree1 free1 movement2 basement2 leave1 have1 above2 stove1 edge1
bridge1 whole1 bottle2 bottles2 handle2 towels2 because2 those1 these1 use1 noise1 please1 loose1 close1 likes1
smoke1 smoking2 avoid2 shelter2 immediate4 quickly2 ruined2 useful2 homeless2 wheel1 friends1 fruit1 juice1 build1
guide1 field1 piece1 clients2 tried1 thief1 shield1 quietly3 require2 required2 inquire2 queue1 suit1 question2
patients2 billion2 onion2 opinion3 religion3 dioxide3 monoxide3 radioactive5 iodine3 violent3 nausea3 created3
creating3 evacuated5 evacuation5 shellfish2 tiles1 vomiting3 breathing2 symptoms2 oxygen3 crowded2 areas3
"""
COUNTED = {found[1]: int(found[2]) for found in re.finditer(r"([a-z]+)(\d)", WORDS)}


def test_syllables_are_right_on_average_and_for_nearly_every_word() -> None:
    right = [word for word, count in COUNTED.items() if syllables(word) == count]
    assert len(COUNTED) > 170
    assert len(right) >= 0.95 * len(COUNTED), set(COUNTED) - set(right)
    assert sum(map(syllables, COUNTED)) == pytest.approx(sum(COUNTED.values()), rel=0.01)


def test_numbers_are_read_digit_by_digit() -> None:
    assert syllables("15") == 2


def test_grade() -> None:
    assert grade("") == 0
    assert grade("Go up now. Do not wait.") < 2
    assert grade("Precipitation accumulations necessitate precautionary evacuation of vulnerable populations.") > 20


def test_sentences_and_clauses() -> None:
    assert sentences("Go up at 5.30 p.m. now. Stay there!") == ["Go up at 5.30 p.m. now.", "Stay there!"]
    assert sentences("先走。再看！") == ["先走。", "再看！"]
    assert clauses("水进屋，就往高处走；别回头。") == ["水进屋", "就往高处走", "别回头"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("15厘米", [(15, "cm")]),
        ("15 cm deep, 30 centimetres wide", [(15, "cm"), (30, "cm")]),
        ("十五厘米", [(15, "cm")]),
        ("一百二十米", [(120, "m")]),
        ("2到3小时", [(2, "hour"), (3, "hour")]),
        ("2 to 3 hours", [(2, "hour"), (3, "hour")]),
        ("两三天", [(2, "day"), (3, "day")]),
        ("半小时", [(0.5, "hour")]),
        ("half an hour", [(0.5, "hour")]),
        ("10点到16点", [(10, "clock"), (16, "clock")]),
        ("from 10:00 to 16:00", [(10, "clock"), (16, "clock")]),
        ("41度", [(41, "degree")]),
        ("41 C", [(41, "degree")]),
        ("一样、一起、第三、几十秒、四周", []),
        ("one of them", []),
        ("拨打120", []),
        ("twice as far", [(2, "times")]),
        ("快一倍", [(2, "times")]),
        ("2021年3月", [(2021, "")]),
        ("1,200 metres", [(1200, "m")]),
        ("15 cm (6 inches)", [(15, "cm")]),
    ],
)
def test_amounts(text: str, wanted: list[tuple[float, str]]) -> None:
    assert quantities(text) == {Quantity(value=value, unit=unit) for value, unit in wanted}


def test_common_characters_are_those_of_the_standards() -> None:
    assert uncommon_characters("地震来了躲桌下", "zh-Hans") == []
    assert uncommon_characters("地震來了躲桌下", "zh-Hant") == []
    assert uncommon_characters("魑", "zh-Hans") == ["魑"]
    assert uncommon_characters("any", "en") == []


def test_lix_is_words_a_sentence_plus_the_share_of_long_words() -> None:
    assert lix("Allez en haut. Restez là.") == pytest.approx(5 / 2 + 0)
    assert lix("Évacuez immédiatement.") == pytest.approx(2 + 100)
    assert lix("Уходите выше!") == pytest.approx(2 + 100 * 1 / 2)
    assert lix("") == 0.0


def test_sentences_and_words_of_other_scripts() -> None:
    assert sentences_of_any("Уходите выше. Не ждите! هل أنت بخير؟ نعم.") == [
        "Уходите выше.",
        "Не ждите!",
        "هل أنت بخير؟",
        "نعم.",
    ]
    assert words_of_any("N'ouvrez pas l'eau, 2 fois") == ["N'ouvrez", "pas", "l'eau", "2", "fois"]
