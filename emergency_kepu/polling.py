"""Asking one feed: the conditional request, the document on the bus, what is remembered for the next time."""

from __future__ import annotations

import asyncio
import random
from datetime import datetime, timedelta

import msgspec
import structlog

from emergency_kepu.domain.errors import ParseError
from emergency_kepu.feeds.format import FeedContext
from emergency_kepu.feeds.poller import FeedState, Poller, PollRules, is_due, rejected
from emergency_kepu.feeds.registry import load_format
from emergency_kepu.pipeline.jobs import feed_record
from emergency_kepu.pipeline.services import Services
from emergency_kepu.services import Wired
from emergency_kepu.settings import FeedSettings
from emergency_kepu.store import feeds

log = structlog.get_logger(__name__)


class FeedPolling:
    """One a process. A document is durable on the bus before the feed is remembered as read: a crash in between asks
    once more, and the same document twice is one record."""

    def __init__(self, wired: Wired, *, started_at: datetime, rng: random.Random | None = None) -> None:
        self._services: Services = wired.services
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        contact = wired.services.settings.http.contact
        self._poller = Poller(wired.door, user_agent=f"emergency-kepu/0.1 ({contact})", rng=self._rng)
        self._started_at = started_at
        self._asking: dict[str, asyncio.Lock] = {}

    async def poll_if_due(self, name: str, feed: FeedSettings) -> bool:
        """True when it was asked and had something new. Never twice at once: the second would find what the first
        is about to remember."""
        async with self._asking.setdefault(name, asyncio.Lock()):
            before = await self._services.database.read(lambda conn: feeds.get_state(conn, name))
            if not is_due(before, self._services.clock.now()):
                return False
            return (await self.poll(name, feed, before))[1]

    async def poll(self, name: str, feed: FeedSettings, before: FeedState | None = None) -> tuple[FeedState, bool]:
        """Ask now: (what is remembered from now on, whether there was something new)."""
        services = self._services
        if before is None:
            before = await services.database.read(lambda conn: feeds.get_state(conn, name))
        now = services.clock.now()
        rules = PollRules(every_seconds=feed.every_seconds, timeout_seconds=services.settings.http.timeout_seconds)
        state, document = await self._poller.poll(feed.url, before, now, rules, feed.headers)
        if document is None:
            await self._remember(name, state)
            return state, False
        record = feed_record(
            feed=name,
            body=document.body,
            received_at=now,
            received_wall=services.clock.wall(),
            origin="poll",
            backlog=self._is_backlog(before),
        )
        await services.bus.publish([record])
        try:
            load_format(feed.format)(document.body, feed=FeedContext(name=name))
        except ParseError as problem:
            # intake puts the document among the dead letters; the poll counts as failed, so that a 304 cannot hide it
            state = rejected(before, str(problem), now, self._rng, rules)
            state = msgspec.structs.replace(state, last_hash=document.hash)
        await self._remember(name, state)
        return state, True

    def _is_backlog(self, before: FeedState) -> bool:
        quiet = timedelta(minutes=self._services.settings.guards.startup_quiet_minutes)
        return before.last_success is None and self._services.clock.now() - self._started_at < quiet

    async def _remember(self, name: str, state: FeedState) -> None:
        await self._services.database.write(lambda conn: feeds.save_state(conn, name, state))
        if state.last_success:
            self._services.metrics.feed_success.labels(name).set(state.last_success.timestamp())
        if state.last_error:
            self._services.metrics.alerts.labels(name, "failed").inc()
            log.warning("feed_poll_failed", feed=name, error=state.last_error, next_at=str(state.next_at))


async def poll_once(wired: Wired, name: str, feed: FeedSettings) -> tuple[FeedState, bool]:
    """Out of turn, for `kepu feeds poll`."""
    return await FeedPolling(wired, started_at=wired.services.clock.now()).poll(name, feed)
