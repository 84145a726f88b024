"""Beginning things at the desk: by API and by form; always for another person's approval."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import pytest

from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.incident import IncidentStatus
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns, incidents
from tests.desk.conftest import PASSWORD, Open

Tokens = Callable[[str], str]
WISH = {
    "hazard": "flood",
    "places": ["511123"],
    "source": "犍为县水利局",
    "issued_at": "2026-06-30T16:00:00+08:00",
    "channels": ["sms"],
}
FORM = {
    "hazard": "flood",
    "places": "乐山市犍为县，511524",
    "source": "乐山市水利局",
    "issued": "2026-06-30 16:00",
    "until": "2026-06-30 22:00",
    "severity": "Severe",
    "colour": "",
    "phase": "now",
    "approvers": "1",
    "channel.sms": "yes",
    "urgent": "yes",
}


async def test_a_draft_by_api_is_written_once(browse: Open, token_of: Tokens) -> None:
    client = browse(token=token_of("qian"))
    first = await client.post("/api/v1/campaigns", json=WISH)
    assert first.status_code == 201, first.text
    assert (first.json()["state"], first.json()["created_by"]) == ("draft", "qian")
    again = await client.post("/api/v1/campaigns", json=WISH)
    assert again.json()["id"] == first.json()["id"]
    detail = (await client.get(f"/api/v1/campaigns/{first.json()['id']}")).json()
    assert {text["locale"] for text in detail["messages"]} == {"zh-Hans", "zh-Hant", "en"}


async def test_a_draft_for_the_country_finds_its_people(browse: Open, token_of: Tokens) -> None:
    client = browse(token=token_of("qian"))
    draft = (await client.post("/api/v1/campaigns", json={**WISH, "places": ["CN"]})).json()
    assert (await client.get(f"/api/v1/campaigns/{draft['id']}")).json()["audience_size"] == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hazard": "dragons"}, "dragons"),
        ({"places": []}, "places"),
        ({"places": ["000000"]}, "000000"),
        ({"channels": ["pigeon"]}, "pigeon"),
        ({"source": " "}, "authority"),
        ({"issued_at": "2026-06-30T16:00:00"}, "offset"),
        ({"until": "2026-06-30T15:00:00+08:00"}, "later"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
async def test_a_wrong_draft_is_refused_whole(
    browse: Open, token_of: Tokens, services: Services, change: dict[str, object], says: str
) -> None:
    reply = await browse(token=token_of("qian")).post("/api/v1/campaigns", json={**WISH, **change})
    assert reply.status_code == 400, reply.text
    assert says in reply.text
    assert len(await services.database.read(incidents.listing)) == 1


async def test_who_only_approves_writes_nothing(browse: Open, token_of: Tokens) -> None:
    for path, body in (("campaigns", WISH), ("silences", {}), ("incidents/i-1/end", {"source": "x"})):
        assert (await browse(token=token_of("wang")).post(f"/api/v1/{path}", json=body)).status_code in (400, 403)
        assert (await browse().post(f"/api/v1/{path}", json=body)).status_code in (400, 401)


async def test_the_end_by_api(browse: Open, token_of: Tokens, services: Services) -> None:
    client = browse(token=token_of("qian"))
    assert (await client.post("/api/v1/incidents/i-1/end", json={"source": " "})).status_code == 400
    done = await client.post("/api/v1/incidents/i-1/end", json={"source": "犍为县气象台"})
    assert done.json() == {"campaign": None, "revision": None}
    assert (await services.database.read(lambda conn: incidents.get(conn, "i-1"))).status is IncidentStatus.CANCELLED
    waited = await services.database.read(lambda conn: campaigns.latest(conn, "c-1"))
    assert waited.state is CampaignState.CANCELLED
    assert (await client.post("/api/v1/incidents/i-1/end", json={"source": "x"})).status_code == 409
    assert (await client.post("/api/v1/incidents/i-none/end", json={"source": "x"})).status_code == 404


async def test_silences_by_api(browse: Open, token_of: Tokens) -> None:
    client = browse(token=token_of("qian"))
    made = await client.post("/api/v1/silences", json={"hazards": ["fog"], "minutes": 60, "comment": "broken sensor"})
    assert made.status_code == 201, made.text
    assert [item["id"] for item in (await client.get("/api/v1/silences")).json()] == [made.json()["id"]]
    assert (await client.delete(f"/api/v1/silences/{made.json()['id']}")).status_code == 204
    assert (await client.get("/api/v1/silences")).json() == []
    assert (await client.delete(f"/api/v1/silences/{made.json()['id']}")).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"minutes": 60, "comment": "all of it"},
        {"hazards": ["fog"], "minutes": 0, "comment": "x"},
        {"hazards": ["fog"], "minutes": 60, "comment": " "},
        {"hazards": ["dragons"], "minutes": 60, "comment": "x"},
        {"places": ["1"], "minutes": 60, "comment": "x"},
        {"feeds": ["nowhere"], "minutes": 60, "comment": "x"},
        {"hazards": ["fog"], "minutes": 60, "comment": "x", "starts_at": "2026-01-01T00:00:00"},
    ],
)
async def test_a_wrong_silence_is_refused(browse: Open, token_of: Tokens, body: dict[str, object]) -> None:
    client = browse(token=token_of("qian"))
    assert (await client.post("/api/v1/silences", json=body)).status_code == 400
    assert (await client.get("/api/v1/silences")).json() == []


async def log_in(browse: Open) -> httpx.AsyncClient:
    """With the cookie sent back although it is marked for https only."""
    client = browse()
    answer = await client.post("/login", data={"name": "admin", "password": PASSWORD})
    client.headers["Cookie"] = answer.headers["set-cookie"].split(";")[0]
    return client


async def test_a_draft_by_form_leads_to_its_texts(browse: Open, staffed: Services) -> None:
    client = await log_in(browse)
    page = (await client.get("/write?lang=zh-CN")).text
    assert "新建发布" in page
    token = re.findall(r'name="form_token" value="([^"]+)"', page)[-1]

    client.headers["Accept-Language"] = "zh-CN"
    wrong = await client.post("/write", data={**FORM, "places": "朝阳区", "form_token": token})
    assert wrong.status_code == 400
    assert "110105" in wrong.text, "it says which there are"
    assert 'value="乐山市水利局"' in wrong.text, "what was typed is kept"

    done = await client.post("/write", data={**FORM, "form_token": token})
    assert done.status_code == 303
    shown = (await client.get(done.headers["location"] + "&lang=zh-CN")).text
    assert "草稿已保存" in shown
    assert "乐山市水利局6月30日16:00" in shown
    assert "提交审批" in shown
    assert (await client.post("/write", data=FORM)).status_code == 403, "a form of nobody's session"


async def test_the_end_by_form(browse: Open, staffed: Services) -> None:
    client = await log_in(browse)
    assert "/incidents/i-1/end" in (await client.get("/incidents/i-1")).text
    page = (await client.get("/incidents/i-1/end?lang=en")).text
    token = re.findall(r'name="form_token" value="([^"]+)"', page)[-1]
    done = await client.post("/incidents/i-1/end", data={"source": "犍为县气象台", "form_token": token})
    assert done.headers["location"] == "/incidents/i-1?done=ended_quietly"
    assert "Nobody had been told" in (await client.get(done.headers["location"] + "&lang=en")).text
