"""What is fixed when an incident becomes a campaign."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from emergency_kepu.campaigns.drafting import draft, facts_of
from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.incident import AlertKey, Incident
from emergency_kepu.matching.audience import query_for
from emergency_kepu.matching.policy import Policy

NOW = datetime(2026, 6, 30, 5, 0, tzinfo=UTC)
BEFORE = Policy(name="natural", mode="approve", phase="before", channels=("sms",))


@pytest.mark.parametrize(("hazard", "phase"), [("earthquake", "now"), ("aftershock", "now"), ("rainstorm", "before")])
def test_what_nobody_announces_is_never_answered_with_how_to_prepare(hazard: str, phase: str) -> None:
    incident = Incident(
        id="i",
        hazard=hazard,
        title="t",
        opened_at=NOW,
        updated_at=NOW,
        place_codes=("511524",),
        latest=AlertKey(sender="s", identifier="x", sent=NOW),
    )
    row = draft(
        incident,
        BEFORE,
        kind=CampaignKind.ISSUE,
        revision=1,
        query=query_for(incident, BEFORE),
        reached=(),
        also_audience=False,
        approvals=1,
        facts=facts_of(incident, issued_at=NOW, source_names={}),
        now=NOW,
        accepted_at=NOW,
        accepted_wall=0.0,
    )
    assert row.spec.phase == phase
