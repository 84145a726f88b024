"""The port through which the poller reads an address.

The HTTP door implements it; tests use a table of replies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from emergency_kepu.domain.errors import TransientError


class FetchReply(msgspec.Struct, frozen=True, kw_only=True):
    """What came back. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""
    """As on the wire: not decompressed, so that its length can be compared with Content-Length."""


class FetchError(TransientError):
    """No reply: the address was refused, unreachable, or too slow. One line, without secrets."""


class Getter(Protocol):
    """One GET.

    Promises: asks for and returns the body as it travels (`Content-Encoding` untouched); reads at most
    `max_bytes + 1` bytes of it, so that the caller sees that there was more; `timeout` is in seconds for the
    whole exchange; raises `FetchError`, and nothing else, when there is no reply; never retries.
    """

    async def get(self, url: str, *, headers: Mapping[str, str], timeout: float, max_bytes: int) -> FetchReply: ...
