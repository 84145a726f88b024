"""The calendar at the desk: what comes, by API and as a page; an approval that waits for its day says so."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.matching.calendar import Entry
from emergency_kepu.matching.dates import Dates
from emergency_kepu.pipeline import calendar
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns, incidents
from tests.desk.conftest import AT, Open
from tests.desk.test_api import Tokens
from tests.desk.test_console import form_of, open_https

ENTRY = Entry(
    name="flood-week",
    titles={"zh-Hans": "防汛宣传周", "zh-Hant": "防汛宣傳週", "en": "Flood Week"},
    when=Dates(first="07-05", last="07-09"),
    hazard="flood",
    places=("511123",),
    channels=("sms",),
)


@pytest.fixture
async def planned(staffed: Services) -> Services:
    """With a draft for five days from now."""
    staffed.settings = msgspec.structs.replace(staffed.settings, calendar=(ENTRY,))
    await staffed.database.write(lambda conn: calendar.tick(conn, staffed))
    return staffed


async def drafted(services: Services) -> str:
    rows = await services.database.read(lambda conn: campaigns.unsent_of(conn, calendar.CALENDAR))
    assert [row.state for row in rows] == [CampaignState.WAITING]
    return rows[0].id


async def test_what_comes_by_api(planned: Services, browse: Open, token_of: Tokens) -> None:
    client = browse(token=token_of("zhao"))
    (found,) = (await client.get("/api/v1/calendar", params={"days": 30})).json()
    assert (found["first"], found["last"], found["state"]) == ("2026-07-05", "2026-07-09", "waiting")
    assert found["campaign"] == await drafted(planned)
    assert (await client.get("/api/v1/calendar", params={"days": 2})).json() == []
    assert (await client.get("/api/v1/calendar", params={"days": 0})).status_code == 400


async def test_the_page_leads_to_the_draft(planned: Services, browse: Open) -> None:
    client = await open_https(browse)
    page = (await client.get("/calendar?lang=en")).text
    assert f'<a href="/campaigns/{await drafted(planned)}">Flood Week</a>' in page
    assert "防汛宣传周" in (await client.get("/calendar?lang=zh-CN")).text
    assert "Flood Week" not in (await client.get("/?lang=en")).text.split("Incidents</h2>")[1]


async def test_an_approval_says_that_it_waits_for_its_day(planned: Services, browse: Open) -> None:
    client = await open_https(browse, "admin")
    campaign = await drafted(planned)
    page = (await client.get(f"/campaigns/{campaign}?lang=en")).text
    form = form_of(page, f"/campaigns/{campaign}/approve")
    answer = await client.post(f"/campaigns/{campaign}/approve", data=form)
    done = await client.get(answer.headers["location"])
    assert "it goes out on its day" in done.text
    assert f"/campaigns/{campaign}/cancel" in done.text, "what is approved can still be stopped"
    found = await planned.database.read(lambda conn: campaigns.latest(conn, campaign))
    assert found.state is CampaignState.APPROVED
    assert found.spec.slot is not None
    assert found.spec.slot.not_before - AT > timedelta(days=4)


async def test_a_day_is_no_incident_of_the_overview(planned: Services, browse: Open, token_of: Tokens) -> None:
    assert len(await planned.database.read(incidents.listing)) == 2
    shown = (await browse(token=token_of("zhao")).get("/api/v1/overview")).json()
    assert [incident["id"] for incident in shown["incidents"]] == ["i-1"]
    assert [row["kind"] for row in shown["waiting"]] == ["issue", "calendar"]
