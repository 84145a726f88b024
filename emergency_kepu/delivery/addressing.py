"""Which channel and which address a recipient is reached by: pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.recipient import Recipient


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One way to one recipient."""

    channel: str
    target: str


class NoRoute(msgspec.Struct, frozen=True, kw_only=True):
    """Why a recipient cannot be reached."""

    reason: Reason
    detail: str


def routes(recipient: Recipient, channels: Sequence[str], opted_out: Collection[tuple[str, str]]) -> tuple[Route, ...]:
    """All ways to reach a recipient, in the policy's order of channels: the first is used, the others are spares."""
    addresses = [
        Route(channel=channel, target=address.target)
        for channel in channels
        for address in recipient.addresses
        if address.channel == channel and channel not in recipient.opted_out
    ]
    return tuple(route for route in addresses if (route.channel, route.target) not in opted_out)


def first_route(
    recipient: Recipient, channels: Sequence[str], opted_out: Collection[tuple[str, str]]
) -> Route | NoRoute:
    """The way to use, or why there is none."""
    ways = routes(recipient, channels, opted_out)
    if ways:
        return ways[0]
    if any(address.channel in channels for address in recipient.addresses):
        return NoRoute(reason=Reason.OPTED_OUT, detail="opted out of every channel of this campaign")
    return NoRoute(reason=Reason.NO_ADDRESS, detail=f"no address on {', '.join(channels)}")
