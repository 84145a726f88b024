"""What HTTP itself says about a request: shared by all channels, after they have read the body their own way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from emergency_kepu.channels.door import DoorError, DoorRefused
from emergency_kepu.channels.port import Outcome, Verdict
from emergency_kepu.domain.decision import Reason

_BUSY = frozenset({408, 425, 429})


def no_reply(problem: DoorError) -> Outcome:
    """The request got no answer: try again, and say whether it may have arrived."""
    if isinstance(problem, DoorRefused):
        return Outcome(verdict=Verdict.FAILED, reason=Reason.CHANNEL_CONFIG, detail=str(problem))
    reason = Reason.CHANNEL_TIMEOUT if problem.maybe_sent else Reason.CHANNEL_UNREACHABLE
    return Outcome(verdict=Verdict.RETRY, reason=reason, detail=str(problem), maybe_sent=problem.maybe_sent)


def from_status(status: int, headers: Mapping[str, str], detail: str, now: datetime | None = None) -> Outcome:
    """For a status that is no success. A 5xx may come after the message went through: `maybe_sent`."""
    after = retry_after_seconds(headers.get("retry-after"), now or datetime.now(UTC))
    said = f"HTTP {status}" + (f": {detail}" if detail else "")
    if status in _BUSY:
        return Outcome(verdict=Verdict.RETRY, reason=Reason.RATE_LIMITED, detail=said, retry_after=after)
    if status >= 500:
        return Outcome(
            verdict=Verdict.RETRY, reason=Reason.PROVIDER_BUSY, detail=said, retry_after=after, maybe_sent=True
        )
    if status in (401, 403, 404) or 300 <= status < 400:
        return Outcome(verdict=Verdict.FAILED, reason=Reason.CHANNEL_CONFIG, detail=said)
    return Outcome(verdict=Verdict.FAILED, reason=Reason.PROVIDER_REFUSED, detail=said)


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """RFC 9110, 10.2.3: seconds or an HTTP date; anything else says nothing."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (moment - now).total_seconds())
