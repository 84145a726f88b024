"""People (SMS), rooms (chat robots) and broadcasters (queues): whom messages go to."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class RecipientKind(StrEnum):
    """What stands at the other end."""

    PERSON = "person"
    ROOM = "room"
    BROADCASTER = "broadcaster"


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a recipient is reached on one configured channel."""

    channel: str
    """The channel's configured name."""
    target: str
    """E.164 number, robot name, queue or topic: what the channel's own configuration resolves."""


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient. Personal data: `target` and coordinates are never written to a log."""

    id: str
    kind: RecipientKind
    locale: str
    """BCP 47."""
    place: str
    """6-digit adcode or ISO 3166 alpha-2 country. Rooms and broadcasters serve all of it."""
    lat: float | None = None
    lon: float | None = None
    tags: tuple[str, ...] = ()
    addresses: tuple[Address, ...] = ()
    opted_out: tuple[str, ...] = ()
    """Channel names on which this recipient wants nothing."""
    drill: bool = False
    """Takes part in drills, and only in drills."""

    def address_on(self, channel: str) -> Address | None:
        """The first address on this channel, or None. Does not look at `opted_out`."""
        return next((address for address in self.addresses if address.channel == channel), None)
