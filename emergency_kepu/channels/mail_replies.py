"""What a mail server says, in our words: RFC 5321 codes, RFC 3463 enhanced codes where it gives them."""

from __future__ import annotations

import re
from enum import StrEnum

from emergency_kepu.channels.port import Outcome, Verdict
from emergency_kepu.domain.decision import Reason

_ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})\b")


class Stage(StrEnum):
    """Which command was answered."""

    SESSION = "session"
    SENDER = "sender"
    RECIPIENT = "recipient"
    DATA = "data"


def outcome_of(stage: Stage, code: int, said: str) -> Outcome:
    """For an answer that is no success. 4xx may come right later, 5xx will not."""
    detail = f"SMTP {code} to {stage.value}: {' '.join(said.split())[:200]}"
    if 400 <= code < 500:
        slower = code in (421, 450, 452) or _subject(said) == 7
        return Outcome(
            verdict=Verdict.RETRY, reason=Reason.RATE_LIMITED if slower else Reason.PROVIDER_BUSY, detail=detail
        )
    return Outcome(verdict=Verdict.FAILED, reason=_reason(stage, code, said), detail=detail)


def _reason(stage: Stage, code: int, said: str) -> Reason:
    if code == 552 and stage is not Stage.RECIPIENT:
        return Reason.TOO_LONG
    if stage in (Stage.SESSION, Stage.SENDER):
        return Reason.CHANNEL_CONFIG
    if stage is Stage.RECIPIENT and _subject(said) != 7:
        return Reason.RECIPIENT_REFUSED
    return Reason.PROVIDER_REFUSED


def _subject(said: str) -> int:
    """The middle of an enhanced code: 1 address, 2 mailbox, 7 policy; 0 where there is none."""
    found = _ENHANCED.match(said)
    return int(found[2]) if found else 0
