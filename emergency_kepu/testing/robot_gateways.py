"""Stand-ins for DingTalk's and Feishu's group robots: signatures, size and rate limits, errors under HTTP 200."""

from __future__ import annotations

import json
import time
from collections import deque
from typing import Any

from aiohttp import web

from emergency_kepu.channels.robots import Robot, dingtalk_sign, feishu_sign
from emergency_kepu.testing.journal import Journal

_MAX_BYTES = 20_000
_HOUR = 3600.0


class SlidingWindow:
    """At most `limit` in any `seconds`, for each key alone."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._taken: dict[str, deque[float]] = {}

    def take(self, key: str) -> bool:
        """Whether one more may pass now."""
        now = time.monotonic()
        window = self._taken.setdefault(key, deque())
        while window and window[0] <= now - self._seconds:
            window.popleft()
        if len(window) >= self._limit:
            return False
        window.append(now)
        return True


class DingTalkGateway:
    """`robots` by name. Who sends faster than 20 a minute is refused for ten minutes (`minute_seconds` scales both)."""

    def __init__(self, journal: Journal, *, robots: dict[str, Robot], minute_seconds: float = 60.0) -> None:
        self._journal = journal
        self._robots = {robot.token.reveal(): (name, robot) for name, robot in robots.items()}
        self._rate = SlidingWindow(20, minute_seconds)
        self._shut_out: dict[str, float] = {}
        self._punishment = 10 * minute_seconds

    def routes(self) -> list[web.RouteDef]:
        """To be mounted."""
        return [web.post("/robot/send", self._send)]

    async def _send(self, request: web.Request) -> web.Response:
        token = request.query.get("access_token", "")
        if token not in self._robots:
            return _dingtalk(300005, "token is not exist")
        name, robot = self._robots[token]
        if request.content_type != "application/json":
            return _dingtalk(43004, "invalid content-type")
        if robot.secret is not None:
            stamp = request.query.get("timestamp", "")
            if not stamp.isdigit() or abs(time.time() - int(stamp) / 1000) > _HOUR:
                return _dingtalk(310000, "invalid timestamp")
            if request.query.get("sign") != dingtalk_sign(int(stamp), robot.secret):
                return _dingtalk(310000, "sign not match")
        raw = await request.read()
        if len(raw) > _MAX_BYTES:
            return _dingtalk(40035, f"message too long, exceed {_MAX_BYTES} bytes")
        body = _decoded(raw)
        kind = body.get("msgtype")
        if kind not in ("text", "markdown"):
            return _dingtalk(400105, "unsupported msgtype")
        said = body.get(kind) or {}
        content = said.get("content" if kind == "text" else "text")
        if not content or (kind == "markdown" and not said.get("title")):
            return _dingtalk(40035, "missing parameter content")
        if time.monotonic() < self._shut_out.get(token, 0.0) or not self._rate.take(token):
            self._shut_out.setdefault(token, time.monotonic() + self._punishment)
            return _dingtalk(130101, "send too fast, exceed 20 times per minute")
        self._shut_out.pop(token, None)
        self._journal.write(gateway="dingtalk", target=name, text=content)
        return _dingtalk(0, "ok")


class FeishuGateway:
    """`robots` by name. 5 a second and 100 a minute; `minute_seconds` scales both."""

    def __init__(self, journal: Journal, *, robots: dict[str, Robot], minute_seconds: float = 60.0) -> None:
        self._journal = journal
        self._robots = {robot.token.reveal(): (name, robot) for name, robot in robots.items()}
        self._rates = (SlidingWindow(5, minute_seconds / 60), SlidingWindow(100, minute_seconds))

    def routes(self) -> list[web.RouteDef]:
        """To be mounted."""
        return [web.post("/open-apis/bot/v2/hook/{token}", self._send)]

    async def _send(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        if token not in self._robots:
            return _feishu(19001, "param invalid: incoming webhook access token invalid")
        name, robot = self._robots[token]
        raw = await request.read()
        body = _decoded(raw)
        said = _words_of(body)
        if len(raw) > _MAX_BYTES or said is None:
            return _feishu(9499, "Bad Request")
        if robot.secret is not None:
            stamp = str(body.get("timestamp", ""))
            fresh = stamp.isdigit() and abs(time.time() - int(stamp)) <= _HOUR
            if not fresh or body.get("sign") != feishu_sign(int(stamp), robot.secret):
                return _feishu(19021, "sign match fail or timestamp is not within one hour from current time")
        if not all(rate.take(token) for rate in self._rates):
            return _feishu(11232, "frequency limited")
        self._journal.write(gateway="feishu", target=name, text=said)
        return _feishu(0, "success")


def _words_of(body: dict[str, Any]) -> str | None:
    """What a text or a card says; None for what is neither."""
    if body.get("msg_type") == "text" and isinstance(body.get("content"), dict):
        return str(body["content"].get("text", ""))
    card = body.get("card")
    if body.get("msg_type") != "interactive" or not isinstance(card, dict):
        return None
    try:
        texts = [card["header"]["title"], *(each["text"] for each in card["elements"] if each["tag"] == "div")]
        return "\n".join(text["content"] for text in texts)
    except (KeyError, TypeError):
        return None


def _decoded(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _dingtalk(code: int, message: str) -> web.Response:
    return web.json_response({"errcode": code, "errmsg": message})


def _feishu(code: int, message: str) -> web.Response:
    return web.json_response({"code": code, "msg": message, "data": {}})
