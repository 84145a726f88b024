"""The check of understanding holds for every hazard that ships: right answers are right, and none teaches harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.pages.understanding import Asks, questions

CATALOG = load_catalog(Path(__file__).parents[3] / "templates")
CASES = [
    (hazard, locale, phase)
    for hazard, topic in CATALOG.topics.items()
    for locale in topic.locales
    for phase in topic.meta.phases
]


def test_every_text_gives_questions_whose_answers_are_its_own() -> None:
    for hazard, locale, phase in CASES:
        topic = CATALOG.topics[hazard]
        text = topic.locales[locale]
        asked = questions(topic, locale, phase, seed="c")

        assert 1 <= len(asked) <= 3, (hazard, locale, phase)
        for question in asked:
            assert question.because
            if question.asks is Asks.TRUE:
                assert (question.claim, question.answer) in [(myth.claim, 1) for myth in text.myths]
                continue
            assert len(set(question.options)) == len(question.options) >= 2, (hazard, locale, phase)
            right = question.options[question.answer]
            avoid = [entry.text for entry in text.avoid]
            if question.asks is Asks.FIRST:
                assert right == text.actions[phase][0].text
                assert not set(question.options) & set(avoid), "an order not to do something is no wrong answer"
            else:
                assert right in avoid


def test_the_order_is_the_same_every_time_and_differs_between_campaigns() -> None:
    topic = CATALOG.topics["flood"]

    assert questions(topic, "en", "now", seed="a") == questions(topic, "en", "now", seed="a")
    assert len({questions(topic, "en", "now", seed=str(seed)) for seed in range(20)}) > 1


def test_the_answer_is_not_always_in_the_same_place() -> None:
    topic = CATALOG.topics["flood"]

    assert {questions(topic, "en", "now", seed=str(seed))[0].answer for seed in range(40)} == {0, 1, 2}


def test_no_text_in_the_language() -> None:
    with pytest.raises(ContentError, match="no text in xx"):
        questions(CATALOG.topics["flood"], "xx", "now", seed="a")
