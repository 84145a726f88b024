"""What the stand-ins accepted, one JSON line each, written before they answer: the truth a checker compares with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted message. `id` is the sender's idempotency key where the gateway is given one."""

    gateway: str
    target: str
    text: str
    id: str = ""
    at: float = 0.0
    """Unix seconds of acceptance, where the gateway notes them."""


class Journal:
    """Append-only; survives a kill of whoever sends."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def write(self, **entry: Any) -> None:
        """One line, in one write."""
        os.write(self._fd, msgspec.json.encode(Entry(**entry)) + b"\n")

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)


def read(path: Path) -> list[Entry]:
    """All entries; none when there is no file yet."""
    if not path.exists():
        return []
    return [msgspec.json.decode(line, type=Entry) for line in path.read_bytes().splitlines()]
