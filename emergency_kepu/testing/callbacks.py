"""Signed status callbacks as Twilio posts them: X-Twilio-Signature over the address and the sorted form.

https://www.twilio.com/docs/usage/webhooks/webhooks-security. Posted by a few workers; a desk that does not answer is
asked again a few times, then given up, as the real one gives up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import aiohttp
from twilio.request_validator import RequestValidator

_WORKERS = 32
_TRIES = 5
_PAUSE_SECONDS = 0.2


class StatusCallbacks:
    """A queue of callbacks; `pending` is how many have not been answered yet."""

    def __init__(self, token: str) -> None:
        self._validator = RequestValidator(token)
        self._queue: asyncio.Queue[tuple[str, dict[str, str]]] = asyncio.Queue()
        self._workers: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None
        self.pending = 0
        self.refused: list[int] = []
        """Statuses other than 2xx that the desk answered."""

    async def start(self) -> None:
        """Begin to post."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        self._workers = [asyncio.create_task(self._work()) for _ in range(_WORKERS)]

    async def stop(self) -> None:
        """What is still queued is dropped."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        if self._session:
            await self._session.close()

    def post(self, url: str, form: Mapping[str, str]) -> None:
        """Queue one."""
        self.pending += 1
        self._queue.put_nowait((url, dict(form)))

    async def _work(self) -> None:
        assert self._session is not None
        while True:
            url, form = await self._queue.get()
            headers = {"X-Twilio-Signature": self._validator.compute_signature(url, form)}
            for _ in range(_TRIES):
                try:
                    async with self._session.post(url, data=form, headers=headers) as reply:
                        if reply.status >= 300:
                            self.refused.append(reply.status)
                        break
                except (aiohttp.ClientError, TimeoutError):
                    await asyncio.sleep(_PAUSE_SECONDS)
            self.pending -= 1
