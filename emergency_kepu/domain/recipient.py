"""Whom a message may reach: a person (SMS), a room (chat robot), a broadcaster (queue)."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class RecipientKind(StrEnum):
    """What stands behind the addresses."""

    PERSON = "person"
    ROOM = "room"
    BROADCASTER = "broadcaster"


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to reach someone: the name of a configured channel, and what that channel calls the target."""

    channel: str
    target: str


class Recipient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One recipient. `place` is a 6-digit adcode or an ISO 3166 alpha-2 country; `lat`/`lon` degrees WGS 84."""

    id: str
    kind: RecipientKind
    locale: str
    """BCP 47, as the reader asked for it; the nearest locale with a text is used."""
    place: str
    addresses: tuple[Address, ...]
    lat: float | None = None
    lon: float | None = None
    tags: tuple[str, ...] = ()
    audience: str = ""
    """The variant of the texts: elderly, children, farmers, workers, visitors; empty: everyone's."""
    opted_out: tuple[str, ...] = ()
    """Channels that the recipient has refused."""
    drill: bool = False
    """A drill sink: takes drills, and nothing else."""


class AudienceQuery(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which recipients. Empty fields do not restrict; `places` match by prefix, so a province holds its counties."""

    places: tuple[str, ...] = ()
    kinds: tuple[RecipientKind, ...] = ()
    tags_any: tuple[str, ...] = ()
    tags_all: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()
    nobody: bool = False
    """True when no place could be resolved: reaching nobody is right, reaching everybody would be wrong."""
    drill: bool = False


def place_prefix(code: str) -> str:
    """The part of an adcode that all places inside it share: 510000 -> 51, 511500 -> 5115, 511524 -> 511524.

    GB/T 2260: two digits each for province, city, county. Country codes stand for themselves.
    """
    if not code.isdigit():
        return code
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code
