"""WeCom (企业微信) group robots. The key in the address is the only secret; `errcode` decides, not the HTTP status.

https://developer.work.weixin.qq.com/document/path/99110: text up to 2048 bytes of UTF-8, markdown up to 4096, 20
messages a minute a robot; 45009 throttled, 93000 wrong or revoked key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from emergency_kepu.channels.door import Door, DoorError
from emergency_kepu.channels.http_outcome import from_status, no_reply
from emergency_kepu.channels.port import OutboundMessage, Outcome, Rate, Verdict
from emergency_kepu.channels.secrets import Secret, read_secret, scrub
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import ConfigError

MAX_BYTES = {"text": 2048, "markdown": 4096}
PER_MINUTE = 20
_THROTTLED = 45009
_BUSY = -1
_CONFIG = frozenset({93000, 40008, 40058, 44004})


class WeComConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`robots_env` names a variable that holds `name=key` pairs, one a line or separated by commas."""

    robots_env: str
    format: Literal["text", "markdown"] = "text"
    base_url: str = "https://qyapi.weixin.qq.com"
    per_minute: int = PER_MINUTE
    concurrency: int = 8
    drill: bool = False


class _Reply(msgspec.Struct):
    errcode: int
    errmsg: str = ""


class WeCom:
    """See `channels.port.Channel`. Targets are robot names."""

    kind = "wecom"
    Config = WeComConfig
    batch_size = 1

    def __init__(self, name: str, config: WeComConfig, *, door: Door, environ: Mapping[str, str]) -> None:
        self.name = name
        self.concurrency = config.concurrency
        self.drill = config.drill
        self.rates = (Rate(limit=config.per_minute, per_seconds=60.0, per_target=True),)
        self._format = config.format
        self._door = door
        self._address = config.base_url.rstrip("/") + "/cgi-bin/webhook/send?key="
        self._keys = _robots(read_secret(config.robots_env, environ, f"channel {name!r}"), name)

    async def send(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """One request a message."""
        return [await self._send_one(message) for message in messages]

    async def _send_one(self, message: OutboundMessage) -> Outcome:
        key = self._keys.get(message.target)
        if key is None:
            detail = f"no robot named {message.target!r} is configured"
            return Outcome(verdict=Verdict.FAILED, reason=Reason.CHANNEL_CONFIG, detail=detail)
        size = len(message.text.encode())
        if size > MAX_BYTES[self._format]:
            detail = f"{size} bytes; a {self._format} message holds {MAX_BYTES[self._format]}"
            return Outcome(verdict=Verdict.FAILED, reason=Reason.TOO_LONG, detail=detail)
        body = msgspec.json.encode({"msgtype": self._format, self._format: {"content": message.text}})
        try:
            reply = await self._door.request(
                "POST", self._address + key.reveal(), headers={"Content-Type": "application/json"}, body=body
            )
        except DoorError as problem:
            return no_reply(problem)
        if reply.status != 200:
            return from_status(reply.status, reply.headers, "")
        try:
            said = msgspec.json.decode(reply.body, type=_Reply)
        except msgspec.DecodeError:
            detail = "the reply is not what WeCom sends"
            return Outcome(verdict=Verdict.RETRY, reason=Reason.PROVIDER_BUSY, detail=detail, maybe_sent=True)
        return _outcome(said, scrub(said.errmsg, key))

    async def close(self) -> None:
        """Nothing is held: connections belong to the door."""


def _outcome(said: _Reply, message: str) -> Outcome:
    detail = f"errcode {said.errcode}: {message}"
    if said.errcode == 0:
        return Outcome(verdict=Verdict.SENT)
    if said.errcode == _THROTTLED:
        return Outcome(verdict=Verdict.RETRY, reason=Reason.RATE_LIMITED, detail=detail, retry_after=60.0)
    if said.errcode == _BUSY:
        return Outcome(verdict=Verdict.RETRY, reason=Reason.PROVIDER_BUSY, detail=detail)
    reason = Reason.CHANNEL_CONFIG if said.errcode in _CONFIG else Reason.PROVIDER_REFUSED
    return Outcome(verdict=Verdict.FAILED, reason=reason, detail=detail)


def _robots(listed: Secret, name: str) -> dict[str, Secret]:
    robots: dict[str, Secret] = {}
    for item in listed.reveal().replace("\n", ",").split(","):
        if item.strip():
            robot, separator, key = item.strip().partition("=")
            if not separator or not key:
                msg = f"channel {name!r}: robots are given as name=key pairs; one has no `=`"
                raise ConfigError(msg)
            robots[robot] = Secret(key)
    return robots
