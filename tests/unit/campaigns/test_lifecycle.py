"""The transition table and the two-person rule."""

import pytest

from emergency_kepu.campaigns.lifecycle import TRANSITIONS, check_approver, step
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.delivery import FINAL, DeliveryState, may_move
from emergency_kepu.domain.errors import Refused


@pytest.mark.parametrize("state", CampaignState)
@pytest.mark.parametrize("verb", sorted({verb for _, verb in TRANSITIONS}))
def test_only_what_the_table_says(state: CampaignState, verb: str) -> None:
    if (state, verb) in TRANSITIONS:
        assert step(state, verb) is TRANSITIONS[state, verb]
    else:
        with pytest.raises(Refused, match=state.value):
            step(state, verb)


def test_nothing_goes_out_unapproved() -> None:
    into_launched = {state for (state, _), after in TRANSITIONS.items() if after is CampaignState.LAUNCHED}
    into_finished = {state for (state, _), after in TRANSITIONS.items() if after is CampaignState.FINISHED}
    assert into_launched == {CampaignState.APPROVED, CampaignState.FINISHED}
    assert into_finished == {CampaignState.LAUNCHED}, (
        "what is finished had been approved: trying failures again is no leak"
    )


def test_two_people() -> None:
    check_approver(actor="li", author="intake", approvers=["wang"])
    with pytest.raises(Refused, match="wrote"):
        check_approver(actor="li", author="li", approvers=[])
    with pytest.raises(Refused, match="already"):
        check_approver(actor="li", author="intake", approvers=["li"])


def test_a_sent_message_is_never_queued_again() -> None:
    assert not may_move(DeliveryState.SENT, DeliveryState.QUEUED)
    assert DeliveryState.SENDING not in FINAL
