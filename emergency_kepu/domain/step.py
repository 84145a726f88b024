"""What a campaign says later by itself: why it happens, what comes next, how to recover. Declared by its policy."""

from __future__ import annotations

from typing import Literal

import msgspec


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One later message of a campaign, and what must still be true of the incident for it to go out."""

    after_minutes: float
    """Counted from the launch of the revision that planned it: T+0 is that revision."""
    phase: Literal["before", "now", "after"] = "now"
    """Which advice."""
    say: Literal["actions", "why"] = "actions"
    """`why`: the explanation with the first action; `actions`: the advice of the phase."""
    severity: str = ""
    """Only while the level is at least this: a colour or a CAP word."""
    until: Literal["expiry", "all_clear"] = "expiry"
    """`expiry`: not once the warning has run out. `all_clear`: also after that, until its issuer ends it."""


class StepMark(msgspec.Struct, frozen=True, kw_only=True):
    """Which step a revision is: `planned_by` is the revision that declared it, `number` counts from 1."""

    planned_by: int
    number: int
    ask: str = ""
    """Not planned at all but an expert's answer to this question; `number` is 0."""
