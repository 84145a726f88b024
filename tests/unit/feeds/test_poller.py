"""Polling as decisions: what follows from each kind of reply."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from emergency_kepu.feeds.fetch import FetchError, FetchReply
from emergency_kepu.feeds.poller import (
    FeedState,
    FetchedDocument,
    Poller,
    PollRules,
    decide_poll,
    is_due,
    rejected,
    request_headers,
)

NOW = datetime(2026, 7, 18, 6, 0, tzinfo=UTC)
RULES = PollRules(every_seconds=60, jitter_ratio=0.0, max_bytes=1_000)
BODY = b'{"features": []}'


def decide(
    state: FeedState, reply: FetchReply | FetchError, rules: PollRules = RULES
) -> tuple[FeedState, FetchedDocument | None]:
    return decide_poll(state, reply, NOW, Random(1), rules)


def ok(body: bytes = BODY, **headers: str) -> FetchReply:
    return FetchReply(status=200, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


def wait(state: FeedState) -> float:
    assert state.next_at is not None
    return (state.next_at - NOW).total_seconds()


def test_a_first_document_is_handed_over_and_its_validators_kept() -> None:
    state, document = decide(FeedState(), ok(etag='"a"', last_modified="Sat, 18 Jul 2026 05:00:00 GMT"))
    assert document is not None
    assert document.body == BODY
    assert (state.etag, state.failures, state.last_success, wait(state)) == ('"a"', 0, NOW, 60)
    assert request_headers(state, "kepu (desk@example.org)") == {
        "User-Agent": "kepu (desk@example.org)",
        "Accept-Encoding": "gzip",
        "If-None-Match": '"a"',
    }


def test_a_date_is_the_second_choice_of_validator() -> None:
    state, _ = decide(FeedState(), ok(last_modified="Sat, 18 Jul 2026 05:00:00 GMT"))
    assert request_headers(state, "x")["If-Modified-Since"] == "Sat, 18 Jul 2026 05:00:00 GMT"


def test_the_same_bytes_again_are_no_news() -> None:
    state, _ = decide(FeedState(), ok())
    again, document = decide(state, ok(etag='"new"'))
    assert document is None
    assert again.etag == '"new"'


def test_not_modified_is_a_success_that_clears_failures() -> None:
    state = FeedState(etag='"a"', failures=3, last_error="HTTP status 500", last_hash="h")
    after, document = decide(state, FetchReply(status=304))
    assert document is None
    assert (after.failures, after.last_error, after.etag, after.last_hash) == (0, None, '"a"', "h")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (FetchReply(status=500), "HTTP status 500"),
        (FetchReply(status=404), "HTTP status 404"),
        (ok(content_length="99"), "cut short: 16 of 99"),
        (ok(b"  \n"), "empty"),
        (ok(b"x" * 1_001), "larger than the 1000 bytes"),
        (ok(gzip.compress(b"x" * 100_000), content_encoding="gzip"), "larger than"),
        (ok(gzip.compress(BODY)[:-9], content_encoding="gzip"), "cut short"),
        (ok(b"plain", content_encoding="gzip"), "does not decompress"),
        (ok(content_encoding="br"), "not asked for"),
        (FetchError("timed out after 30 s"), "timed out"),
    ],
)
def test_a_failed_poll_keeps_what_is_known(reply: FetchReply | FetchError, error: str) -> None:
    before = FeedState(etag='"a"', last_hash="h", last_success=NOW - timedelta(hours=1))
    after, document = decide(before, reply)
    assert document is None
    assert after.last_error is not None
    assert error in after.last_error
    assert (after.etag, after.last_hash, after.last_success, after.failures) == (
        '"a"',
        "h",
        before.last_success,
        1,
    )


def test_compressed_bodies_are_opened() -> None:
    wire = gzip.compress(BODY)
    _, document = decide(FeedState(), ok(wire, content_encoding="gzip", content_length=str(len(wire))))
    assert document is not None
    assert document.body == BODY


def test_failures_back_off_to_a_cap() -> None:
    state = FeedState()
    waits = []
    for _ in range(9):
        state, _ = decide(state, FetchReply(status=503))
        waits.append(wait(state))
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("900", 900),
        ("Sat, 18 Jul 2026 06:20:00 GMT", 1200),
        ("5", 60),
        ("soon", 60),
        ("99999999999", 86_400),
    ],
)
def test_retry_after_is_honoured_within_reason(header: str, seconds: float) -> None:
    state, _ = decide(FeedState(), FetchReply(status=429, headers={"retry-after": header}))
    assert wait(state) == seconds


def test_max_age_stretches_the_wait_up_to_a_cap() -> None:
    assert wait(decide(FeedState(), ok(cache_control="public, max-age=300"))[0]) == 300
    assert wait(decide(FeedState(), ok(cache_control="max-age=86400"))[0]) == 3600
    assert wait(decide(FeedState(), ok(cache_control="no-cache"))[0]) == 60


def test_jitter_only_adds() -> None:
    rules = PollRules(every_seconds=100, jitter_ratio=0.5)
    waits = {wait(decide_poll(FeedState(), ok(), NOW, Random(seed), rules)[0]) for seed in range(20)}
    assert len(waits) > 10
    assert all(100 <= seconds <= 150 for seconds in waits)


def test_a_document_that_does_not_parse_counts_as_a_failed_poll() -> None:
    before, _ = decide(FeedState(), ok(etag='"good"'))
    after, document = decide(before, ok(b"<html>", etag='"bad"'))
    assert document is not None
    mended = rejected(before, "USGS summary: an HTML page", NOW, Random(1), RULES)
    assert (mended.etag, mended.last_hash, mended.failures) == ('"good"', before.last_hash, 1)
    assert after.etag == '"bad"'  # what would have hidden the trouble behind a 304


def test_due() -> None:
    assert is_due(FeedState(), NOW)
    assert is_due(FeedState(next_at=NOW), NOW)
    assert not is_due(FeedState(next_at=NOW + timedelta(seconds=1)), NOW)


class Replies:
    """A getter that answers from a list and remembers what it was asked."""

    def __init__(self, *replies: FetchReply | FetchError) -> None:
        self._replies = list(replies)
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float, max_bytes: int) -> FetchReply:
        self.asked.append((url, dict(headers)))
        reply = self._replies.pop(0)
        if isinstance(reply, FetchError):
            raise reply
        return reply


async def test_the_poller_asks_again_with_what_it_learnt() -> None:
    getter = Replies(ok(etag='"a"'), FetchError("refused"), FetchReply(status=304))
    poller = Poller(getter, user_agent="kepu (desk@example.org)", rng=Random(1))
    state = FeedState()
    for failures in (0, 1, 0):
        state, _ = await poller.poll("https://feed.example/a", state, NOW, RULES, {"Accept": "application/json"})
        assert state.failures == failures
    assert "If-None-Match" not in getter.asked[0][1]
    assert getter.asked[2][1]["If-None-Match"] == '"a"'
    assert getter.asked[2][1]["Accept"] == "application/json"
