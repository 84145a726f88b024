"""What whoever approves is shown: every text that somebody would get, and of an audience's own text what differs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.content.preview import PreviewText, previews
from emergency_kepu.domain.campaign import CampaignKind, CampaignSpec, MessageFacts

CATALOG = load_catalog(shipped("templates"))
FACTS = MessageFacts(
    source_name="长宁县气象台",
    place_codes=("511524",),
    issued_at=datetime(2026, 6, 30, 5, 30, tzinfo=UTC),
    tz="Asia/Shanghai",
    level_colour="orange",
)


def shown(
    hazard: str, kind: CampaignKind = CampaignKind.ISSUE, phase: str = "now"
) -> dict[tuple[str, str, str], PreviewText]:
    spec = CampaignSpec(hazard=hazard, channels=("sms", "records"), phase=phase, facts=FACTS)
    found = previews(CATALOG, hazard=hazard, kind=kind, spec=spec, channel_kinds={"sms": "twilio", "records": "file"})
    return {(text.channel, text.locale, text.audience): text for text in found}


def test_an_audience_with_words_of_its_own_is_shown_with_what_differs() -> None:
    found = shown("gale")
    everyone, workers = found["records", "en", ""], found["records", "en", "workers"]
    assert everyone.differs == ()
    assert "Get down from cranes, scaffolds and signs at once." in workers.differs
    assert not set(workers.differs) & set(everyone.text.splitlines())
    chinese = found["sms", "zh-Hans", "workers"]
    assert chinese.differs
    assert all(sentence in chinese.text for sentence in chinese.differs)
    assert not any(sentence in chinese.text for sentence in chinese.lacks)
    assert chinese.lacks
    assert all(len(part) > 3 for text in found.values() for part in (*text.differs, *text.lacks)), "no numbers of lists"


def test_an_audience_without_is_not_shown_twice() -> None:
    assert not [key for key in shown("gale", phase="after") if key[2] == "workers"]


@pytest.mark.parametrize("hazard", ["gale", "earthquake", "boil_water", "fraud"])
def test_an_end_shows_every_text_that_somebody_would_get(hazard: str) -> None:
    """An audience may have advice of its own for what comes after (`ending: after`)."""
    texts = {text.text for text in shown(hazard, CampaignKind.ALL_CLEAR).values()}
    has_own = any(
        "after" in variant.actions
        for text in CATALOG.topics[hazard].locales.values()
        for variant in text.audiences.values()
    )
    after = CATALOG.topics[hazard].meta.ending in ("after", "notice")
    assert (len(texts) > len(CATALOG.locales(hazard)) * 2) is (after and has_own)
