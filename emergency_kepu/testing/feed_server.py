"""An HTTP server of feeds whose answers are set by the test or the demo: with ETag, 304, gzip, errors, truncation."""

from __future__ import annotations

import gzip
import hashlib

from aiohttp import web


class FeedServer:
    """`publish` sets what a feed answers from now on; it listens on a free port of the loopback."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[int, bytes, dict[str, str]]] = {}
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
        """Close the port."""
        if self._runner:
            await self._runner.cleanup()

    def publish(self, feed: str, body: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """The answer of `feed` from now on."""
        self._answers[feed] = (status, body, headers or {})

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        feed = request.match_info["feed"]
        status, body, headers = self._answers.get(feed, (404, b"", {}))
        etag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        if status == 200 and request.headers.get("If-None-Match") == etag:
            self.requests.append((feed, 304))
            return web.Response(status=304, headers={"ETag": etag})
        self.requests.append((feed, status))
        if status == 200:
            headers = {"ETag": etag, **headers}
            if "gzip" in request.headers.get("Accept-Encoding", ""):
                return web.Response(body=gzip.compress(body), headers={**headers, "Content-Encoding": "gzip"})
        return web.Response(status=status, body=body, headers=headers)
