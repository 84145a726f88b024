"""Counting on public pages without a write for each visitor: added up in memory, written every few seconds.

Thousands may open a page in the minute in which the warning itself has to go out; their counting must not stand in its
way. What a process that is killed had not written yet is missing from the counts, nothing else.
"""

from __future__ import annotations

import asyncio
from collections import Counter

import structlog

from emergency_kepu.pipeline.services import Services
from emergency_kepu.store.page_counts import PageKey, add_up

log = structlog.get_logger(__name__)
_EVERY_SECONDS = 5.0


class PageCounting:
    """One a desk."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._counted: Counter[PageKey] = Counter()
        self._writing: asyncio.Task[None] | None = None

    def count(self, key: PageKey) -> None:
        """One more."""
        self._counted[key] += 1
        self._services.metrics.pages.labels(key.what).inc()
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._later())

    async def flush(self) -> None:
        """Write what is not written yet."""
        counted, self._counted = self._counted, Counter()
        if not counted:
            return
        try:
            await self._services.database.write(lambda conn: add_up(conn, counted))
        except BaseException:
            self._counted += counted
            raise

    async def _later(self) -> None:
        await asyncio.sleep(_EVERY_SECONDS)
        try:
            await self.flush()
        except Exception as problem:  # noqa: BLE001 - counted again with the next visitor
            log.warning("page_counts_wait", why=str(problem))
