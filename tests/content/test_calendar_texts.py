"""Every entry of the shipped calendar has a text on every layout in every language, and says that it is no warning."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from emergency_kepu.content.catalog import Catalog, load_catalog
from emergency_kepu.content.forms.registry import FORMS
from emergency_kepu.content.limits import LIMITS
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.domain.campaign import CalendarDay, CampaignKind, MessageFacts
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.matching.calendar import Entry
from emergency_kepu.matching.dates import Dates, spans
from emergency_kepu.settings import load_settings

ROOT = Path(__file__).parents[2]
SHIPPED = load_settings(ROOT / "config").calendar
NO_WARNING = {"zh-Hans": "这不是预警", "zh-Hant": "這不是預警", "en": "This is no warning"}
NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(ROOT / "templates")


@pytest.mark.parametrize("entry", SHIPPED, ids=lambda entry: entry.name)
def test_every_entry_fits_everywhere(entry: Entry, catalog: Catalog) -> None:
    rule = entry.when if entry.when.announced is None else Dates(first="05-12", last="05-18")
    span = spans(rule, NOW.date(), NOW.date().replace(year=2027))[0]
    drill = entry.kind == "drill"
    facts = MessageFacts(
        source_name=entry.source,
        source_names=entry.source_names,
        place_codes=entry.places,
        issued_at=NOW,
        tz="Asia/Shanghai",
        day=CalendarDay(titles=entry.titles, first=span.first, last=span.last),
    )
    for locale in catalog.locales(entry.hazard):
        for layout in LIMITS:
            kind = CampaignKind.ISSUE if drill else CampaignKind.CALENDAR
            request = RenderRequest(
                hazard=entry.hazard,
                locale=locale,
                layout=layout,
                phase=entry.phase,
                kind=kind,
                drill=drill,
                facts=facts,
            )
            message = render(catalog, request)
            assert message.actions
            if not drill:
                assert NO_WARNING[locale] in message.text
                assert catalog.phrases[locale].do not in message.text


@pytest.mark.parametrize("layout", FORMS)
@pytest.mark.parametrize("locale", NO_WARNING)
def test_a_form_says_that_it_is_no_warning_or_is_none_of_its(layout: str, locale: str, catalog: Catalog) -> None:
    day = CalendarDay(titles={"en": "Disaster Prevention Day"}, first=NOW.date(), last=NOW.date())
    facts = MessageFacts(source_name="长宁县应急管理局", place_codes=("511524",), issued_at=NOW, day=day)
    request = RenderRequest(
        hazard="earthquake", locale=locale, layout=layout, phase="now", kind=CampaignKind.CALENDAR, facts=facts
    )
    if layout in ("wea90", "wea360", "cell", "cap"):
        with pytest.raises(ContentError, match="not for the calendar"):
            render(catalog, request)
    else:
        seen = FORMS[layout].read(render(catalog, request).text)
        assert NO_WARNING[locale] in seen
        assert catalog.phrases[locale].do not in seen


def test_the_days_of_the_year_are_all_there() -> None:
    assert len(SHIPPED) >= 30
    assert {entry.kind for entry in SHIPPED} == {"day", "season", "drill"}
