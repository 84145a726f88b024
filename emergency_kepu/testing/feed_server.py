"""An HTTP server of feeds whose answers are set by the test or the demo: ETag, 304, gzip, errors, slow, truncated."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from typing import NamedTuple

from aiohttp import web


class _Answer(NamedTuple):
    status: int
    body: bytes
    headers: dict[str, str]
    hangs_after: int | None
    breaks_off_after: int | None


class FeedServer:
    """`publish` sets what a feed answers from now on; it listens on a free port of the loopback."""

    def __init__(self) -> None:
        self._answers: dict[str, _Answer] = {}
        self._closing = asyncio.Event()
        self.requests: list[tuple[str, int]] = []
        """(feed, status answered), in order."""
        self._runner: web.AppRunner | None = None
        self.port = 0

    async def start(self, port: int = 0) -> None:
        """Listen; `port` holds the port from then on."""
        app = web.Application()
        app.router.add_get("/{feed}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the port; whoever is still kept waiting is let go."""
        self._closing.set()
        if self._runner:
            await self._runner.cleanup()

    def publish(
        self,
        feed: str,
        body: bytes,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        hangs_after: int | None = None,
        breaks_off_after: int | None = None,
    ) -> None:
        """The answer of `feed` from now on. It may send nothing more after so many bytes, or hang up there although it
        promised the whole length."""
        self._answers[feed] = _Answer(status, body, headers or {}, hangs_after, breaks_off_after)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        feed = request.match_info["feed"]
        answer = self._answers.get(feed, _Answer(404, b"", {}, None, None))
        status, body, headers = answer.status, answer.body, answer.headers
        etag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        if status == 200 and request.headers.get("If-None-Match") == etag:
            self.requests.append((feed, 304))
            return web.Response(status=304, headers={"ETag": etag})
        self.requests.append((feed, status))
        if answer.hangs_after is not None or answer.breaks_off_after is not None:
            return await self._in_part(request, answer)
        if status == 200:
            headers = {"ETag": etag, **headers}
            if "gzip" in request.headers.get("Accept-Encoding", ""):
                return web.Response(body=gzip.compress(body), headers={**headers, "Content-Encoding": "gzip"})
        return web.Response(status=status, body=body, headers=headers)

    async def _in_part(self, request: web.Request, answer: _Answer) -> web.StreamResponse:
        reply = web.StreamResponse(status=answer.status, headers=answer.headers)
        reply.content_length = len(answer.body)
        await reply.prepare(request)
        if answer.hangs_after is not None:
            await reply.write(answer.body[: answer.hangs_after])
            await self._closing.wait()
        else:
            await reply.write(answer.body[: answer.breaks_off_after])
        if request.transport is not None:
            request.transport.close()
        return reply
