"""One expert asked about one incident: where that stands, and what they answered."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

LINKS_HOLD = timedelta(hours=24)
"""From the asking on; a day later an incident is another one."""


class Asking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a policy waits for experts."""

    answer_minutes: float = 15.0
    """Then the next expert is asked; the first may still answer."""
    desk_minutes: float = 45.0
    """From the first question on: then people at the desk are told that no expert has answered."""
    off_duty: bool = False
    """True: also experts who are off duty, after those who are there. Who is away is never asked."""


class Purpose(StrEnum):
    """What one link does. Each link does one thing."""

    CONFIRM = "confirm"
    CORRECT = "correct"
    DECLINE = "decline"
    """Not my field."""


class AskState(StrEnum):
    """Where one question stands."""

    QUEUED = "queued"
    SENDING = "sending"
    """A request may be out."""
    ASKED = "asked"
    """The provider took it; the answer is awaited."""
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    DECLINED = "declined"
    SILENT = "silent"
    """No answer in time: the next was asked. May still answer."""
    UNREACHABLE = "unreachable"
    """No private channel took it."""
    CLOSED = "closed"
    """Needs no answer any more: it is over, or was asked anew."""
    DESK = "desk"
    """No expert's at all: it waits for people at the desk."""
    TAKEN = "taken"
    """Somebody at the desk has taken it up."""


OPEN = (AskState.QUEUED, AskState.SENDING, AskState.ASKED)
ANSWERED = (AskState.CONFIRMED, AskState.CORRECTED)


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One question, as stored. No address is in it: that is looked up when it is sent."""

    id: str
    incident_id: str
    round: str
    """`r2`: revision 2 of the campaign caused it; `m1`: the first that somebody at the desk asked."""
    expert: str
    """Id in `experts.yaml`; empty: the desk itself."""
    state: AskState
    created_at: datetime
    created_by: str
    answer_minutes: float
    off_duty: bool = False
    desk_at: datetime
    expires_at: datetime
    """Until then its links work."""
    next_at: datetime | None = None
    """When something happens by itself: it is sent, it has waited long enough, an answer is handed on."""
    way: int = 0
    """Which of the expert's private channels is tried, from 0."""
    attempt: int = 0
    """Requests on this way so far."""
    fence: int = 0
    """Counts changes: who changes it names the one they saw."""
    channel: str | None = None
    """On which it was last sent."""
    sent_at: datetime | None = None
    answered_at: datetime | None = None
    possible_duplicates: int = 0
    detail: str = ""
    answer: dict[str, str] = {}
    """Locale to the expert's own words."""


def ask_id(incident_id: str, round_: str, expert: str) -> str:
    """The same question is the same row, however often its cause is handed over: 16 hexadecimal digits."""
    name = "\x1f".join((incident_id, round_, expert)).encode()
    return hashlib.blake2b(name, digest_size=8, person=b"kepu.ask").hexdigest()
