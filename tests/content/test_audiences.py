"""A text for one audience is a text of its own: complete, sourced, the same in every language, and it fits."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime

import pytest

from emergency_kepu.content import sms
from emergency_kepu.content.catalog import LocaleText, load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.content.limits import LIMITS
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.domain.campaign import MessageFacts

CATALOG = load_catalog(shipped("templates"))
KNOWN = {"elderly", "children", "farmers", "workers", "visitors"}
FACTS = MessageFacts(
    source_name="Xinjiang Regional Observatory",
    place_codes=("511524", "513232", "469030", "654028"),
    issued_at=datetime(2026, 11, 30, 15, 59, tzinfo=UTC),
    tz="Asia/Shanghai",
    level_colour="orange",
)


def shape_of(text: LocaleText) -> dict[str, list[str]]:
    """The ids of every element that a variant replaces, in order."""
    shape: dict[str, list[str]] = {}
    for audience, variant in text.audiences.items():
        for phase, entries in variant.actions.items():
            shape[f"{audience} {phase}"] = [entry.id for entry in entries]
        if variant.avoid is not None:
            shape[f"{audience} avoid"] = [entry.id for entry in variant.avoid]
        if variant.impact is not None:
            shape[f"{audience} impact"] = [variant.impact.id]
    return shape


@pytest.mark.parametrize("hazard", CATALOG.topics)
def test_variants_are_the_same_in_every_language_and_sourced(hazard: str) -> None:
    topic = CATALOG.topics[hazard]
    shapes = {locale: shape_of(text) for locale, text in topic.locales.items()}
    assert all(shape == shapes["en"] for shape in shapes.values())
    for entry in itertools.chain(*shapes["en"].values()):
        assert topic.meta.claims.get(entry), f"{entry} has no source"
        assert set(topic.meta.claims[entry]) <= set(topic.meta.sources)
    for text in topic.locales.values():
        assert set(text.audiences) <= KNOWN
        for variant in text.audiences.values():
            assert set(variant.actions) <= set(topic.meta.phases), "a phase that nobody is sent"


@pytest.mark.parametrize("hazard", [name for name, topic in CATALOG.topics.items() if topic.locales["en"].audiences])
def test_every_audience_gets_its_own_first_action_on_every_channel(hazard: str) -> None:
    topic = CATALOG.topics[hazard]
    for locale in CATALOG.locales(hazard):
        text = topic.locales[locale]
        for audience, variant in text.audiences.items():
            for phase, entries in variant.actions.items():
                for layout in LIMITS:
                    message = render(
                        CATALOG,
                        RenderRequest(
                            hazard=hazard, locale=locale, layout=layout, phase=phase, audience=audience, facts=FACTS
                        ),
                    )
                    assert entries[0].text in message.text, (locale, audience, phase, layout)


@pytest.mark.parametrize("hazard", CATALOG.topics)
def test_one_stray_character_does_not_double_an_english_sms(hazard: str) -> None:
    text = CATALOG.topics[hazard].locales["en"]
    assert sms.count(repr(text)).not_gsm == ()
