"""What follows by itself, at the desk: shown on the page and by API, stopped by whoever operates."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from emergency_kepu.campaigns import planned
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.step import Step
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns
from tests.desk.conftest import AT, Open, a_campaign
from tests.desk.test_api import Tokens, is_problem
from tests.desk.test_console import form_of, open_https

STEPS = (Step(after_minutes=30, say="why", severity="red"), Step(after_minutes=1440, phase="after", until="all_clear"))


def _launched(conn: Connection) -> None:
    row = a_campaign(revision=2, state=CampaignState.FINISHED)
    spec = msgspec.structs.replace(row.spec, steps=STEPS)
    row = msgspec.structs.replace(row, spec=spec, launched_at=AT)
    campaigns.insert(conn, row)
    planned.schedule(conn, row, AT)


async def test_by_api(staffed: Services, browse: Open, token_of: Tokens) -> None:
    client = browse(token=token_of("qian"))
    assert (await client.get("/api/v1/campaigns/c-1/steps")).json() == []
    is_problem(await client.post("/api/v1/campaigns/c-1/steps/stop"), 409)
    await staffed.database.write(_launched)
    found = (await client.get("/api/v1/campaigns/c-1/steps")).json()
    assert [(each["number"], each["step"]["say"], each["step"]["phase"]) for each in found] == [
        (1, "why", "now"),
        (2, "actions", "after"),
    ]
    is_problem(await browse(token=token_of("zhao")).post("/api/v1/campaigns/c-1/steps/stop"), 403)
    assert (await client.post("/api/v1/campaigns/c-1/steps/stop")).status_code == 200
    assert (await client.get("/api/v1/campaigns/c-1/steps")).json() == []
    is_problem(await client.get("/api/v1/campaigns/c-9/steps"), 404)


async def test_on_the_page(staffed: Services, browse: Open) -> None:
    await staffed.database.write(_launched)
    reader = await open_https(browse)
    page = (await reader.get("/campaigns/c-1?lang=en")).text
    assert "What follows by itself" in page
    assert "why it happens" in page
    assert 'action="/campaigns/c-1/stop_steps"' not in page
    admin = await open_https(browse, "admin")
    form = form_of((await admin.get("/campaigns/c-1")).text, "/campaigns/c-1/stop_steps")
    answer = await admin.post("/campaigns/c-1/stop_steps", data=form)
    assert answer.headers["location"] == "/campaigns/c-1?done=steps_stopped_now"
    assert "What follows by itself" not in (await admin.get("/campaigns/c-1?lang=en")).text
