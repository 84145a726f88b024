"""One action an entry: what is joined by a semicolon, `and then` or 然后 is done by half."""

from __future__ import annotations

import re
from collections.abc import Iterator

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Subject

NAME = "one_action"
_EN_JOINTS = re.compile(r";\s*(?:and )?(?:then )?|,?\s+(?:and )?then\s+|(?<=[a-z])[.!]\s+", re.IGNORECASE)
_ZH_JOINTS = re.compile(
    r"[；;]|，?(?:然后|然後|随后|隨後|接着|接著|并且|並且|并|並)(?![不非没沒])|，(?=同时|同時|也(?![不别別没沒]))"
)
MOST_JOINED = 2
"""More than this in one entry are an error."""
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
    """Warnings for two actions joined, errors for more. A drill such as `drop, cover, hold on` is one."""
    for passage in subject.passages:
        if passage.role == "action":
            text = max(passage.texts, key=len)
            joined = len(_chinese(text) if passage.chinese else orders_of(text))
            if joined > 1:
                severity = Severity.ERROR if joined > MOST_JOINED else Severity.WARNING
                yield passage.found(NAME, severity, f"{joined} actions in one entry: {text!r}")


def _chinese(text: str) -> list[str]:
    before, again, _ = text.partition("，再")
    ordered = text.replace("，再", "；") if again and "先" in before else text  # 满24小时，再上班 is one action
    return [part for part in _ZH_JOINTS.split(ordered) if part.strip("，。")]


def orders_of(text: str) -> list[str]:
    """Parts of an English entry that begin with a verb of `VERBS`, after a lead such as `Drivers:`."""
    body = re.sub(r"^[^:?]{1,60}[:?]\s+", "", text)
    parts = [part.strip() for part in _EN_JOINTS.split(body) if part.strip()]
    return [part for part in parts if re.split(r"\W", part.lower(), maxsplit=1)[0] in VERBS]
