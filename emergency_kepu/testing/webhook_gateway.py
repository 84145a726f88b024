"""A stand-in for a careful webhook receiver: checks the signature and the time, accepts each id once."""

from __future__ import annotations

import hmac
import json
import time

from aiohttp import web

from emergency_kepu.channels.secrets import Secret
from emergency_kepu.channels.webhook import sign
from emergency_kepu.testing.journal import Journal

_TOLERANCE_SECONDS = 300


class WebhookGateway:
    """Answers 401 to what is not signed with the secret, 200 to a repeat without accepting it twice."""

    def __init__(self, journal: Journal, *, secret: str) -> None:
        self._journal = journal
        self._secret = Secret(secret)
        self._seen: set[str] = set()

    def routes(self) -> list[web.RouteDef]:
        """To be mounted."""
        return [web.post("/hook/{target}", self._receive)]

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        timestamp = request.headers.get("Kepu-Timestamp", "")
        expected = sign(self._secret, timestamp, body)
        given = request.headers.get("Kepu-Signature", "")
        fresh = timestamp.isdigit() and abs(time.time() - int(timestamp)) <= _TOLERANCE_SECONDS
        if not fresh or not hmac.compare_digest(expected, given):
            return web.json_response({"error": "bad signature"}, status=401)
        key = request.headers.get("Idempotency-Key", "")
        if key in self._seen:
            return web.json_response({"status": "known"})
        self._seen.add(key)
        text = json.loads(body)["text"]
        self._journal.write(gateway="webhook", target=request.match_info["target"], text=text, id=key)
        return web.json_response({"status": "accepted"})
