"""One recipient's attempt record, and the table of its states."""

from __future__ import annotations

from enum import StrEnum


class DeliveryState(StrEnum):
    """Where one delivery stands."""

    QUEUED = "queued"
    """Planned, or waiting for another try."""
    SENDING = "sending"
    """Claimed by a worker under a lease; the request may be out."""
    SENT = "sent"
    """The provider took it."""
    DELIVERED = "delivered"
    """The provider says that it arrived."""
    FAILED = "failed"
    """Refused for good, or out of tries."""
    SKIPPED = "skipped"
    """Never sent, with a reason."""
    RECALLED = "recalled"
    """Sent, then taken back where the channel can."""


_S = DeliveryState

TRANSITIONS: dict[DeliveryState, frozenset[DeliveryState]] = {
    _S.QUEUED: frozenset({_S.SENDING, _S.SKIPPED, _S.FAILED}),
    # back to QUEUED for a retry; to SENDING again when a lease ran out
    _S.SENDING: frozenset({_S.SENT, _S.DELIVERED, _S.FAILED, _S.QUEUED, _S.SENDING, _S.SKIPPED}),
    _S.SENT: frozenset({_S.DELIVERED, _S.FAILED, _S.RECALLED}),
    _S.DELIVERED: frozenset({_S.RECALLED}),
    # an operator may retry what failed
    _S.FAILED: frozenset({_S.QUEUED}),
    _S.SKIPPED: frozenset(),
    _S.RECALLED: frozenset(),
}

REACHED = (_S.SENT, _S.DELIVERED)
"""Certainly got it. Whoever `maybe_sent` marks may have got it too: an update must reach both."""

FINAL = (_S.SENT, _S.DELIVERED, _S.FAILED, _S.SKIPPED, _S.RECALLED)
"""Nothing more happens by itself; receipts may still move SENT."""


def may_move(before: DeliveryState, after: DeliveryState) -> bool:
    """Is this step in the table?"""
    return after in TRANSITIONS[before]
