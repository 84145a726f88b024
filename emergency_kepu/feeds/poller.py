"""Polling one feed politely: conditional requests, back-off with jitter, and a state that is a plain value.

What to do after a reply is a pure decision (`decide_poll`); `Poller` only asks the question and hands the
answer over. A failed poll never changes what is known: no alert ends because a server was down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

import msgspec

from emergency_kepu.domain.errors import ParseError
from emergency_kepu.feeds.fetch import FetchError, FetchReply, Getter
from emergency_kepu.feeds.format import MAX_DOCUMENT_BYTES
from emergency_kepu.feeds.reply_body import whole_body
from emergency_kepu.feeds.retry_after import max_age, retry_after

_NOT_MODIFIED = 304
_OK = 200


class PollRules(msgspec.Struct, frozen=True, kw_only=True):
    """How often, and how patiently. Durations in seconds."""

    every_seconds: float = 60.0
    backoff_cap_seconds: float = 3600.0
    max_age_cap_seconds: float = 3600.0
    """A longer Cache-Control is not believed: a wrong header must not silence a warning feed for a day."""
    retry_after_cap_seconds: float = 86_400.0
    jitter_ratio: float = 0.1
    """Up to this share is added to each wait, so that many desks do not ask in the same second."""
    timeout_seconds: float = 30.0
    max_bytes: int = MAX_DOCUMENT_BYTES


class FeedState(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a feed between polls. The empty value is a feed never asked."""

    etag: str | None = None
    last_modified: str | None = None
    next_at: datetime | None = None
    """Not before this instant; None: at once."""
    failures: int = 0
    """In a row."""
    last_success: datetime | None = None
    last_error: str | None = None
    last_hash: str | None = None
    """SHA-256 of the last document handed over."""


class FetchedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that differs from the last one; `hash` names it (SHA-256, hex)."""

    body: bytes
    hash: str
    fetched_at: datetime


def request_headers(state: FeedState, user_agent: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The headers of a conditional GET. Several services refuse a client that does not name a contact."""
    headers = {"User-Agent": user_agent, "Accept-Encoding": "gzip", **(extra or {})}
    if state.etag:
        headers["If-None-Match"] = state.etag
    elif state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    return headers


def is_due(state: FeedState, now: datetime) -> bool:
    """Whether the feed may be asked now."""
    return state.next_at is None or state.next_at <= now


def decide_poll(
    state: FeedState,
    reply: FetchReply | FetchError,
    now: datetime,
    rng: Random,
    rules: PollRules = PollRules(),  # noqa: B008 - a frozen value
) -> tuple[FeedState, FetchedDocument | None]:
    """The state after a reply, and the document when there is news. Pure but for the draw from `rng`.

    Save the state only after the document is durable: then a crash in between fetches it again.
    """
    if isinstance(reply, FetchError):
        return _failed(state, str(reply), now, rng, rules, None), None
    wait = retry_after(reply.headers, now)
    if reply.status == _NOT_MODIFIED:
        return _succeeded(state, reply, now, rng, rules, state.last_hash), None
    if reply.status != _OK:
        return _failed(state, f"HTTP status {reply.status}", now, rng, rules, wait), None
    try:
        body = whole_body(reply, rules.max_bytes)
    except ParseError as problem:
        return _failed(state, str(problem), now, rng, rules, wait), None
    if not body.strip():
        return _failed(state, "the body is empty", now, rng, rules, wait), None
    digest = hashlib.sha256(body).hexdigest()
    after = msgspec.structs.replace(
        _succeeded(state, reply, now, rng, rules, digest),
        etag=reply.headers.get("etag"),
        last_modified=reply.headers.get("last-modified"),
    )
    if digest == state.last_hash:
        return after, None
    return after, FetchedDocument(body=body, hash=digest, fetched_at=now)


def rejected(
    before: FeedState,
    detail: str,
    now: datetime,
    rng: Random,
    rules: PollRules = PollRules(),  # noqa: B008 - a frozen value
) -> FeedState:
    """The state when the fetched document could not be parsed: a failed poll.

    Built on the state *before* that poll, so that the validators of the bad document are forgotten and a 304
    cannot pass for health.
    """
    return _failed(before, detail, now, rng, rules, None)


def _succeeded(
    state: FeedState, reply: FetchReply, now: datetime, rng: Random, rules: PollRules, digest: str | None
) -> FeedState:
    fresh = max_age(reply.headers) or timedelta(0)
    fresh = min(fresh, timedelta(seconds=rules.max_age_cap_seconds))
    asked = min(retry_after(reply.headers, now) or timedelta(0), timedelta(seconds=rules.retry_after_cap_seconds))
    wait = max(timedelta(seconds=rules.every_seconds), fresh, asked)
    return msgspec.structs.replace(
        state,
        next_at=now + _with_jitter(wait, rng, rules),
        failures=0,
        last_success=now,
        last_error=None,
        last_hash=digest,
    )


def _failed(
    state: FeedState, detail: str, now: datetime, rng: Random, rules: PollRules, asked: timedelta | None
) -> FeedState:
    """Back off:
    the wait doubles with each failure in a row up to a cap, and is never shorter than asked for.
    """
    failures = state.failures + 1
    doubled = rules.every_seconds * 2.0 ** min(failures - 1, 30)
    wait = timedelta(seconds=min(doubled, max(rules.backoff_cap_seconds, rules.every_seconds)))
    if asked is not None:
        wait = max(wait, min(asked, timedelta(seconds=rules.retry_after_cap_seconds)))
    return msgspec.structs.replace(
        state,
        next_at=now + _with_jitter(wait, rng, rules),
        failures=failures,
        last_error=" ".join(detail.split())[:300],
    )


def _with_jitter(wait: timedelta, rng: Random, rules: PollRules) -> timedelta:
    return wait * (1.0 + rules.jitter_ratio * rng.random())


class Poller:
    """Asks one address at a time through a `Getter`. Holds no state of its own."""

    def __init__(self, getter: Getter, *, user_agent: str, rng: Random) -> None:
        self._getter = getter
        self._user_agent = user_agent
        self._rng = rng

    async def poll(
        self,
        url: str,
        state: FeedState,
        now: datetime,
        rules: PollRules,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[FeedState, FetchedDocument | None]:
        """One conditional GET and what follows from it.

        Never raises for what a server or the network does.
        """
        reply: FetchReply | FetchError
        try:
            reply = await self._getter.get(
                url,
                headers=request_headers(state, self._user_agent, headers),
                timeout=rules.timeout_seconds,
                max_bytes=rules.max_bytes,
            )
        except FetchError as problem:
            reply = problem
        return decide_poll(state, reply, now, self._rng, rules)
