"""JSON documents of feeds: read strictly as a whole, leniently by member."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import TypeVar

import msgspec

from emergency_kepu.domain.errors import ParseError
from emergency_kepu.feeds.format import MAX_DOCUMENT_BYTES

T = TypeVar("T")


def check_body(body: bytes, what: str) -> bytes:
    """The body without its byte order mark and outer white space. ParseError when it cannot be a document."""
    if len(body) > MAX_DOCUMENT_BYTES:
        msg = f"{what}: {len(body)} bytes, more than the {MAX_DOCUMENT_BYTES} allowed"
        raise ParseError(msg)
    trimmed = body.removeprefix(BOM_UTF8).strip()
    if not trimmed:
        msg = f"{what}: the body is empty"
        raise ParseError(msg)
    if trimmed[:15].lower().startswith((b"<!doctype html", b"<html")):
        msg = f"{what}: an HTML page came instead of the document"
        raise ParseError(msg)
    return trimmed


def read_json(body: bytes, shape: type[T], what: str) -> T:
    """The whole document in the given shape (members left as `msgspec.Raw`).

    ParseError says where it breaks.
    """
    trimmed = check_body(body, what)
    try:
        return msgspec.json.decode(trimmed, type=shape, strict=False)
    except RecursionError as problem:
        msg = f"{what}: hostile input, nested too deep"
        raise ParseError(msg) from problem
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        msg = f"{what}: {_one_line(problem)}"
        raise ParseError(msg) from problem


def read_member(raw: msgspec.Raw, shape: type[T]) -> T:
    """One member. ValueError with one line when it does not fit; numbers written as text are accepted."""
    try:
        return msgspec.json.decode(raw, type=shape, strict=False)
    except RecursionError as problem:
        msg = "nested too deep"
        raise ValueError(msg) from problem
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise ValueError(_one_line(problem)) from problem


def _one_line(problem: Exception) -> str:
    return " ".join(str(problem).split())[:200]
