"""The door on pyreqwest: Rust's reqwest, which does the work of HTTP outside the interpreter lock.

Its own resolver would ask for a name a second time after we have checked the first answer, so each name gets a client
of its own that is told the one address to use. A name that changes its mind gets a new client, with a checked address.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from datetime import timedelta
from time import monotonic

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import (
    BuilderError,
    PyreqwestError,
    RequestError,
    RequestTimeoutError,
)
from pyreqwest.http import Url
from pyreqwest.response import Response

from emergency_kepu.channels.address_rules import AddressRefused, CheckedResolver
from emergency_kepu.channels.door import NAMES_LIVE_SECONDS, DoorError, DoorRefused, DoorReply, Target

_CONNECTING = "client error (Connect)"
_ANY_NUMERIC = ("", 0)
_REMEMBERED = 1_000


class _Way:
    """How one name and port is reached: a client bound to one checked address at a time."""

    __slots__ = ("addresses", "client", "until")

    def __init__(self, addresses: list[str], client: Client, until: float) -> None:
        self.addresses = addresses
        self.client = client
        self.until = until


class PyreqwestTransport:
    """See `channels.door.Transport`. `connect_seconds` bounds each connection."""

    def __init__(self, resolver: CheckedResolver, *, connect_seconds: float) -> None:
        self._resolver = resolver
        self._connect_seconds = connect_seconds
        self._urls: dict[str, Url] = {}
        self._ways: dict[tuple[str, int], _Way] = {}
        self._asking: dict[tuple[str, int], asyncio.Task[_Way]] = {}

    async def exchange(
        self, method: str, target: Target, headers: Mapping[str, str], body: bytes, seconds: float, max_bytes: int
    ) -> DoorReply:
        """See `channels.door.Transport`. When it runs out of time while connecting it cannot tell whether anything
        was sent, and says that it may have been."""
        began = monotonic()
        url = self._urls.get(target.text) or self._same(target)
        key = _ANY_NUMERIC if target.numeric else (target.host, target.port)
        way = self._ways.get(key)
        if way is None or way.until < began:
            way = await self._find(key, target, seconds)
        tries = len(way.addresses)
        while True:
            left = timedelta(seconds=max(0.001, seconds - (monotonic() - began)))
            try:
                builder = way.client.request(method, url).headers(headers).timeout(left)
                builder = builder.streamed_read_buffer_limit(1)
                if body:
                    builder = builder.body_bytes(body)
                async with builder.build_streamed() as reply:
                    told = dict(reply.headers.items())
                    return DoorReply(status=reply.status, headers=told, body=await _read(reply, told, max_bytes))
            except PyreqwestError as problem:
                # `from None`: what the library says holds the address, and the address may hold a robot's key
                if isinstance(problem, BuilderError):
                    raise DoorRefused(f"{target.host}: {type(problem).__name__}", maybe_sent=False) from None
                connecting = _was_connecting(problem)
                tries -= 1
                if connecting and tries > 0 and monotonic() - began < seconds:
                    self._turn(key, target, way)  # nothing was sent: the name's next address may answer
                    continue
                if isinstance(problem, RequestTimeoutError) and not connecting:
                    raise DoorError(f"{target.host}: no answer within {seconds:g} s", maybe_sent=True) from None
                raise DoorError(f"{target.host}: {type(problem).__name__}", maybe_sent=not connecting) from None
            except ValueError as problem:  # a header that would be two
                raise DoorRefused(f"{target.host}: {type(problem).__name__}", maybe_sent=False) from None

    async def close(self) -> None:
        """Let go of all connections."""
        ways, self._ways = list(self._ways.values()), {}
        for task in self._asking.values():
            task.cancel()
        for way in ways:
            await way.client.close()

    def _same(self, target: Target) -> Url:
        """The address as reqwest reads it. Another reading than ours would lead past the check: `%31%32%37.0.0.1` is
        a name to us and 127.0.0.1 to it."""
        try:
            url = Url(target.text)
        except ValueError:
            raise DoorRefused(f"{target.host}: not an address", maybe_sent=False) from None
        if ((url.host_str or "").strip("[]"), url.port_or_known_default) != (target.host, target.port):
            raise DoorRefused(f"{target.host}: an address that can be read in two ways", maybe_sent=False)
        if len(self._urls) >= _REMEMBERED:
            self._urls.clear()
        self._urls[target.text] = url
        return url

    async def _find(self, key: tuple[str, int], target: Target, seconds: float) -> _Way:
        """Resolve once for all who ask at the same time."""
        if target.numeric:
            way = _Way([target.host], self._client(None, target), float("inf"))
            self._ways[key] = way
            return way
        task = self._asking.get(key)
        if task is None:
            task = asyncio.create_task(self._resolve(key, target))
            self._asking[key] = task
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(task)
        except AddressRefused as problem:
            raise DoorRefused(str(problem), maybe_sent=False) from None
        except (TimeoutError, OSError) as problem:
            raise DoorError(f"{target.host}: {type(problem).__name__} (name)", maybe_sent=False) from None

    async def _resolve(self, key: tuple[str, int], target: Target) -> _Way:
        found = await self._resolver.resolve(target.host, target.port, socket.AF_UNSPEC)
        addresses = [item["host"] for item in found]
        until = monotonic() + NAMES_LIVE_SECONDS
        way = self._ways.get(key)
        if way is not None and way.addresses[0] in addresses:
            # the connections that stand are to an address that is still right
            way.addresses[1:] = [address for address in addresses if address != way.addresses[0]]
            way.until = until
            return way
        way = _Way(addresses, self._client(addresses[0], target), until)
        self._ways[key] = way
        return way

    def _turn(self, key: tuple[str, int], target: Target, way: _Way) -> None:
        """The next address of the same answer. Who still waits on the old client keeps it."""
        way.addresses.append(way.addresses.pop(0))
        way.client = self._client(way.addresses[0], target)
        self._ways[key] = way

    def _client(self, address: str | None, target: Target) -> Client:
        builder = (
            ClientBuilder()
            .follow_redirects(False)
            .referer(False)
            .no_proxy()
            .default_cookie_store(False)
            .gzip(False)
            .brotli(False)
            .zstd(False)
            .deflate(False)
            .connect_timeout(timedelta(seconds=self._connect_seconds))
        )
        if address is not None:
            builder = builder.resolve(target.host, address, target.port)
        return builder.build()


def _was_connecting(problem: PyreqwestError) -> bool:
    """Whether nothing can have been sent. The exception's class does not tell: a `ConnectError` is also what a
    connection is that broke after the request went out."""
    details = getattr(problem, "details", None) or {}
    return any(cause["message"] == _CONNECTING for cause in details.get("causes") or ())


async def _read(reply: Response, told: Mapping[str, str], max_bytes: int) -> bytes:
    """The first piece is there with the headers (a read buffer of one byte), so a short body costs no second wait."""
    length = told.get("content-length", "")
    left = min(max_bytes + 1, int(length)) if length.isdecimal() else max_bytes + 1
    chunks: list[bytes] = []
    while left > 0:
        try:
            chunk = await reply.body_reader.read_chunk()
        except RequestTimeoutError:
            raise
        except RequestError:
            break  # cut short: the reader compares the length with Content-Length
        if chunk is None:
            break
        chunks.append(bytes(chunk)[:left])
        left -= len(chunk)
    return b"".join(chunks)
