"""The one HTTP door: every request of every channel and feed goes through here.

Time-outs, size limits, no redirects, no cookies, no proxies, no private addresses unless configured; errors say
whether the request may have arrived. URLs in errors and logs are cut down to the host: robots carry their key in it.

Two transports behind it obey the same contract suite (`tests/contracts/door.py`): aiohttp, which is always there, and
pyreqwest (the `fast` extra), which sends two to three times as many requests a second.
"""

from __future__ import annotations

import importlib.util
import ipaddress
from collections.abc import Mapping
from typing import Protocol

import msgspec
from yarl import URL

from emergency_kepu.channels.address_rules import AddressRules, CheckedResolver
from emergency_kepu.domain.errors import ConfigError, TransientError
from emergency_kepu.feeds.fetch import FetchError, FetchReply

MAX_REPLY_BYTES = 1_000_000
CONNECT_SECONDS = 5.0
"""A connection takes at most this long, or as long as the whole request may where that is less."""
NAMES_LIVE_SECONDS = 60.0
"""How long the addresses of a name are believed."""
_REMEMBERED = 1_000


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


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """An address that the rules permit, as far as it can be known before its name is resolved."""

    url: URL
    text: str
    """The same, encoded."""
    host: str
    """A name, or a numeric address without brackets."""
    port: int
    numeric: bool


class Transport(Protocol):
    """What sends for the door. Connects only to addresses that its resolver, or the door, has checked."""

    async def exchange(
        self, method: str, target: Target, headers: Mapping[str, str], body: bytes, seconds: float, max_bytes: int
    ) -> DoorReply:
        """One exchange within `seconds`; the body as it travelled, at most `max_bytes` + 1 of it."""
        ...

    async def close(self) -> None: ...


class Door:
    """One a process, closed at the end. Bound to the running loop when first used."""

    def __init__(
        self, *, allow_private: tuple[str, ...] = (), timeout_seconds: float = 10.0, transport: str = "auto"
    ) -> None:
        self._rules = AddressRules(allow_private)
        self._timeout = timeout_seconds
        self._kind = chosen(transport)
        self._transport: Transport | None = None
        self._known: dict[str, Target] = {}

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
        target = self._known.get(url) or self._check(url)
        transport = self._transport or self._open()
        return await transport.exchange(method, target, headers or {}, body, timeout or self._timeout, max_bytes)

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float, max_bytes: int) -> FetchReply:
        """The `feeds.fetch.Getter` port: the body as it travelled, at most one byte more than `max_bytes`."""
        try:
            reply = await self.request("GET", url, headers=headers, timeout=timeout, max_bytes=max_bytes)
        except DoorError as problem:
            raise FetchError(str(problem)) from problem
        return FetchReply(status=reply.status, headers=reply.headers, body=reply.body)

    async def close(self) -> None:
        """Let go of all connections."""
        if self._transport is not None:
            await self._transport.close()
            self._transport = None

    def _check(self, url: str) -> Target:
        """Remembered, because channels ask for the same few addresses again and again, and the rules stand still."""
        try:
            parsed = URL(url)
        except ValueError:
            parsed = URL()
        host = parsed.raw_host
        if parsed.scheme not in ("http", "https") or not host or not parsed.port:
            msg = "only http and https addresses are opened"
            raise DoorRefused(msg, maybe_sent=False)
        numeric = _numeric(host)
        if numeric is not None and not self._rules.permits(numeric):
            msg = f"{host} is a private address; name it in http.allow_private if that is meant"
            raise DoorRefused(msg, maybe_sent=False)
        # else a name: the resolver checks what it resolves to
        target = Target(url=parsed, text=str(parsed), host=host, port=parsed.port, numeric=numeric is not None)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[url] = target
        return target

    def _open(self) -> Transport:
        resolver = CheckedResolver(self._rules)
        if self._kind == "pyreqwest":
            from emergency_kepu.channels.door_pyreqwest import PyreqwestTransport

            self._transport = PyreqwestTransport(resolver, connect_seconds=min(CONNECT_SECONDS, self._timeout))
        else:
            from emergency_kepu.channels.door_aiohttp import AiohttpTransport

            self._transport = AiohttpTransport(resolver)
        return self._transport


def chosen(transport: str) -> str:
    """`aiohttp` or `pyreqwest`: what `auto` means here. ConfigError for one that is unknown or not installed."""
    installed = importlib.util.find_spec("pyreqwest") is not None
    if transport == "auto":
        return "pyreqwest" if installed else "aiohttp"
    if transport not in ("aiohttp", "pyreqwest"):
        msg = f"http.door: {transport!r} is none of auto, aiohttp, pyreqwest"
        raise ConfigError(msg)
    if transport == "pyreqwest" and not installed:
        msg = "http.door: pyreqwest is not installed; install `emergency-kepu[fast]` or choose `auto`"
        raise ConfigError(msg)
    return transport


def _numeric(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None
