"""Domain values in and out of `LargeBinary` columns: msgspec JSON, typed on the way back."""

from __future__ import annotations

from typing import TypeVar

import msgspec

T = TypeVar("T")

_encoder = msgspec.json.Encoder()


def pack(value: object) -> bytes:
    """The value as stored."""
    return _encoder.encode(value)


def unpack(raw: bytes | str, kind: type[T]) -> T:
    """The stored value as `kind`."""
    return msgspec.json.decode(raw, type=kind)
