"""What an operator sees of a check-in, and what everybody else does."""

from __future__ import annotations

import re

import msgspec

from emergency_kepu.desk.views import masked
from emergency_kepu.domain.check_in import CheckIn

_HIDDEN = "****"
_SHOWN_OF_PLACE = 4
"""Characters at most, and never more than half."""
_NUMBER = re.compile(r"\+?\d(?:[ -]?\d){6,}")


def hidden(row: CheckIn) -> CheckIn:
    """For whoever may read and not act: name and note hidden, the middle of the number, all but the place's beginning.
    To whom it was passed on is the desk's own word and stays, but for numbers in it."""
    place = row.place[: min(_SHOWN_OF_PLACE, len(row.place) // 2)] + "…"
    return msgspec.structs.replace(
        row,
        place=_without_numbers(place),
        name=_HIDDEN if row.name else "",
        phone=_phone(row.phone),
        note=_HIDDEN if row.note else "",
        passed_to=_without_numbers(row.passed_to),
    )


def _phone(text: str) -> str:
    """People write numbers with blanks and words: what cannot be masked in part is hidden whole."""
    if not text:
        return ""
    plain = re.sub(r"[ ()-]", "", text)
    shown = masked(plain)
    return shown if shown != plain else _HIDDEN


def _without_numbers(text: str) -> str:
    return _NUMBER.sub(_HIDDEN, text)
