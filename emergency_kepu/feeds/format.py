"""What a feed format is. The contract suite in `tests/contracts/feed.py` runs on every entry of the registry.

A format is a pure function from the bytes of one document to alerts in normal form:

- it reads no file, opens no connection, asks no clock; the same bytes always give the same result;
- it raises `ParseError`, and nothing else, when the document as a whole cannot be read (a short body, an
  error page, hostile XML); an empty list is a success;
- one bad member never loses the others: it becomes a `MemberError`;
- every instant is aware; what was assumed or odd is a flag, never a silent guess.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from emergency_kepu.domain.alert import Alert

MAX_DOCUMENT_BYTES = 20_000_000
"""Larger documents are refused unread: no listed feed comes near, and parsing must end within seconds."""


class FeedContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a document does not say about itself.

    `sender` stands in where a format or a message names none.
    """

    name: str
    sender: str | None = None


class MemberError(msgspec.Struct, frozen=True, kw_only=True):
    """One member of a document that could not be read: which one, and why, each one line."""

    member: str
    detail: str


class ParseResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one document holds, in its own order. `links` are documents that an index only points at."""

    alerts: tuple[Alert, ...] = ()
    errors: tuple[MemberError, ...] = ()
    links: tuple[str, ...] = ()


class FeedFormat(Protocol):
    """Bytes to normal form; see the promises above."""

    def __call__(self, body: bytes, *, feed: FeedContext) -> ParseResult: ...
