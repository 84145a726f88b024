"""One action an entry: what is joined by a semicolon, `and then` or 然后 is done by half."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Passage, Subject

NAME = "one_action"
_EN_JOINTS = re.compile(r"(?<=[.;!])\s+|,?\s+(?:and|then|and then)\s+|,\s+", re.IGNORECASE)
_ZH_JOINTS = re.compile(
    r"[；;]|，?(?:然后|然後|随后|隨後|接着|接著|并且|並且|并|並)(?![不非没沒])|，(?=同时|同時|也(?![不别別没沒]))"
)
_EN_STRONG = re.compile(r";|\band then\b|, then\b|(?<=[a-z])\. (?=[A-Z])", re.IGNORECASE)
MOST_JOINED = 3
"""More orders than this in one entry are an error, however they are joined."""
_VERBS = (
    "add air ask avoid bag boil bring call carry check choose clean clear close come contact cook cool cover "
    "cut dial disinfect drink drive drop dry eat empty fill find finish follow get give go head help hold "
    "inform isolate join keep leave lie lift listen lock look lower make mark measure move note open park "
    "phone pour press protect pull push put raise reach read remove report rest return rinse run save seal see "
    "seek send shake share shelter shield shout show shut signal sit slow spend spray squat stand stay stop "
    "store switch take tap tell test throw tie touch tuck turn unplug use wait wake walk warn wash watch wave "
    "wear wet wipe work wrap write "
)
VERBS = frozenset(_VERBS.split())
"""Verbs that begin an order in this library."""


def check(subject: Subject) -> Iterator[Finding]:
    """Warnings for two orders joined strongly; errors for more than three orders in one entry."""
    for passage in subject.passages:
        if passage.role == "action":
            yield from _of(passage)


def _of(passage: Passage) -> Iterator[Finding]:
    text = max(passage.texts, key=len)
    if passage.chinese:
        ordered = text.replace("，再", "；") if "先" in text.split("，再")[0] else text  # 满24小时，再上班 is one
        orders = [part for part in _ZH_JOINTS.split(ordered) if part.strip("，。")]
        joined = len(orders) > 1
    else:
        orders = orders_of(text)
        joined = len(orders) > 1 and bool(_EN_STRONG.search(text))
    if len(orders) > MOST_JOINED:
        yield passage.found(NAME, Severity.ERROR, f"{len(orders)} actions in one entry: {text!r}")
    elif joined:
        yield passage.found(NAME, Severity.WARNING, f"{len(orders)} actions in one entry: {text!r}")


def orders_of(text: str) -> list[str]:
    """Parts of an English entry that begin with a verb of `VERBS`, after a lead such as `Drivers:`."""
    body = re.sub(r"^[^:?]{1,60}[:?]\s+", "", text)
    parts = [part.strip() for part in _EN_JOINTS.split(body) if part.strip()]
    return [part for part in parts if re.split(r"\W", part.lower(), maxsplit=1)[0] in VERBS]
