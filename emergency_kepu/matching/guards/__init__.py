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
from emergency_kepu.matching.guards.foreign_words import check as foreign_words
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
    "foreign_words": foreign_words,
    "staleness": staleness,
    "silence": silence,
    "cooldown": cooldown,
    "quiet_hours": quiet_hours,
    "blast_radius": blast_radius,
    "flood": flood,
}

AGREES: dict[str, str] = {
    "scope": "it is meant for the public",
    "drill": "it is no drill",
    "authority": "its feed is a trusted official source",
    "review": "the texts are reviewed",
    "foreign_words": "it says nothing that is not in the library",
    "staleness": "it is current and names a known place",
    "silence": "no silence matches",
    "cooldown": "nothing alike went out within the cooldown, or this is more severe",
    "quiet_hours": "no quiet hours hold it back",
    "blast_radius": "the audience is below the limit",
    "flood": "few campaigns went out by themselves within the hour",
}
"""What a guard without an objection says in the explain trace."""

NOT_ASKED = "not asked: this only tells those who were reached before"

_RANK = {Action.LAUNCH: 0, Action.DRAFT: 1, Action.WATCH: 2, Action.IGNORE: 3}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the explain trace: what one guard said, objecting or not."""

    guard: str
    objection: Decision | None
    sentence: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What may happen, and everything that was said about it, in order."""

    action: Action
    decisions: tuple[Decision, ...]
    approvals: int
    """People who must approve; 0 only where `action` is LAUNCH."""
    trace: tuple[Answer, ...] = ()
    """Every guard in order, also those that agreed or were not asked."""


def decide(context: GuardContext, policy_says: Decision, *, only: Sequence[str] = ()) -> Verdict:
    """Ask every guard. The most restrictive answer wins; a draft needs the policy's number of people, and one more
    where the blast radius is large."""
    trace = tuple(_answer(name, guard, context, asked=not only or name in only) for name, guard in GUARDS.items())
    said = [policy_says, *(answer.objection for answer in trace if answer.objection is not None)]
    action = max((decision.action for decision in said), key=lambda found: _RANK[found])
    approvals = 0
    if action is Action.DRAFT:
        approvals = max(1, context.policy_approvers)
        if any(decision.guard == "blast_radius" for decision in said):
            approvals = max(2, approvals)
    return Verdict(action=action, decisions=tuple(said), approvals=approvals, trace=trace)


def _answer(name: str, guard: Guard, context: GuardContext, *, asked: bool) -> Answer:
    if not asked:
        return Answer(guard=name, objection=None, sentence=NOT_ASKED)
    objection = guard(context)
    return Answer(guard=name, objection=objection, sentence=objection.detail if objection else AGREES[name])
