"""The guards, in the order in which they are asked. Each is a pure function with one shape: context to objection.

None says nothing against it. DRAFT wants a person, IGNORE and WATCH let nothing go out. The most restrictive wins, and
`decide` keeps what every guard said, so that `kepu explain` and the console can show it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from emergency_kepu.domain.decision import Action, Decision
from emergency_kepu.matching.guards.authority import check as authority
from emergency_kepu.matching.guards.blast_radius import check as blast_radius
from emergency_kepu.matching.guards.context import GuardContext
from emergency_kepu.matching.guards.cooldown import check as cooldown
from emergency_kepu.matching.guards.drill import check as drill
from emergency_kepu.matching.guards.flood import check as flood
from emergency_kepu.matching.guards.quiet_hours import check as quiet_hours
from emergency_kepu.matching.guards.review import check as review
from emergency_kepu.matching.guards.scope import check as scope
from emergency_kepu.matching.guards.silence import check as silence
from emergency_kepu.matching.guards.staleness import check as staleness

Guard = Callable[[GuardContext], Decision | None]

GUARDS: dict[str, Guard] = {
    "scope": scope,
    "drill": drill,
    "authority": authority,
    "review": review,
    "staleness": staleness,
    "silence": silence,
    "cooldown": cooldown,
    "quiet_hours": quiet_hours,
    "blast_radius": blast_radius,
    "flood": flood,
}

_RANK = {Action.LAUNCH: 0, Action.DRAFT: 1, Action.WATCH: 2, Action.IGNORE: 3}


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What may happen, and everything that was said about it, in order."""

    action: Action
    decisions: tuple[Decision, ...]
    approvals: int
    """People who must approve; 0 only where `action` is LAUNCH."""


def decide(context: GuardContext, policy_says: Decision, *, only: Sequence[str] = ()) -> Verdict:
    """Ask every guard. The most restrictive answer wins; a draft needs the policy's number of people, and one more
    where the blast radius is large."""
    said = [policy_says]
    for name, guard in GUARDS.items():
        if not only or name in only:
            objection = guard(context)
            if objection is not None:
                said.append(objection)
    action = max((decision.action for decision in said), key=lambda found: _RANK[found])
    approvals = 0
    if action is Action.DRAFT:
        approvals = max(1, context.policy_approvers)
        if any(decision.guard == "blast_radius" for decision in said):
            approvals = max(2, approvals)
    return Verdict(action=action, decisions=tuple(said), approvals=approvals)
