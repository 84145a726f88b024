"""Feishu (飞书) group robots. Time (seconds) and signature go into the body; `code` in the reply's body decides.

Up to 20 KB a request, 5 messages a second and 100 a minute a robot (open.feishu.cn, guide to custom bots).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import quote

import msgspec

from emergency_kepu.channels.door import Door, DoorError
from emergency_kepu.channels.http_outcome import from_status, no_reply
from emergency_kepu.channels.port import OutboundMessage, Outcome, Rate, Verdict
from emergency_kepu.channels.robots import Robot, feishu_sign, read_robots
from emergency_kepu.channels.secrets import read_secret
from emergency_kepu.domain.decision import Reason

MAX_BYTES = 20_000
PER_SECOND = 5
PER_MINUTE = 100
_COLOURS = frozenset({"red", "orange", "yellow", "blue"})
_THROTTLED = frozenset({11232, 99991400})
_CONFIG = frozenset({9499, 19001, 19021, 19022, 19024})


class FeishuConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`robots_env` names a variable of `name=token:secret`; the secret is absent where a robot does not sign."""

    robots_env: str
    format: Literal["text", "card"] = "text"
    base_url: str = "https://open.feishu.cn"
    per_second: int = PER_SECOND
    per_minute: int = PER_MINUTE
    concurrency: int = 8
    drill: bool = False


class _Reply(msgspec.Struct):
    """Older replies say `StatusCode` where newer ones say `code`; some say both."""

    code: int | None = None
    msg: str = ""
    old_code: int | None = msgspec.field(default=None, name="StatusCode")


class Feishu:
    """See `channels.port.Channel`. Targets are robot names."""

    kind = "feishu"
    Config = FeishuConfig
    batch_size = 1

    def __init__(self, name: str, config: FeishuConfig, *, door: Door, environ: Mapping[str, str]) -> None:
        self.name = name
        self.concurrency = config.concurrency
        self.drill = config.drill
        self.rates = (
            Rate(limit=config.per_second, per_seconds=1.0, per_target=True),
            Rate(limit=config.per_minute, per_seconds=60.0, per_target=True),
        )
        self._format = config.format
        self._door = door
        self._address = config.base_url.rstrip("/") + "/open-apis/bot/v2/hook/"
        self._robots = read_robots(read_secret(config.robots_env, environ, f"channel {name!r}"), name)

    async def send(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """One request a message."""
        return [await self._send_one(message) for message in messages]

    async def _send_one(self, message: OutboundMessage) -> Outcome:
        robot = self._robots.get(message.target)
        if robot is None:
            detail = f"no robot named {message.target!r} is configured"
            return Outcome(verdict=Verdict.FAILED, reason=Reason.CHANNEL_CONFIG, detail=detail)
        body = _signed(_card(message) if self._format == "card" else _text(message.text), robot)
        if len(body) > MAX_BYTES:
            detail = f"{len(body)} bytes; a request holds {MAX_BYTES}"
            return Outcome(verdict=Verdict.FAILED, reason=Reason.TOO_LONG, detail=detail)
        url = self._address + quote(robot.token.reveal(), safe="")
        try:
            reply = await self._door.request("POST", url, headers={"Content-Type": "application/json"}, body=body)
        except DoorError as problem:
            return no_reply(problem)
        try:
            said = msgspec.json.decode(reply.body, type=_Reply)
        except msgspec.DecodeError:
            said = _Reply()
        code = said.old_code if said.code is None else said.code
        if reply.status != 200 and not code:
            return from_status(reply.status, reply.headers, "")
        return _outcome(code, robot.scrub(said.msg))

    async def close(self) -> None:
        """Nothing is held: connections belong to the door."""


def _text(text: str) -> dict[str, object]:
    # Feishu reads `<at user_id="all">` inside a text as a call on everybody: words of an alert must not do that.
    return {"msg_type": "text", "content": {"text": text.replace("<at", "< at")}}


def _card(message: OutboundMessage) -> dict[str, object]:
    """The text as it is, under a head with its title: `plain_text`, in which nothing acts."""
    first, _, rest = message.text.partition("\n")
    title = message.title or first
    text = rest.strip() if first == title and rest.strip() else message.text
    return {
        "msg_type": "interactive",
        "card": {
            "config": {"wide_screen_mode": True},
            "header": {"title": _plain(title), "template": _colour(message)},
            "elements": [{"tag": "div", "text": _plain(text)}],
        },
    }


def _plain(content: str) -> dict[str, str]:
    return {"tag": "plain_text", "content": content}


def _colour(message: OutboundMessage) -> str:
    """The warning's own colour; grey for an exercise, green when it is over, blue where nobody gave one."""
    if message.drill:
        return "grey"
    if message.payload.get("kind") == "all_clear":
        return "green"
    given = message.payload.get("level_colour")
    return given if isinstance(given, str) and given in _COLOURS else "blue"


def _signed(content: dict[str, object], robot: Robot) -> bytes:
    signed: dict[str, object] = {}
    if robot.secret is not None:
        now = int(time.time())
        signed = {"timestamp": str(now), "sign": feishu_sign(now, robot.secret)}
    return msgspec.json.encode({**signed, **content})


def _outcome(code: int | None, message: str) -> Outcome:
    if code == 0:
        return Outcome(verdict=Verdict.SENT)
    if code is None:
        detail = "the reply is not what Feishu sends"
        return Outcome(verdict=Verdict.RETRY, reason=Reason.PROVIDER_BUSY, detail=detail, maybe_sent=True)
    detail = f"code {code}: {message}"
    if code in _THROTTLED:
        return Outcome(verdict=Verdict.RETRY, reason=Reason.RATE_LIMITED, detail=detail)
    reason = Reason.CHANNEL_CONFIG if code in _CONFIG else Reason.PROVIDER_REFUSED
    return Outcome(verdict=Verdict.FAILED, reason=reason, detail=detail)
