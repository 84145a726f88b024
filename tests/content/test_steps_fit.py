"""The step that explains why, in every hazard and language: it fits an SMS, and the explanation is in it."""

from __future__ import annotations

import pytest

from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.content.limits import LIMITS
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.content.specimen import USUAL
from emergency_kepu.domain.campaign import CampaignKind

CATALOG = load_catalog(shipped("templates"))
EVERY = [(hazard, locale) for hazard in CATALOG.topics for locale in CATALOG.locales(hazard)]


@pytest.mark.parametrize(("hazard", "locale"), EVERY)
def test_why_fits_every_layout_and_stays(hazard: str, locale: str) -> None:
    for layout in LIMITS:
        if layout in CATALOG.layouts:
            request = RenderRequest(
                hazard=hazard,
                locale=locale,
                layout=layout,
                phase=CATALOG.topics[hazard].meta.phases[0],
                kind=CampaignKind.STEP,
                facts=USUAL,
                say="why",
            )
            message = render(CATALOG, request)
            assert CATALOG.phrases[locale].why in message.text
            assert len(message.actions) == 1
