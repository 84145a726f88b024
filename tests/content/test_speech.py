"""What a loudspeaker says: nothing but words, said the way people say them, and SSML that any reader of XML takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.forms import spoken_en, spoken_zh
from emergency_kepu.content.forms.speech import SSML_1_1, heard, seconds, spell, write
from emergency_kepu.content.library import shipped
from emergency_kepu.content.render import Elements, RenderRequest, render
from emergency_kepu.content.specimen import LONGEST

CATALOG = load_catalog(shipped("templates"))
CHINESE = [
    ("11月30日23:59", "十一月三十日二十三点五十九分"),
    ("2月2日2:05", "二月二日两点零五分"),
    ("0:00", "零点整"),
    ("6.1级地震", "六点一级地震"),
    ("2级", "二级"),
    ("2小时内", "两小时内"),
    ("12小时", "十二小时"),
    ("20厘米，105米，110米，1010人", "二十厘米，一百零五米，一百一十米，一千零一十人"),
    ("10000人，12,345元，200300", "一万人，一万二千三百四十五元，二十万零三百"),
    ("2000年，2026年", "二零零零年，二零二六年"),
    ("打119，或拨打120。", "打幺幺九，或拨打幺二零。"),
    ("到室外再打燃气公司电话或119。", "到室外再打燃气公司电话或幺幺九。"),
    ("热线12345，电话：95598", "热线幺二三四五，电话：九五五九八"),
    ("值班室 010-6255-0001。", "值班室 零幺零，六二五五，零零零幺。"),
    ("占到5%到15%", "占到百分之五到百分之十五"),
    ("38-40℃，-5℃", "三十八到四十摄氏度，零下五摄氏度"),
    ("15cm，2 m", "十五厘米，两米"),
    ("KN95或N95口罩", "KN九五或N九五口罩"),
    ("【演练】【更新】某地", "演练。更新。某地"),
]
ENGLISH = [
    ("23:59, 30 Nov", "eleven fifty-nine at night, the thirtieth of November"),
    ("00:00, 1 May", "midnight, the first of May"),
    ("12:05, 22 Sep", "twelve oh five in the afternoon, the twenty-second of September"),
    ("10:00 to 16:00", "ten o'clock in the morning to four o'clock in the afternoon"),
    ("magnitude 6.1 earthquake", "magnitude six point one earthquake"),
    ("water 15 cm deep, 1 km away", "water fifteen centimetres deep, one kilometre away"),
    ("under 20 km/h, 56 km an hour", "under twenty kilometres an hour, fifty-six kilometres an hour"),
    ("38-40 C", "thirty-eight to forty degrees Celsius"),
    ("1,234 cases", "one thousand two hundred and thirty-four cases"),
    ("112 metres", "one hundred and twelve metres"),
    ("Call 112 or 119.", "Call one one two or one one nine."),
    ("office 010-6255-0001.", "office zero one zero, six two five five, zero zero zero one."),
    ("In March 2021 people", "In March twenty twenty-one people"),
    ("start CPR in an N95 mask", "start C P R in an N ninety-five mask"),
    ("MERS reported", "Mers reported"),
    ("EXERCISE: UPDATE: NEXT: x", "Exercise. Update. Next. x"),
    ("Xigaze, Xizang (Tibet).", "Xigaze, Xizang, Tibet."),
]


@pytest.mark.parametrize(("written", "said"), CHINESE)
def test_chinese(written: str, said: str) -> None:
    assert spoken_zh.spell(written) == said


@pytest.mark.parametrize(("written", "said"), ENGLISH)
def test_english(written: str, said: str) -> None:
    assert spoken_en.spell(written) == said


def test_traditional_characters_and_numbers_on_the_telephone() -> None:
    assert spell("2小時，6.1級，10000人，打119", "zh-Hant") == "兩小時，六點一級，一萬人，打一一九"


@given(st.integers(0, 10**12 - 1))
def test_every_number_is_said_in_its_own_way(value: int) -> None:
    for said in (spoken_zh.cardinal(value), spoken_en.cardinal(value)):
        assert not re.search(r"\d|零零", said)
    assert back(spoken_zh.cardinal(value)) == value


def back(said: str) -> int:
    """A reader of Chinese numbers of its own, as a check of the writer."""
    digits = {char: number for number, char in enumerate("零一二三四五六七八九")} | {"两": 2}
    total = part = digit = 0
    for char in said:
        if char in digits:
            digit = digits[char]
        elif char in "十百千":
            part += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        else:
            step = {"万": 10**4, "亿": 10**8}[char]
            total = (total + part + digit) * step if step == 10**8 else total + (part + digit) * step
            part = digit = 0
    return total + part + digit


@pytest.mark.parametrize("locale", ["zh-Hans", "zh-Hant", "en"])
def test_no_digit_is_left_in_any_text(locale: str) -> None:
    for hazard, topic in CATALOG.topics.items():
        for phase in topic.meta.phases:
            request = RenderRequest(hazard=hazard, locale=locale, layout="tts", phase=phase, facts=LONGEST)
            said = render(CATALOG, request).text
            assert not re.search(r"[\d%℃°&/【】<>]|\b(?:cm|km|kg|mm)\b", said), said


def test_seconds() -> None:
    assert seconds("雨" * 40) == 10
    assert seconds("one two three four five " * 5) == 10


def elements(words: str) -> Elements:
    return Elements(lead=words, headline="h", what=words, actions=(words,), avoid=(words,), hotline=words)


@given(st.text())
def test_ssml_holds_any_words(words: str) -> None:
    request = RenderRequest(hazard="flood", locale="zh-Hans", layout="ssml", facts=LONGEST)
    root = etree.fromstring(write(elements(words), CATALOG.phrases["zh-Hans"], request).encode())
    assert root.tag == f"{{{SSML_1_1}}}speak"
    assert root.get("version") == "1.1"
    assert {each.tag.rpartition("}")[2] for each in root.iter()} <= {"speak", "p", "s", "break"}


def test_ssml_is_valid_and_says_what_the_text_says() -> None:
    schema = etree.XMLSchema(etree.parse(Path(__file__).parent / "schema/ssml-1.1.xsd"))
    request = RenderRequest(hazard="gas_leak", locale="zh-Hans", layout="ssml", facts=LONGEST, drill=True)
    document = render(CATALOG, request).text
    schema.assertValid(etree.fromstring(document.encode()))
    plain = render(CATALOG, RenderRequest(hazard="gas_leak", locale="zh-Hans", layout="tts", facts=LONGEST, drill=True))
    assert heard(document).replace(" ", "") == plain.text.replace(" ", "")
    assert 'xml:lang="zh-CN"' in document
