"""Flags: what was assumed or odd about a message, each once, in the order of discovery."""

from __future__ import annotations


class Flags:
    """An ordered set of snake_case words; `docs/reference/feeds.md` explains each."""

    __slots__ = ("_seen",)

    def __init__(self, *names: str) -> None:
        self._seen: dict[str, None] = dict.fromkeys(names)

    def add(self, name: str) -> None:
        self._seen[name] = None

    def __contains__(self, name: str) -> bool:
        return name in self._seen

    def as_tuple(self) -> tuple[str, ...]:
        return tuple(self._seen)
