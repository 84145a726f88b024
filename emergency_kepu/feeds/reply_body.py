"""The body of a reply, checked for being whole and decompressed within a bound."""

from __future__ import annotations

import zlib

from emergency_kepu.domain.errors import ParseError
from emergency_kepu.feeds.fetch import FetchReply

_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}
"""zlib window sizes: 31 reads a gzip header, 15 a zlib one."""


def whole_body(reply: FetchReply, max_bytes: int) -> bytes:
    """The decompressed body. ParseError, in one line, when it is cut short, too large, or not decodable."""
    wire = reply.body
    if len(wire) > max_bytes:
        raise _too_large(max_bytes)
    announced = reply.headers.get("content-length", "").strip()
    if announced.isdigit() and int(announced) != len(wire):
        msg = f"the body is cut short: {len(wire)} of {announced} bytes"
        raise ParseError(msg)
    encoding = reply.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return wire
    if encoding not in _WINDOW:
        msg = f"the body has content encoding {encoding!r}, which was not asked for"
        raise ParseError(msg)
    return _inflate(wire, _WINDOW[encoding], max_bytes)


def _inflate(wire: bytes, window: int, max_bytes: int) -> bytes:
    """Decompress no further than `max_bytes`: a small body can claim to be gigabytes."""
    engine = zlib.decompressobj(window)
    try:
        body = engine.decompress(wire, max_bytes + 1)
    except zlib.error as problem:
        msg = f"the body does not decompress ({problem})"
        raise ParseError(msg) from problem
    if len(body) > max_bytes:
        raise _too_large(max_bytes)
    if not engine.eof:
        msg = f"the compressed body is cut short after {len(wire)} bytes"
        raise ParseError(msg)
    return body


def _too_large(max_bytes: int) -> ParseError:
    return ParseError(f"the body is larger than the {max_bytes} bytes allowed")
