"""The one HTTP door: every request of every channel and feed goes through here.

Time-outs, size limits, no redirects, no cookies, no proxies, no private addresses unless configured; errors say
whether the request may have arrived. URLs in errors and logs are cut down to the host: robots carry their key in it.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Mapping
from types import SimpleNamespace

import aiohttp
import msgspec
from yarl import URL

from emergency_kepu.channels.address_rules import AddressRefused, AddressRules, CheckedResolver
from emergency_kepu.domain.errors import TransientError
from emergency_kepu.feeds.fetch import FetchError, FetchReply

MAX_REPLY_BYTES = 1_000_000


class DoorReply(msgspec.Struct, frozen=True, kw_only=True):
    """What came back. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class DoorError(TransientError):
    """No usable reply. `maybe_sent`: the request may have arrived all the same."""

    def __init__(self, detail: str, *, maybe_sent: bool) -> None:
        super().__init__(detail)
        self.maybe_sent = maybe_sent


class DoorRefused(DoorError):
    """Our own rules refuse the address or the size of the reply; trying again does not help."""


class Door:
    """One a process, closed at the end. Bound to the running loop when first used."""

    def __init__(self, *, allow_private: tuple[str, ...] = (), timeout_seconds: float = 10.0) -> None:
        self._rules = AddressRules(allow_private)
        self._timeout = timeout_seconds
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        timeout: float | None = None,
        max_bytes: int = MAX_REPLY_BYTES,
    ) -> DoorReply:
        """One exchange; `timeout` in seconds for all of it. DoorError (or DoorRefused) when there is no reply."""
        target = URL(url)
        self._check(target)
        sent = _Sent()
        limits = aiohttp.ClientTimeout(total=timeout or self._timeout, connect=min(5.0, timeout or self._timeout))
        try:
            async with self._client().request(
                method,
                target,
                headers=headers,
                data=body or None,
                timeout=limits,
                allow_redirects=False,
                trace_request_ctx=sent,
            ) as reply:
                read = await _read(reply, max_bytes)
                return DoorReply(
                    status=reply.status,
                    headers={name.lower(): value for name, value in reply.headers.items()},
                    body=read,
                )
        except AddressRefused as problem:
            raise DoorRefused(str(problem), maybe_sent=False) from problem
        except TimeoutError as problem:
            detail = f"{target.host}: no answer within {limits.total:g} s"
            raise DoorError(detail, maybe_sent=sent.happened) from problem
        except (aiohttp.ClientError, OSError) as problem:
            if isinstance(problem.__cause__, AddressRefused):
                raise DoorRefused(str(problem.__cause__), maybe_sent=False) from problem
            detail = f"{target.host}: {type(problem).__name__}"
            raise DoorError(detail, maybe_sent=sent.happened) from problem

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float, max_bytes: int) -> FetchReply:
        """The `feeds.fetch.Getter` port: the body as it travelled, at most one byte more than `max_bytes`."""
        try:
            reply = await self.request("GET", url, headers=headers, timeout=timeout, max_bytes=max_bytes)
        except DoorError as problem:
            raise FetchError(str(problem)) from problem
        return FetchReply(status=reply.status, headers=reply.headers, body=reply.body)

    async def close(self) -> None:
        """Let go of all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _check(self, target: URL) -> None:
        if target.scheme not in ("http", "https") or not target.host:
            msg = "only http and https addresses are opened"
            raise DoorRefused(msg, maybe_sent=False)
        try:
            numeric = ipaddress.ip_address(target.host)
        except ValueError:
            return  # a name: the resolver checks what it resolves to
        if not self._rules.permits(str(numeric)):
            msg = f"{target.host} is a private address; name it in http.allow_private if that is meant"
            raise DoorRefused(msg, maybe_sent=False)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_mark_sent)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, resolver=CheckedResolver(self._rules), ttl_dns_cache=60),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
                trace_configs=[trace],
            )
        return self._session


class _Sent:
    happened = False


async def _mark_sent(_session: aiohttp.ClientSession, context: SimpleNamespace, _params: object) -> None:
    context.trace_request_ctx.happened = True


async def _read(reply: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    chunks: list[bytes] = []
    left = max_bytes + 1
    while left > 0:
        try:
            chunk = await reply.content.read(left)
        except (aiohttp.ClientPayloadError, asyncio.IncompleteReadError):
            break  # cut short: the reader compares the length with Content-Length
        if not chunk:
            break
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)
