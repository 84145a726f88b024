"""CAP, cards and markdown: well-formed and valid whatever the words, and nothing in the words that acts."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from msgspec.structs import replace

from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.forms import cap_info, card
from emergency_kepu.content.forms.plain_marks import disarmed
from emergency_kepu.content.library import shipped
from emergency_kepu.content.render import Elements, RenderRequest, render
from emergency_kepu.content.specimen import LONGEST, USUAL
from emergency_kepu.domain.campaign import CalendarDay, CampaignKind
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.feeds.cap_alert import read_info
from emergency_kepu.feeds.cap_elements import gather
from emergency_kepu.feeds.flags import Flags

CATALOG = load_catalog(shipped("templates"))
SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "schema/cap-1.2-info.xsd"))
ROBOTS = ("wecom_markdown", "dingtalk_markdown")


DAY = CalendarDay(
    titles={"zh-Hans": "世界水日", "zh-Hant": "世界水日", "en": "World Water Day"},
    first=date(2026, 3, 22),
    last=date(2026, 3, 22),
)


def asked(layout: str, **more: object) -> RenderRequest:
    usual = {"hazard": "flood", "locale": "en", "layout": layout, "facts": USUAL}
    return RenderRequest(**{**usual, **more})  # type: ignore[arg-type]


def elements(words: str) -> Elements:
    return Elements(lead="", headline=words, what=words, actions=(words,), avoid=(words,), why=words, hotline=words)


class TestCap:
    @pytest.mark.parametrize("locale", ["zh-Hans", "zh-Hant", "en"])
    @pytest.mark.parametrize("kind", [kind for kind in CampaignKind if kind is not CampaignKind.CALENDAR])
    def test_every_hazard_is_valid(self, locale: str, kind: CampaignKind) -> None:
        facts = replace(LONGEST, link="https://desk.example.org/a?b=1&c=2")
        if kind is CampaignKind.CALENDAR:
            facts = replace(facts, day=DAY)
        for hazard in CATALOG.topics:
            message = render(CATALOG, asked("cap", hazard=hazard, locale=locale, kind=kind, facts=facts))
            element = etree.fromstring(message.text.encode())
            SCHEMA.assertValid(element)
            told = [pair.text for pair in element.iter("{*}value")]
            assert told[0] == hazard
            assert told[1:] == [code for code in map(str, told[1:]) if re.fullmatch(r"OET-\d{3}|11[A-Z]\d\d", code)]
            assert len(message.title) <= cap_info.HEADLINE_CHARACTERS

    def test_our_own_reader_reads_it_back(self) -> None:
        facts = replace(USUAL, hotline="12345", link="https://desk.example.org/a?b=1&c=2")
        document = render(CATALOG, asked("cap", facts=facts)).text
        root = etree.fromstring(f'<alert xmlns="{cap_info.CAP_1_2}">{document}</alert>'.encode())
        [found] = [read_info(info, Flags()) for info in gather(root).infos]
        assert found.headline
        assert found.headline.startswith("River flood")
        assert found.instruction
        assert found.instruction.startswith(CATALOG.topics["flood"].locales["en"].actions["now"][0].text)
        assert found.description
        assert "It is not a new warning." in found.description
        assert (found.web, found.contact) == ("https://desk.example.org/a?b=1&c=2", "Ask: 12345.")
        assert (found.categories, found.severity, found.urgency) == (("Met",), "Severe", "Unknown")
        assert found.expires == USUAL.until
        assert found.event_codes == {"kepu": ("flood",), "OET:v1.2": ("OET-081",), "CMA": ("11A01",)}
        assert found.hazard == "flood"

    def test_an_end_is_all_clear(self) -> None:
        document = render(CATALOG, asked("cap", kind=CampaignKind.ALL_CLEAR)).text
        assert "<responseType>AllClear</responseType>" in document
        assert "<severity>Unknown</severity>" in document

    def test_categories(self) -> None:
        said = {hazard: cap_info.category(hazard) for hazard in HAZARDS}
        wanted = {
            "earthquake": "Geo",
            "typhoon": "Met",
            "cholera": "Health",
            "wildfire": "Fire",
            "chemical_leak": "CBRNE",
        }
        assert {hazard: said[hazard] for hazard in wanted} == wanted

    @given(st.text(min_size=1))
    def test_any_words(self, words: str) -> None:
        document = cap_info.write(elements(words), CATALOG.phrases["en"], asked("cap"))
        SCHEMA.assertValid(etree.fromstring(document.encode()))


class TestCard:
    @given(st.text(st.characters(codec="utf-8"), min_size=1))
    def test_words_are_never_markup(self, words: str) -> None:
        made = json.loads(card.write(elements(words), CATALOG.phrases["en"], asked("feishu_card")))
        texts = [made["header"]["title"], *(each["text"] for each in made["elements"] if each["tag"] == "div")]
        assert {text["tag"] for text in texts} == {"plain_text"}
        assert {each["tag"] for each in made["elements"]} == {"div", "hr"}

    def test_colours(self) -> None:
        red = replace(USUAL, level_colour="red")
        assert card.colour(asked("feishu_card", facts=red)) == "red"
        assert card.colour(asked("feishu_card", facts=red, drill=True)) == "grey"
        assert card.colour(asked("feishu_card", kind=CampaignKind.ALL_CLEAR)) == "green"
        assert card.colour(asked("feishu_card", facts=replace(USUAL, level_colour="white"))) == "blue"


class TestMarkdown:
    @given(st.text())
    def test_words_are_disarmed(self, words: str) -> None:
        assert not set("*_`~#<>[]|\\@") & set(disarmed(words, "en"))
        assert len(disarmed(words, "en")) == len(words)

    @pytest.mark.parametrize("layout", ROBOTS)
    def test_a_place_in_markup_stays_a_word(self, layout: str) -> None:
        topic = CATALOG.topics["flood"]
        text = replace(topic.locales["en"], more="<@all> *now* [x](https://x.org) @all")
        catalog = replace(CATALOG, topics={"flood": replace(topic, locales={"en": text})})
        said = render(catalog, asked(layout, facts=replace(USUAL, link="https://x.org/a_b#c")))
        assert "＜＠all＞ ＊now＊ ［x］(https://x.org) ＠all" in said.text
        assert said.text.endswith("https://x.org/a_b#c")
        assert said.text.startswith("### River flood (")
