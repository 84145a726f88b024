"""What somebody told a public page: "I am safe", or "I need help" and where."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from enum import StrEnum

import msgspec

from emergency_kepu.domain.errors import UserError

MAX_PLACE = 200
MAX_NAME = 60
MAX_PHONE = 40
MAX_NOTE = 300
"""Characters."""
MAX_PEOPLE = 999
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")
"""Also what turns the direction of a line or hides in it: an operator reads names and numbers off this text."""


class CheckInKind(StrEnum):
    """What it is about."""

    HELP = "help"
    SAFE = "safe"


class CheckIn(msgspec.Struct, frozen=True, kw_only=True):
    """One, as stored. All of it is personal data: it is in no log, metric or public API, and is deleted after
    `desk.check_in_days`. Instants UTC."""

    id: str
    at: datetime
    campaign_id: str
    revision: int
    """Of the campaign as the page showed it."""
    locale: str
    kind: CheckInKind
    place: str
    name: str = ""
    phone: str = ""
    people: int = 1
    note: str = ""
    drill: bool = False
    passed_to: str = ""
    """To whom somebody at the desk handed it on; empty: nobody has."""
    passed_by: str = ""
    passed_at: datetime | None = None

    @property
    def waits(self) -> bool:
        """Does somebody ask for help and nobody has passed it on?"""
        return self.kind is CheckInKind.HELP and self.passed_at is None


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of the form, cleaned."""

    kind: CheckInKind
    place: str
    name: str
    phone: str
    people: int
    note: str

    def key(self, campaign_id: str, once: str) -> str:
        """The same form sent twice has the same one; a form sent again with something changed has another."""
        parts = (campaign_id, once, self.kind.value, self.place, self.name, self.phone, str(self.people), self.note)
        return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()


def told(kind: str, place: str, *, name: str = "", phone: str = "", people: str = "1", note: str = "") -> Told:
    """UserError with a word of the page's (`place_missing`, `too_long`, `people_wrong`) where it cannot be taken.

    As little as can be is refused: a telephone number is kept as it was written, and an empty number of people is 1.
    """
    cleaned = {"place": place, "name": name, "phone": phone, "note": note}
    cleaned = {field: " ".join(_CONTROL.sub(" ", text).split()) for field, text in cleaned.items()}
    longest = {"place": MAX_PLACE, "name": MAX_NAME, "phone": MAX_PHONE, "note": MAX_NOTE}
    if not cleaned["place"]:
        problem = "place_missing"
        raise UserError(problem)
    if any(len(cleaned[field]) > most for field, most in longest.items()):
        problem = "too_long"
        raise UserError(problem)
    number = people.strip() or "1"
    if not number.isascii() or not number.isdigit() or len(number) > 3 or not 1 <= int(number) <= MAX_PEOPLE:
        problem = "people_wrong"
        raise UserError(problem)
    return Told(kind=CheckInKind(kind), people=int(number), **cleaned)
