"""A stand-in for WeCom group robots: byte limits, 20 messages a sliding minute, `errcode` under HTTP 200."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Collection

from aiohttp import web

from emergency_kepu.testing.journal import Journal

_LIMITS = {"text": 2048, "markdown": 4096}


class WeComGateway:
    """`keys` maps robot keys to names. A robot in `stubborn` answers its first message 429 and its second 45009.

    `minute_seconds` is how long its minute takes here: a demo that runs sixty times as fast has a minute of one second.
    """

    def __init__(
        self, journal: Journal, *, keys: dict[str, str], stubborn: Collection[str] = (), minute_seconds: float = 60.0
    ) -> None:
        self._journal = journal
        self._keys = keys
        self._stubborn = dict.fromkeys(stubborn, 0)
        self._minute = minute_seconds
        self._sent: dict[str, deque[float]] = {}

    def routes(self) -> list[web.RouteDef]:
        """To be mounted."""
        return [web.post("/cgi-bin/webhook/send", self._send)]

    async def _send(self, request: web.Request) -> web.Response:
        key = request.query.get("key", "")
        if key not in self._keys:
            return _said(93000, "invalid webhook url")
        if key in self._stubborn:
            self._stubborn[key] += 1
            if self._stubborn[key] == 1:
                return web.Response(status=429, headers={"Retry-After": "3"})
            if self._stubborn[key] == 2:
                return _said(45009, "api freq out of limit")
        try:
            body = json.loads(await request.read())
        except ValueError:
            return _said(40058, "invalid json")
        kind = body.get("msgtype")
        if kind not in _LIMITS:
            return _said(40008, "invalid message type")
        content = (body.get(kind) or {}).get("content", "")
        if not content:
            return _said(44004, "empty content")
        if len(content.encode()) > _LIMITS[kind]:
            return _said(40058, f"content exceed max length {_LIMITS[kind]}")
        if self._too_fast(key):
            return _said(45009, "api freq out of limit")
        self._journal.write(gateway="wecom", target=self._keys[key], text=content)
        return _said(0, "ok")

    def _too_fast(self, key: str) -> bool:
        now = time.monotonic()
        window = self._sent.setdefault(key, deque())
        while window and window[0] <= now - self._minute:
            window.popleft()
        if len(window) >= 20:
            return True
        window.append(now)
        return False


def _said(code: int, message: str) -> web.Response:
    return web.json_response({"errcode": code, "errmsg": message})
