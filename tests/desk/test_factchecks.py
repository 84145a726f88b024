"""Rumours at the desk, by API and by form."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from emergency_kepu.domain.alert import Alert, Effect, Info
from emergency_kepu.domain.incident import AlertKey, Incident
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns, incidents
from tests.desk.conftest import AT, Open
from tests.desk.test_writing import log_in

Tokens = Callable[[str], str]
SAID = {"claim": "今晚有8级地震", "fact": "没有部门发布过地震预报。", "evidence": "“预报单”是拼接的图片。"}
WORDS = {"zh-Hans": SAID}
CHECK = {
    "verdict": "refuted",
    "about": "earthquake",
    "words": WORDS,
    "places": ["511123"],
    "source": "四川省地震局",
    "channels": ["sms"],
}
FORM = {
    "verdict": "refuted",
    "about": "earthquake",
    "places": "乐山市犍为县",
    "source": "四川省地震局",
    "issued": "2026-06-30 16:00",
    "claim.zh-Hans": "<b>今晚</b>有8级地震",
    "fact.zh-Hans": "没有部门发布过地震预报。",
    "evidence.zh-Hans": "“预报单”是拼接的图片。",
    "approvers": "1",
    "channel.sms": "yes",
}


async def test_a_check_by_api_is_a_draft_once(browse: Open, token_of: Tokens) -> None:
    client = browse(token=token_of("qian"))
    first = await client.post("/api/v1/factchecks", json=CHECK)
    assert first.status_code == 201, first.text
    assert (first.json()["state"], first.json()["hazard"], first.json()["lane"]) == ("draft", "rumour", "routine")
    again = await client.post("/api/v1/factchecks", json=CHECK)
    assert (again.json()["id"], again.json()["revision"]) == (first.json()["id"], 1)
    (listed,) = (await client.get("/api/v1/rumours")).json()
    assert (listed["campaign"], listed["check"]["verdict"]) == (first.json()["id"], "refuted")
    detail = (await client.get(f"/api/v1/campaigns/{first.json()['id']}")).json()
    assert [text["locale"] for text in detail["messages"] if not text["audience"]] == ["zh-Hans"]
    incident = (await client.get(f"/api/v1/incidents/{listed['incident']}")).json()
    assert incident["incident"]["check"]["words"]["zh-Hans"]["claim"] == "今晚有8级地震"


async def test_a_correction_by_api_is_the_next_revision(browse: Open, token_of: Tokens) -> None:
    client = browse(token=token_of("qian"))
    first = (await client.post("/api/v1/factchecks", json=CHECK)).json()
    wish = {**CHECK, "verdict": "unproven", "incident": first["incident_id"]}
    second = (await client.post("/api/v1/factchecks", json=wish)).json()
    assert (second["id"], second["revision"]) == (first["id"], 2)


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"verdict": "perhaps"}, 400, "verdict"),
        ({"words": {}}, 400, "at least one language"),
        ({"words": {"zh-Hans": {**WORDS["zh-Hans"], "fact": ""}}}, 400, "fact"),
        ({"words": {"zh-Hans": {**WORDS["zh-Hans"], "fact": "请马上往屋外跑。"}}}, 400, "most injuries"),
        ({"words": {"zh-Hans": dict.fromkeys(SAID, "长" * 79)}}, 400, "3 parts"),
        ({"incident": "i-none"}, 404, "i-none"),
        ({"incident": "i-1"}, 400, "no rumour"),
        ({"nonsense": 1}, 400, "nonsense"),
    ],
)
async def test_a_wrong_check_is_refused_whole(
    browse: Open, token_of: Tokens, change: dict[str, object], status: int, says: str
) -> None:
    client = browse(token=token_of("qian"))
    reply = await client.post("/api/v1/factchecks", json={**CHECK, **change})
    assert (reply.status_code, says in reply.text) == (status, True), reply.text
    assert (await client.get("/api/v1/rumours")).json() == []


async def test_who_only_approves_writes_none(browse: Open, token_of: Tokens) -> None:
    assert (await browse(token=token_of("wang")).post("/api/v1/factchecks", json=CHECK)).status_code == 403
    assert (await browse().post("/api/v1/factchecks", json=CHECK)).status_code == 401


def _seen(conn: Connection) -> None:
    """A feed has shown a rumour without a verdict."""
    incident = Incident(
        id="i-rumour-1",
        hazard="rumour",
        title="水库垮了",
        opened_at=AT,
        updated_at=AT,
        place_codes=("511123",),
        tz="Asia/Shanghai",
        source_name="某核查机构",
        feeds=("checks",),
        latest=AlertKey(sender="s", identifier="https://checks.example.org/1"),
    )
    incidents.save(conn, incident)
    info = Info(language="zh-Hans", event="rumour", hazard="rumour", parameters={"claim": ("水库垮了",)})
    alert = Alert(
        identifier="https://checks.example.org/1",
        sender="s",
        sent=AT,
        status="Actual",
        msg_type="Alert",
        scope="Public",
        effect=Effect.ISSUE,
        infos=(info,),
    )
    incidents.add_alert(conn, "a-1", alert, feed="checks", document="d", received_at=AT)
    incidents.link(conn, incident.id, "a-1", alert.identifier)


async def test_what_a_feed_has_shown_is_checked_by_form(browse: Open, staffed: Services) -> None:
    await staffed.database.write(_seen)
    client = await log_in(browse)
    page = (await client.get("/rumours?lang=zh-CN")).text
    assert "尚未核实" in page
    assert "/rumours/check?incident=i-rumour-1" in page
    assert "/rumours/check?incident=i-rumour-1" in (await client.get("/incidents/i-rumour-1")).text
    form = (await client.get("/rumours/check?incident=i-rumour-1&lang=zh-CN")).text
    assert ">水库垮了</textarea>" in form, "what was seen stands there already"
    token = re.findall(r'name="form_token" value="([^"]+)"', form)[-1]

    wrong = await client.post("/rumours/check", data={**FORM, "evidence.zh-Hans": "", "form_token": token})
    assert wrong.status_code == 400
    assert "zh-Hans: evidence: is empty" in wrong.text
    assert "&lt;b&gt;今晚&lt;/b&gt;有8级地震" in wrong.text, "what was typed is kept, and is no markup"
    nothing = await client.post("/rumours/check", data={**FORM, "verdict": "", "form_token": token})
    assert "verdict: choose one" in nothing.text

    done = await client.post("/rumours/check", data={**FORM, "incident": "i-rumour-1", "form_token": token})
    assert done.status_code == 303, done.text
    shown = (await client.get(done.headers["location"] + "&lang=zh-CN")).text
    assert "草稿已保存" in shown
    assert "四川省地震局6月30日16:00核实" in shown
    assert "b 今晚 /b 有8级地震" in shown
    row = await staffed.database.read(lambda conn: campaigns.of_incident(conn, "i-rumour-1")[-1])
    assert row.created_by == "admin"
    assert "不实" in (await client.get("/rumours?lang=zh-CN")).text
    assert "撤回核实结论" in (await client.get("/incidents/i-rumour-1?lang=zh-CN")).text
    assert "撤回核实结论" in (await client.get("/incidents/i-rumour-1/end?lang=zh-CN")).text
    assert (await client.post("/rumours/check", data=FORM)).status_code == 403, "a form of nobody's session"
