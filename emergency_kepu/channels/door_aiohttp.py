"""The door on aiohttp. Always there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace

import aiohttp

from emergency_kepu.channels.address_rules import AddressRefused, CheckedResolver
from emergency_kepu.channels.door import (
    CONNECT_SECONDS,
    NAMES_LIVE_SECONDS,
    DoorError,
    DoorRefused,
    DoorReply,
    Target,
)


class AiohttpTransport:
    """See `channels.door.Transport`. Made inside the running loop."""

    def __init__(self, resolver: CheckedResolver) -> None:
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(_mark_sent)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, resolver=resolver, ttl_dns_cache=int(NAMES_LIVE_SECONDS)),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            trace_configs=[trace],
        )

    async def exchange(
        self, method: str, target: Target, headers: Mapping[str, str], body: bytes, seconds: float, max_bytes: int
    ) -> DoorReply:
        """See `channels.door.Transport`."""
        sent = _Sent()
        limits = aiohttp.ClientTimeout(total=seconds, connect=min(CONNECT_SECONDS, seconds))
        try:
            async with self._session.request(
                method,
                target.url,
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
            raise DoorRefused(str(problem), maybe_sent=False) from None
        except TimeoutError:
            detail = f"{target.host}: no answer within {seconds:g} s"
            raise DoorError(detail, maybe_sent=sent.happened) from None
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            # `from None`: what the library says may hold the address, and the address may hold a robot's key
            if isinstance(problem.__cause__, AddressRefused):
                raise DoorRefused(str(problem.__cause__), maybe_sent=False) from None
            detail = f"{target.host}: {type(problem).__name__}"
            if isinstance(problem, ValueError):  # no address, or a header that would be two: found before sending
                raise DoorRefused(detail, maybe_sent=False) from None
            raise DoorError(detail, maybe_sent=sent.happened) from None

    async def close(self) -> None:
        """Let go of all connections."""
        await self._session.close()


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
