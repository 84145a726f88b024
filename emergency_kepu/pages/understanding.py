"""Three questions on whether a text was understood, made from the text itself.

"Avoid" entries are orders already ("Do not pass barriers"), so none is ever offered as a wrong answer to "what should
you do?": whoever skims the page would learn the opposite. Wrong answers are other advice of the same text, and the
only statements called untrue are the claims of its myths.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from enum import StrEnum

import msgspec

from emergency_kepu.content.catalog import Entry, LocaleText, Phase, Topic
from emergency_kepu.domain.errors import ContentError

QUESTIONS = 3
_OTHERS = 2
"""Wrong answers beside the right one: more do not fit a small screen in large type."""


class Asks(StrEnum):
    """What a question wants to know; the words around it are the page's."""

    FIRST = "first"
    """Which of these comes first?"""
    CARE = "care"
    """Which of these does the text warn you about?"""
    TRUE = "true"
    """Some say this: is it so? Answers: yes, no."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `options` are texts (empty for yes or no, where 0 is yes and 1 is no); `answer` is an index."""

    asks: Asks
    claim: str = ""
    options: tuple[str, ...] = ()
    answer: int
    because: str
    """Shown with the right answer, whatever was chosen."""


def questions(topic: Topic, locale: str, phase: Phase, *, seed: str) -> tuple[Question, ...]:
    """At most three; fewer where the text has too little to ask about. The same seed gives the same order.

    Texts are as the library has them: templates are not filled in. ContentError when there is no text in `locale`.
    """
    text = topic.locales.get(locale)
    if text is None:
        msg = f"{topic.meta.hazard}: no text in {locale}"
        raise ContentError(msg)
    actions = text.actions.get(phase, ())
    first = _first(actions, topic.meta.first.get(phase))
    found = [_choice(Asks.FIRST, first, [entry for entry in actions if entry is not first], text, seed)]
    found += [_choice(Asks.CARE, entry, actions, text, seed) for entry in text.avoid[:1]]
    found += [Question(asks=Asks.TRUE, claim=myth.claim, answer=1, because=myth.fact) for myth in text.myths[:1]]
    found += [_choice(Asks.CARE, entry, actions, text, seed) for entry in text.avoid[1:2]]  # where there is no myth
    return tuple([question for question in found if question is not None][:QUESTIONS])


def _first(actions: Sequence[Entry], declared: str | None) -> Entry | None:
    for entry in actions:
        if entry.id == declared:
            return entry
    return actions[0] if actions else None


def _choice(asks: Asks, right: Entry | None, others: Sequence[Entry], text: LocaleText, seed: str) -> Question | None:
    """None where nothing could be chosen between."""
    wrong = [entry for entry in others if right is not None and entry.id != right.id][:_OTHERS]
    if right is None or not wrong:
        return None
    shown = sorted([right, *wrong], key=lambda entry: _shuffle(seed, asks, right.id, entry.id))
    because = text.impact.text if asks is Asks.CARE else text.why.text
    return Question(asks=asks, options=tuple(entry.text for entry in shown), answer=shown.index(right), because=because)


def _shuffle(*parts: str) -> bytes:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=8).digest()
