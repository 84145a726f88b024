"""Retry is a decision value: what an outcome means for one delivery, given its attempt and the clock."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import msgspec

from emergency_kepu.channels.port import Outcome, Verdict
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.delivery import DeliveryState


class RetryRule(msgspec.Struct, frozen=True, kw_only=True):
    """Exponential back-off in seconds with a cap; `max_attempts` counts provider calls."""

    base_seconds: float = 2.0
    cap_seconds: float = 300.0
    max_attempts: int = 6


class NextStep(msgspec.Struct, frozen=True, kw_only=True):
    """The state a delivery moves to, when it is tried again (only with QUEUED), and why."""

    state: DeliveryState
    reason: Reason | None = None
    detail: str = ""
    next_at: datetime | None = None
    provider_id: str | None = None
    maybe_sent: bool = False


def decide_retry(
    outcome: Outcome, *, attempt: int, now: datetime, expires_at: datetime | None, rule: RetryRule, seed: str
) -> NextStep:
    """What becomes of a delivery after its `attempt`-th provider call (1 is the first).

    The provider's own `retry_after` is obeyed, however long, unless the campaign ends before it: advice that
    arrives after the danger is worse than none. `seed` spreads retries of one burst apart (jitter up to a quarter),
    the same way every time.
    """
    if outcome.verdict is Verdict.SENT:
        return NextStep(state=DeliveryState.SENT, provider_id=outcome.provider_id, detail=outcome.detail)
    if outcome.verdict is Verdict.FAILED:
        return NextStep(
            state=DeliveryState.FAILED,
            reason=outcome.reason or Reason.PROVIDER_REFUSED,
            detail=outcome.detail,
        )
    if attempt >= rule.max_attempts:
        return NextStep(
            state=DeliveryState.FAILED,
            reason=Reason.RETRIES_EXHAUSTED,
            detail=f"{attempt} tries; last: {outcome.detail}",
            maybe_sent=outcome.maybe_sent,
        )
    next_at = now + timedelta(seconds=backoff_seconds(attempt, rule, seed, outcome.retry_after))
    if expires_at is not None and next_at >= expires_at:
        return NextStep(
            state=DeliveryState.FAILED,
            reason=Reason.EXPIRED,
            detail=f"the next try would come after the end of the campaign; last: {outcome.detail}",
            maybe_sent=outcome.maybe_sent,
        )
    return NextStep(
        state=DeliveryState.QUEUED,
        reason=outcome.reason or Reason.PROVIDER_BUSY,
        detail=outcome.detail,
        next_at=next_at,
        maybe_sent=outcome.maybe_sent,
    )


def backoff_seconds(attempt: int, rule: RetryRule, seed: str, retry_after: float | None) -> float:
    """Seconds to wait after the `attempt`-th call: the provider's word, or doubling from the base up to the cap."""
    spread = int.from_bytes(hashlib.blake2s(f"{seed}/{attempt}".encode(), digest_size=2).digest()) / 65535
    if retry_after is not None:
        return retry_after + spread * rule.base_seconds
    doubled = rule.base_seconds * 2.0 ** (attempt - 1)
    return min(rule.cap_seconds, doubled) * (1 + spread / 4)
