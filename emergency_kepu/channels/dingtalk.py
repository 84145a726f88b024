"""DingTalk (钉钉) group robots. Time (milliseconds) and signature go into the address; `errcode` in the body decides.

Up to 20,000 bytes a request, 20 messages a minute a robot; who sends faster is shut out for ten minutes.
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
from emergency_kepu.channels.robots import Robot, dingtalk_sign, read_robots
from emergency_kepu.channels.secrets import read_secret
from emergency_kepu.domain.decision import Reason

MAX_BYTES = 20_000
PER_MINUTE = 20
SHUT_OUT_SECONDS = 600.0
_THROTTLED = frozenset({130101, 410100})
_PUNISHED = 1111
_BUSY = -1
_CONFIG = frozenset({310000, 300001, 300005, 400101, 400102, 400106, 400013, 40035, 43004, 400105})


class DingTalkConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`robots_env` names a variable of `name=token:secret`; the secret is absent where a robot does not sign."""

    robots_env: str
    format: Literal["text", "markdown"] = "text"
    base_url: str = "https://oapi.dingtalk.com"
    per_minute: int = PER_MINUTE
    concurrency: int = 8
    drill: bool = False


class _Reply(msgspec.Struct):
    """Throttling is told either by `errcode` or by `status` and `punish`."""

    errcode: int | None = None
    errmsg: str = ""
    status: int | None = None
    wait: float | None = None


class DingTalk:
    """See `channels.port.Channel`. Targets are robot names."""

    kind = "dingtalk"
    Config = DingTalkConfig
    batch_size = 1

    def __init__(self, name: str, config: DingTalkConfig, *, door: Door, environ: Mapping[str, str]) -> None:
        self.name = name
        self.concurrency = config.concurrency
        self.drill = config.drill
        self.rates = (Rate(limit=config.per_minute, per_seconds=60.0, per_target=True),)
        self._format = config.format
        self._door = door
        self._address = config.base_url.rstrip("/") + "/robot/send?access_token="
        self._robots = read_robots(read_secret(config.robots_env, environ, f"channel {name!r}"), name)

    async def send(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """One request a message."""
        return [await self._send_one(message) for message in messages]

    async def _send_one(self, message: OutboundMessage) -> Outcome:
        robot = self._robots.get(message.target)
        if robot is None:
            detail = f"no robot named {message.target!r} is configured"
            return Outcome(verdict=Verdict.FAILED, reason=Reason.CHANNEL_CONFIG, detail=detail)
        body = self._body(message)
        if len(body) > MAX_BYTES:
            detail = f"{len(body)} bytes; a request holds {MAX_BYTES}"
            return Outcome(verdict=Verdict.FAILED, reason=Reason.TOO_LONG, detail=detail)
        try:
            reply = await self._door.request(
                "POST", self._url(robot), headers={"Content-Type": "application/json"}, body=body
            )
        except DoorError as problem:
            return no_reply(problem)
        if reply.status != 200:
            return from_status(reply.status, reply.headers, "")
        try:
            said = msgspec.json.decode(reply.body, type=_Reply)
        except msgspec.DecodeError:
            said = _Reply()
        return _outcome(said, robot.scrub(said.errmsg))

    def _body(self, message: OutboundMessage) -> bytes:
        if self._format == "text":
            return msgspec.json.encode({"msgtype": "text", "text": {"content": message.text}})
        # the title is what a notification shows; the text says it again as its heading
        content = {"title": message.title or message.text.partition("\n")[0], "text": message.text}
        return msgspec.json.encode({"msgtype": "markdown", "markdown": content})

    def _url(self, robot: Robot) -> str:
        address = self._address + quote(robot.token.reveal(), safe="")
        if robot.secret is None:
            return address
        now = time.time_ns() // 1_000_000
        return f"{address}&timestamp={now}&sign={quote(dingtalk_sign(now, robot.secret), safe='')}"

    async def close(self) -> None:
        """Nothing is held: connections belong to the door."""


def _outcome(said: _Reply, message: str) -> Outcome:
    detail = f"errcode {said.errcode}: {message}"
    if said.errcode == 0:
        return Outcome(verdict=Verdict.SENT)
    if said.errcode in _THROTTLED or said.status == _PUNISHED:
        # Without a word on how long, the whole ten minutes: tries inside them would only use up the message's attempts.
        after = SHUT_OUT_SECONDS if said.wait is None else said.wait
        return Outcome(verdict=Verdict.RETRY, reason=Reason.RATE_LIMITED, detail=detail, retry_after=after)
    if said.errcode is None:
        detail = "the reply is not what DingTalk sends"
        return Outcome(verdict=Verdict.RETRY, reason=Reason.PROVIDER_BUSY, detail=detail, maybe_sent=True)
    if said.errcode == _BUSY:
        return Outcome(verdict=Verdict.RETRY, reason=Reason.PROVIDER_BUSY, detail=detail)
    reason = Reason.CHANNEL_CONFIG if said.errcode in _CONFIG else Reason.PROVIDER_REFUSED
    return Outcome(verdict=Verdict.FAILED, reason=reason, detail=detail)
