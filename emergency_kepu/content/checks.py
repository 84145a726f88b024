"""A fact-check as elements of a message: the fact first, the claim once and marked as what it is, then how one knows.

Correcting works when it says what is so, why the claim is wrong and who says so; in which order matters little (Swire-
Thompson and others, 2021; the Debunking Handbook 2020). What must not happen is that the claim becomes the headline:
many read nothing else. What was typed or came from a feed is text here and never a template.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from emergency_kepu.content.catalog import Catalog, CheckPhrases, Phrases, hazard_name
from emergency_kepu.domain.campaign import MessageFacts
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.factcheck import CheckExpert, CheckWords, FactCheck, Verdict
from emergency_kepu.domain.hazard import HAZARDS

if TYPE_CHECKING:
    from emergency_kepu.content.render import Elements

Fill = Callable[[str, Mapping[str, Any]], str]
"""(template, what it may use beside the usual) to one line of text."""
_ENDS = ("。", "！", "？", "…", ".", "!", "?", "؟", "”", "」", '"')
_STOPS = "。."


def check_locales(catalog: Catalog, hazard: str, check: FactCheck | None) -> tuple[str, ...]:
    """Languages in which something may be sent: all of the hazard's, and for a fact-check those that it is written
    in."""
    found = catalog.locales(hazard)
    if check is None:
        return found
    return tuple(locale for locale in found if locale in check.words and catalog.phrases[locale].check)


def checking(whole: Elements, facts: MessageFacts, phrases: Phrases, fill: Fill) -> Elements:
    """The elements with the check in them; those of its hazard stay where they say what to do about any rumour.

    ContentError when it was not written in this language.
    """
    check, said, words = _of(facts, phrases)
    known = {
        "about": _about(check, phrases),
        "claim": _claim(check, words, phrases),
        "fact": _sentence(words.fact, phrases),
    }
    asked = check.verdict is Verdict.ANSWERED
    parts = [
        fill(said.answer if asked else said.what, known),
        fill(said.verdicts.get(check.verdict.value, ""), known),
        _sentence(words.evidence, phrases),
        fill(said.expert, {"who": _who(check.expert, phrases.locale)}) if check.expert else "",
    ]
    advice = (_sentence(words.advice, phrases),) if words.advice else ()
    return msgspec.structs.replace(
        whole,
        headline=fill(said.answer_headline if asked else said.headline, known),
        what=phrases.joiner.join(part for part in parts if part),
        impact="",
        myths=(),  # a second "some say" would be taken for this one
        actions=(*advice, *whole.actions),
        document=check.document,
    )


def taking_back(
    whole: Elements, facts: MessageFacts, phrases: Phrases, actions: tuple[str, ...], fill: Fill
) -> Elements:
    """The elements of an all-clear, which for a check means: do not rely on it any more."""
    check, said, _ = _of(facts, phrases)
    known = {"about": _about(check, phrases)}
    return msgspec.structs.replace(
        whole, headline=fill(said.headline, known), what=fill(said.withdrawn, known), actions=actions
    )


def _of(facts: MessageFacts, phrases: Phrases) -> tuple[FactCheck, CheckPhrases, CheckWords]:
    check, said = facts.check, phrases.check
    words = check.words.get(phrases.locale) if check else None
    if check is None or words is None or said is None:
        msg = f"{phrases.locale}: this fact-check is not written in this language"
        raise ContentError(msg)
    return check, said, words


def _about(check: FactCheck, phrases: Phrases) -> str:
    return hazard_name(check.about, phrases).partition(" (")[0] if check.about in HAZARDS else ""


def _claim(check: FactCheck, words: CheckWords, phrases: Phrases) -> str:
    """Within quotation marks Chinese puts no full stop; a question keeps its mark."""
    if check.verdict is not Verdict.ANSWERED and phrases.sentence_end == "。":
        return words.claim.rstrip(_STOPS)
    return _sentence(words.claim, phrases)


def _sentence(text: str, phrases: Phrases) -> str:
    return text if not text or text.endswith(_ENDS) else text + phrases.sentence_end


def _who(expert: CheckExpert, locale: str) -> str:
    parts = (expert.institutions, expert.titles, expert.names)
    found = [part.get(locale) or next(iter(part.values()), "") for part in parts]
    return " ".join(part for part in found if part)
