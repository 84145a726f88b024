"""A stand-in for Twilio's Messages resource: basic auth, form body, its real error bodies and status codes."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import itertools
import time
from collections.abc import Collection

from aiohttp import web

from emergency_kepu.testing.callbacks import StatusCallbacks
from emergency_kepu.testing.journal import Journal

_MORE = "https://www.twilio.com/docs/errors/"


class TwilioGateway:
    """`refused` numbers get 21610 (opted out), `invalid` ones 21211; every `busy_every`-th request a 429.

    With `callbacks`, a message that names a StatusCallback is followed by `delivered`, or for `landlines`
    by `undelivered` with error 30006, each signed.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        sid: str,
        token: str,
        refused: Collection[str] = (),
        invalid: Collection[str] = (),
        busy_every: int = 0,
        landlines: Collection[str] = (),
        callbacks: StatusCallbacks | None = None,
        delay_seconds: float = 0.0,
    ) -> None:
        self._delay_seconds = delay_seconds
        self._journal = journal
        self._sid = sid
        self._auth = "Basic " + base64.b64encode(f"{sid}:{token}".encode()).decode()
        self._refused = frozenset(refused)
        self._invalid = frozenset(invalid)
        self._busy_every = busy_every
        self._landlines = frozenset(landlines)
        self._callbacks = callbacks
        self._requests = itertools.count(1)

    def routes(self) -> list[web.RouteDef]:
        """To be mounted."""
        return [
            web.post("/2010-04-01/Accounts/{sid}/Messages.json", self._create),
            web.get("/-/twilio/pending", self._pending),
        ]

    async def _pending(self, request: web.Request) -> web.Response:
        """Ours, not Twilio's: callbacks that the desk has not answered yet."""
        waiting = self._callbacks.pending if self._callbacks else 0
        return web.json_response({"pending": waiting, "refused": self._callbacks.refused if self._callbacks else []})

    async def _create(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != self._auth:
            return _error(401, 20003, "Authenticate")
        if request.match_info["sid"] != self._sid:
            return _error(404, 20404, f"The requested resource {request.path} was not found")
        if self._busy_every and next(self._requests) % self._busy_every == 0:
            return _error(429, 20429, "Too Many Requests")
        form = await request.post()
        to, body = str(form.get("To", "")), str(form.get("Body", ""))
        if not to:
            return _error(400, 21604, "A 'To' phone number is required.")
        if not form.get("From") and not form.get("MessagingServiceSid"):
            return _error(400, 21603, "A 'From' phone number is required.")
        if not body:
            return _error(400, 21602, "Message body is required.")
        if len(body) > 1600:
            return _error(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        if to in self._refused:
            return _error(400, 21610, "Attempt to send to unsubscribed recipient")
        if to in self._invalid or not to.startswith("+") or not to[1:].isdigit() or len(to) > 16:
            return _error(400, 21211, f"Invalid 'To' Phone Number: {to}")
        sid = "SM" + hashlib.blake2b(f"{to}{body}".encode(), digest_size=16).hexdigest()
        if to not in self._landlines:  # Twilio takes it, and says later that it cannot be delivered
            self._journal.write(gateway="twilio", target=to, text=body, at=time.time())
        self._call_back(str(form.get("StatusCallback", "")), sid, to, str(form.get("From", "")))
        if self._delay_seconds:
            await asyncio.sleep(self._delay_seconds)
        created = {
            "account_sid": self._sid,
            "api_version": "2010-04-01",
            "body": body,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": form.get("From"),
            "num_media": "0",
            "num_segments": "1",
            "sid": sid,
            "status": "queued",
            "to": to,
        }
        return web.json_response(created, status=201)

    def _call_back(self, url: str, sid: str, to: str, sender: str) -> None:
        if not url or self._callbacks is None:
            return
        base = {"AccountSid": self._sid, "ApiVersion": "2010-04-01", "From": sender, "MessageSid": sid, "SmsSid": sid}
        if to in self._landlines:
            last = {"MessageStatus": "undelivered", "SmsStatus": "undelivered", "ErrorCode": "30006"}
        else:
            last = {"MessageStatus": "delivered", "SmsStatus": "delivered"}
        self._callbacks.post(url, {**base, "To": to, **last})


def _error(status: int, code: int, message: str) -> web.Response:
    body = {"code": code, "message": message, "more_info": f"{_MORE}{code}", "status": status}
    return web.json_response(body, status=status)
