"""The lifecycle as a table. Two-person approval lives here, not in a web page.

draft ──submit──▶ waiting ──approve (enough people)──▶ approved ──launch──▶ launched ──finish──▶ finished
  │                  │ reject                             │                    │
  └──cancel──────────┴──────────cancel────────────────────┴──────cancel────────┘──▶ cancelled
finished ──retry──▶ launched                               (what failed is tried again)
any state before finished ──supersede──▶ superseded        (a later revision takes its place)
"""

from __future__ import annotations

from collections.abc import Collection

from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import Refused

_S = CampaignState

TRANSITIONS: dict[tuple[CampaignState, str], CampaignState] = {
    (_S.DRAFT, "submit"): _S.WAITING,
    (_S.WAITING, "approve"): _S.APPROVED,
    (_S.WAITING, "reject"): _S.REJECTED,
    (_S.APPROVED, "launch"): _S.LAUNCHED,
    (_S.LAUNCHED, "finish"): _S.FINISHED,
    (_S.FINISHED, "retry"): _S.LAUNCHED,
    (_S.DRAFT, "cancel"): _S.CANCELLED,
    (_S.WAITING, "cancel"): _S.CANCELLED,
    (_S.APPROVED, "cancel"): _S.CANCELLED,
    (_S.LAUNCHED, "cancel"): _S.CANCELLED,
    (_S.DRAFT, "supersede"): _S.SUPERSEDED,
    (_S.WAITING, "supersede"): _S.SUPERSEDED,
    (_S.APPROVED, "supersede"): _S.SUPERSEDED,
    (_S.LAUNCHED, "supersede"): _S.SUPERSEDED,
}


def step(state: CampaignState, verb: str) -> CampaignState:
    """The state after `verb`. Refused names the state and what can be done in it."""
    after = TRANSITIONS.get((state, verb))
    if after is None:
        can = sorted(v for s, v in TRANSITIONS if s is state)
        hint = f"it can: {', '.join(can)}" if can else "nothing more can be done with it"
        raise Refused(Reason.NO_CHANGE, f"cannot {verb} a campaign that is {state}; {hint}")
    return after


def check_approver(*, actor: str, author: str, approvers: Collection[str]) -> None:
    """Two-person rule: nobody approves what they wrote, and nobody counts twice."""
    if actor == author:
        raise Refused(Reason.AUTHORITY, f"{actor} wrote this campaign: another person must approve it")
    if actor in approvers:
        raise Refused(Reason.AUTHORITY, f"{actor} has approved this campaign already: another person must do so too")


def enough_approvals(needed: int, given: int) -> bool:
    """True when nobody else is needed."""
    return given >= needed
