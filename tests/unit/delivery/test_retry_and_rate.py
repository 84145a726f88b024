"""Retries are decisions; rates hold in every window."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from emergency_kepu.channels.port import Outcome, Rate, Verdict
from emergency_kepu.delivery.rate import SlidingWindow
from emergency_kepu.delivery.retry import RetryRule, decide_retry
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.delivery import DeliveryState

NOW = datetime(2026, 6, 30, tzinfo=UTC)
RULE = RetryRule(base_seconds=2, cap_seconds=60, max_attempts=4)
BUSY = Outcome(verdict=Verdict.RETRY, reason=Reason.RATE_LIMITED)


def test_sent_and_refused_are_final() -> None:
    sent = decide_retry(Outcome(verdict=Verdict.SENT), attempt=1, now=NOW, expires_at=None, rule=RULE, seed="x")
    refused = decide_retry(
        Outcome(verdict=Verdict.FAILED, reason=Reason.OPTED_OUT),
        attempt=1,
        now=NOW,
        expires_at=None,
        rule=RULE,
        seed="x",
    )
    assert sent.state is DeliveryState.SENT
    assert (refused.state, refused.reason) == (DeliveryState.FAILED, Reason.OPTED_OUT)


def test_the_wait_doubles_and_the_tries_end() -> None:
    waits = []
    for attempt in (1, 2, 3):
        step = decide_retry(BUSY, attempt=attempt, now=NOW, expires_at=None, rule=RULE, seed="x")
        assert step.next_at is not None
        waits.append((step.next_at - NOW).total_seconds())
    assert 2 <= waits[0] <= 2.5
    assert 4 <= waits[1] <= 5
    assert 8 <= waits[2] <= 10
    last = decide_retry(BUSY, attempt=4, now=NOW, expires_at=None, rule=RULE, seed="x")
    assert (last.state, last.reason) == (DeliveryState.FAILED, Reason.RETRIES_EXHAUSTED)


def test_the_provider_says_when() -> None:
    busy = Outcome(verdict=Verdict.RETRY, reason=Reason.RATE_LIMITED, retry_after=90)
    step = decide_retry(busy, attempt=1, now=NOW, expires_at=None, rule=RULE, seed="x")
    assert step.next_at is not None
    assert step.next_at >= NOW + timedelta(seconds=90)


def test_no_try_after_the_danger() -> None:
    step = decide_retry(BUSY, attempt=1, now=NOW, expires_at=NOW + timedelta(seconds=1), rule=RULE, seed="x")
    assert (step.state, step.reason) == (DeliveryState.FAILED, Reason.EXPIRED)


@given(st.lists(st.floats(0, 5), min_size=1, max_size=200), st.integers(1, 20))
def test_no_window_holds_more_than_the_limit(gaps: list[float], limit: int) -> None:
    window = SlidingWindow([Rate(limit=limit, per_seconds=10.0, per_target=True)])
    now, granted = 0.0, []
    for gap in gaps:
        now += gap
        if window.take("room", now) is None:
            granted.append(now)
    for moment in granted:
        assert sum(moment - 10.0 < other <= moment for other in granted) <= limit


def test_targets_count_alone_and_the_wait_is_right() -> None:
    window = SlidingWindow([Rate(limit=1, per_seconds=60.0, per_target=True)])
    assert window.take("a", 0.0) is None
    assert window.take("b", 0.0) is None
    wait = window.take("a", 20.0)
    assert wait is not None
    assert 40 <= wait <= 40.1
    assert window.take("a", 20.0 + wait) is None
