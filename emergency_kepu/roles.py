"""What a process does: all of it on one machine, or one role of several."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """`kepu serve --role`."""

    DESK = "desk"
    """Console and API."""
    SCHEDULER = "scheduler"
    """Polls feeds, publishes what is due, looks after what was left lying. One works, others wait to take over."""
    WORKER = "worker"
    """Runs the stages."""


ALL = frozenset(Role)
