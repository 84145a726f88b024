"""SMS through Twilio's Messages resource, with Twilio's own client library on our HTTP door.

https://www.twilio.com/docs/messaging/api/message-resource; error codes: https://www.twilio.com/docs/api/errors
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from aiohttp import encode_basic_auth
from twilio.base.exceptions import TwilioRestException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from emergency_kepu.channels.door import Door, DoorError
from emergency_kepu.channels.http_outcome import from_status, no_reply
from emergency_kepu.channels.port import OutboundMessage, Outcome, Rate, Verdict
from emergency_kepu.channels.secrets import read_secret, scrub
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import ConfigError

_API = "https://api.twilio.com"
MAX_BODY = 1600
"""Characters; longer bodies are error 21617."""

_OPTED_OUT = frozenset({21610})
_BAD_NUMBER = frozenset({21211, 21212, 21214, 21217, 21401, 21407, 21421, 21612, 21614})
_BUSY = frozenset({20429, 21611, 30001, 30022, 63017})
_CONFIG = frozenset({20003, 20404, 21603, 21606, 21608, 21617, 21703})


class TwilioConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`sender` (E.164) or `messaging_service_sid`; secrets are names of environment variables."""

    account_sid_env: str = "TWILIO_ACCOUNT_SID"
    auth_token_env: str = "TWILIO_AUTH_TOKEN"  # noqa: S105 - the name of a variable
    sender: str = ""
    messaging_service_sid: str = ""
    base_url: str = "https://api.twilio.com"
    status_callback: str = ""
    validity_seconds: int = 14_400
    """A warning that arrives later than this helps nobody: Twilio drops it."""
    per_second: int = 0
    """Messages a second over all numbers; 0: as fast as Twilio takes them."""
    concurrency: int = 50


class Twilio:
    """See `channels.port.Channel`."""

    kind = "twilio"
    Config = TwilioConfig
    batch_size = 1
    drill = False

    def __init__(self, name: str, config: TwilioConfig, *, door: Door, environ: Mapping[str, str]) -> None:
        if bool(config.sender) == bool(config.messaging_service_sid):
            msg = f"channel {name!r}: give either `sender` or `messaging_service_sid`"
            raise ConfigError(msg)
        self.name = name
        self.concurrency = config.concurrency
        self.rates = (Rate(limit=config.per_second, per_seconds=1.0),) if config.per_second else ()
        self._config = config
        self._sid = read_secret(config.account_sid_env, environ, f"channel {name!r}")
        self._token = read_secret(config.auth_token_env, environ, f"channel {name!r}")
        self._client = Client(
            self._sid.reveal(), self._token.reveal(), http_client=_DoorClient(door, config.base_url), environment={}
        )

    async def send(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """One request a message."""
        return [await self._send_one(message) for message in messages]

    async def _send_one(self, message: OutboundMessage) -> Outcome:
        if len(message.text) > MAX_BODY:
            detail = f"{len(message.text)} characters; Twilio takes {MAX_BODY}"
            return Outcome(verdict=Verdict.FAILED, reason=Reason.TOO_LONG, detail=detail)
        wanted: dict[str, Any] = {
            "to": message.target,
            "body": message.text,
            "validity_period": self._config.validity_seconds,
        }
        if self._config.sender:
            wanted["from_"] = self._config.sender
        else:
            wanted["messaging_service_sid"] = self._config.messaging_service_sid
        if self._config.status_callback:
            wanted["status_callback"] = self._config.status_callback
        try:
            created = await self._client.messages.create_async(**wanted)
        except DoorError as problem:
            return no_reply(problem)
        except TwilioRestException as problem:
            return self._refused(problem)
        return Outcome(verdict=Verdict.SENT, provider_id=created.sid)

    def _refused(self, problem: TwilioRestException) -> Outcome:
        detail = scrub(f"error {problem.code}: {problem.msg}", self._sid, self._token)
        code = int(problem.code or 0)
        if code in _OPTED_OUT:
            return Outcome(verdict=Verdict.FAILED, reason=Reason.OPTED_OUT, detail=detail)
        if code in _BAD_NUMBER:
            return Outcome(verdict=Verdict.FAILED, reason=Reason.RECIPIENT_REFUSED, detail=detail)
        if code in _BUSY or problem.status == 429:
            return Outcome(verdict=Verdict.RETRY, reason=Reason.RATE_LIMITED, detail=detail)
        if code in _CONFIG:
            return Outcome(verdict=Verdict.FAILED, reason=Reason.CHANNEL_CONFIG, detail=detail)
        return from_status(int(problem.status), {}, detail)

    async def close(self) -> None:
        """Nothing is held: connections belong to the door."""


class _DoorClient(AsyncHttpClient):  # type: ignore[misc]  # the library has no types
    """The library's transport port on our door: its requests obey our rules."""

    def __init__(self, door: Door, base_url: str) -> None:
        super().__init__(logging.getLogger(__name__), is_async=True)
        self._door = door
        self._base_url = base_url.rstrip("/")

    async def request(
        self,
        method: str,
        uri: str,
        params: Mapping[str, object] | None = None,
        data: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        url = uri.replace(_API, self._base_url, 1)
        sent = dict(headers or {})
        if auth:
            sent["Authorization"] = encode_basic_auth(*auth)
        reply = await self._door.request(
            method,
            url + (f"?{urlencode(params)}" if params else ""),
            headers=sent,
            body=urlencode(data or {}).encode(),
            timeout=timeout,
        )
        return Response(reply.status, reply.body.decode("utf-8", "replace"), dict(reply.headers))
