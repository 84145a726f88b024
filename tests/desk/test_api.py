"""The API: who may do what, problem documents, paging, pushing, deciding, dead letters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from emergency_kepu.bus.port import Record
from emergency_kepu.domain.campaign import CampaignState, Lane
from emergency_kepu.domain.decision import Reason
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns, dead, ledger
from emergency_kepu.store.ledger import PlannedBatch, PlannedDelivery
from emergency_kepu.store.tables import campaigns as campaign_table
from emergency_kepu.store.tables import deliveries
from tests.desk.conftest import AT, Open, a_campaign

Tokens = Callable[[str], str]

LISTS = ("incidents", "campaigns", "deliveries", "decisions", "dead-letters")


def is_problem(reply: httpx.Response, status: int) -> dict[str, Any]:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = reply.json()
    assert found["status"] == status
    assert {"type", "title", "detail", "instance"} <= found.keys()
    return found


async def plan_deliveries(services: Services, count: int) -> None:
    batch = PlannedBatch(
        id="c-1.1.records.0-0",
        campaign_id="c-1",
        revision=1,
        incident_id="i-1",
        channel="records",
        lane=Lane.IMMEDIATE,
        deliveries=tuple(
            PlannedDelivery(recipient_id=f"p-{n}", target=f"+86139000{n:05}", locale="zh-Hans", message_id="m-1")
            for n in range(count)
        ),
    )
    await services.database.write(lambda conn: ledger.add_batch(conn, batch, now=AT))


async def bury(services: Services) -> int:
    record = Record(topic="kepu.feed", key="open", id="open/1", value=b"{}")
    await services.database.write(
        lambda conn: dead.bury(conn, record, reason=Reason.MALFORMED, detail="no JSON", now=AT)
    )
    return int((await services.database.read(dead.listing))[0].seq)


async def test_reading_without_accounts_is_for_this_machine(browse: Open) -> None:
    for name in LISTS:
        assert (await browse().get(f"/api/v1/{name}")).status_code == 200
        is_problem(await browse(address="192.0.2.7").get(f"/api/v1/{name}"), 403)
        is_problem(await browse(host="evil.example").get(f"/api/v1/{name}"), 403)
    told = is_problem(await browse().post("/api/v1/campaigns/c-1/approve", json={"revision": 1}), 403)
    assert "kepu user add" in told["detail"]
    is_problem(await browse().post("/api/v1/feeds/open", content=b"<alert/>"), 403)


async def test_who_may_do_what(browse: Open, token_of: Tokens) -> None:
    rights = {
        "zhao": {"read"},
        "qian": {"read", "cancel", "push", "drop"},
        "wang": {"read", "approve"},
        "county": {"push"},
    }
    requests: dict[str, tuple[str, str, dict[str, Any]]] = {
        "read": ("GET", "/api/v1/overview", {}),
        "approve": ("POST", "/api/v1/campaigns/nope/approve", {"json": {"revision": 1}}),
        "cancel": ("POST", "/api/v1/campaigns/nope/cancel", {"json": {"revision": 1}}),
        "drop": ("POST", "/api/v1/dead-letters/7/drop", {}),
        "push": ("POST", "/api/v1/feeds/shut", {"content": b"x"}),
    }
    for name, may in rights.items():
        client = browse(token=token_of(name))
        for verb, (method, path, extra) in requests.items():
            status = (await client.request(method, path, **extra)).status_code
            assert status == ((200 if verb == "read" else 404) if verb in may else 403), (name, verb)


@pytest.mark.usefixtures("staffed")
async def test_without_or_with_a_wrong_token(browse: Open) -> None:
    for client in (browse(), browse(token="kepu_" + "x" * 43)):
        reply = await client.get("/api/v1/incidents")
        is_problem(reply, 401)
        assert reply.headers["www-authenticate"].startswith("Bearer")


async def test_two_people_approve_and_it_goes_out(staffed: Services, browse: Open, token_of: Tokens) -> None:
    wang, li = browse(token=token_of("wang")), browse(token=token_of("li"))
    sure = {"revision": 1, "override_review": True}
    first = await wang.post("/api/v1/campaigns/c-1/approve", json={**sure, "note": "read"})
    assert first.json()["state"] == "waiting"
    assert first.json()["approved_by"] == ["wang"]
    again = is_problem(await wang.post("/api/v1/campaigns/c-1/approve", json=sure), 409)
    assert again["reason"] == "authority"
    assert again["type"] == "urn:kepu:refused"
    second = await li.post("/api/v1/campaigns/c-1/approve", json=sure)
    assert second.json()["state"] == "launched"
    assert await staffed.bus.lag() == {"kepu.launch": 1}, "what goes out was published in the same commit"
    text = staffed.metrics.text().decode()
    assert 'kepu_decisions_total{action="launch",reason="operator"} 2.0' in text


async def test_words_that_no_expert_signed_go_out_under_a_name(
    staffed: Services, browse: Open, token_of: Tokens
) -> None:
    wang = browse(token=token_of("wang"))
    assert (await wang.get("/api/v1/campaigns/c-1")).json()["unsigned"] == "content_unreviewed"
    refused = is_problem(await wang.post("/api/v1/campaigns/c-1/approve", json={"revision": 1}), 409)
    assert refused["reason"] == "content_unreviewed"
    assert "override_review" in refused["detail"]
    assert (await wang.get("/api/v1/campaigns/c-1")).json()["latest"]["approved_by"] == []
    await wang.post("/api/v1/campaigns/c-1/approve", json={"revision": 1, "override_review": True})
    said = (await wang.get("/api/v1/decisions?campaign=c-1")).json()["items"]
    assert [(row["actor"], row["guard"], row["reason"]) for row in said if row["guard"] == "review"] == [
        ("wang", "review", "content_unreviewed")
    ]


async def test_signed_words_need_no_name(staffed: Services, browse: Open, token_of: Tokens) -> None:
    content = msgspec.structs.replace(staffed.settings.content, trust_shipped=True)
    staffed.settings = msgspec.structs.replace(staffed.settings, content=content)
    wang = browse(token=token_of("wang"))
    assert (await wang.get("/api/v1/campaigns/c-1")).json()["unsigned"] == ""
    assert (await wang.post("/api/v1/campaigns/c-1/approve", json={"revision": 1})).status_code == 200


async def test_rejecting_cancelling_and_submitting(staffed: Services, browse: Open, token_of: Tokens) -> None:
    wang, qian = browse(token=token_of("wang")), browse(token=token_of("qian"))

    async def set_state(state: CampaignState) -> None:
        await staffed.database.write(lambda conn: conn.execute(campaign_table.update().values(state=state)))

    assert (await wang.post("/api/v1/campaigns/c-1/reject", json={"revision": 1})).json()["state"] == "rejected"
    await set_state(CampaignState.DRAFT)
    assert (await qian.post("/api/v1/campaigns/c-1/submit", json={"revision": 1})).json()["state"] == "waiting"
    assert (await qian.post("/api/v1/campaigns/c-1/cancel", json={"revision": 1})).json()["state"] == "cancelled"
    refused = is_problem(await qian.post("/api/v1/campaigns/c-1/cancel", json={"revision": 1}), 409)
    assert refused["reason"] == "no_change"


async def test_a_revision_nobody_looked_at_is_not_signed(staffed: Services, browse: Open, token_of: Tokens) -> None:
    await staffed.database.write(lambda conn: campaigns.insert(conn, a_campaign(revision=2)))
    client = browse(token=token_of("wang"))
    refused = is_problem(await client.post("/api/v1/campaigns/c-1/approve", json={"revision": 1}), 409)
    assert refused["reason"] == "older_revision"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{"revision": 1, "force": true}', "force"),
        (b'{"note": "x"}', "revision"),
        (b'{"revision": "one"}', "revision"),
        (b"not json", ""),
        (b"", ""),
    ],
)
async def test_bodies_of_another_shape(browse: Open, token_of: Tokens, body: bytes, where: str) -> None:
    client = browse(token=token_of("wang"))
    headers = {"Content-Type": "application/json"}
    reply = await client.post("/api/v1/campaigns/c-1/approve", content=body, headers=headers)
    assert where in str(is_problem(reply, 400))


async def test_misspelt_filters_select_nothing(browse: Open) -> None:
    found = is_problem(await browse().get("/api/v1/deliveries?chanel=sms"), 400)
    assert "chanel" in str(found["errors"])
    for query in ("state=done", "limit=0", "limit=501", "limit=x", "after=!!", "after=eyJ4IjoxfQ", "after=WzEsMl0"):
        is_problem(await browse().get(f"/api/v1/deliveries?{query}"), 400)
    huge = "WzEwMDAwMDAwMDAwMDAwMDAwMDAwMDAwXQ"
    is_problem(await browse().get(f"/api/v1/decisions?after={huge}"), 400)
    assert (await browse().get("/api/v1/campaigns?state=waiting")).json()["items"][0]["id"] == "c-1"
    assert (await browse().get("/api/v1/campaigns?state=launched")).json()["items"] == []


async def test_pages_follow_each_other_without_gap_or_repetition(services: Services, browse: Open) -> None:
    await plan_deliveries(services, 25)
    client, found, after = browse(), [], None
    while True:
        query = {"campaign": "c-1", "state": "queued", "limit": "10", **({"after": after} if after else {})}
        page = (await client.get("/api/v1/deliveries", params=query)).json()
        found += [row["recipient_id"] for row in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == [f"p-{n}" for n in range(25)]


async def test_campaigns_and_incidents_page_too(services: Services, browse: Open) -> None:
    for revision in range(2, 6):
        await services.database.write(lambda conn, n=revision: campaigns.insert(conn, a_campaign(revision=n)))
    first = (await browse().get("/api/v1/campaigns?limit=3")).json()
    rest = (await browse().get("/api/v1/campaigns", params={"limit": "3", "after": first["next"]})).json()
    assert [row["revision"] for row in (*first["items"], *rest["items"])] == [5, 4, 3, 2, 1]
    assert rest["next"] is None
    assert (await browse().get("/api/v1/incidents?limit=1&hazard=rainstorm")).json()["next"] is None


async def test_addresses_of_people_are_masked(services: Services, browse: Open) -> None:
    await plan_deliveries(services, 1)
    said = "Invalid 'To' Phone Number: +8613900000000"
    await services.database.write(lambda conn: conn.execute(deliveries.update().values(detail=said)))
    for path in ("/api/v1/deliveries", "/deliveries"):
        text = (await browse().get(path)).text
        assert "+861390000" not in text
        assert "****" in text


async def test_details(services: Services, browse: Open) -> None:
    await plan_deliveries(services, 3)
    campaign = (await browse().get("/api/v1/campaigns/c-1")).json()
    assert campaign["preview"] is True
    assert campaign["audience_size"] == 1
    assert {message["locale"] for message in campaign["messages"]} == {"zh-Hans", "zh-Hant", "en"}
    assert campaign["deliveries"][0]["count"] == 3
    incident = (await browse().get("/api/v1/incidents/i-1")).json()
    assert incident["incident"]["severity"] == "Extreme"
    assert [row["id"] for row in incident["campaigns"]] == ["c-1"]
    overview = (await browse().get("/api/v1/overview")).json()
    assert [row["id"] for row in overview["waiting"]] == ["c-1"]
    is_problem(await browse().get("/api/v1/incidents/nope"), 404)
    is_problem(await browse().get("/api/v1/campaigns/nope"), 404)
    is_problem(await browse().get("/api/v1/nothing"), 404)
    is_problem(await browse().put("/api/v1/incidents"), 405)


async def test_push(staffed: Services, browse: Open, token_of: Tokens) -> None:
    client = browse(token=token_of("county"))
    taken = await client.post("/api/v1/feeds/open", content=b"<alert/>")
    assert taken.status_code == 202
    assert taken.json()["record"].startswith("open/")
    assert (await client.post("/api/v1/feeds/open", content=b"<alert/>")).json() == taken.json()
    assert await staffed.bus.lag() == {"kepu.feed": 1}, "durable, and once"
    is_problem(await client.post("/api/v1/feeds/shut", content=b"x"), 404)
    is_problem(await client.post("/api/v1/feeds/nope", content=b"x"), 404)
    is_problem(await client.post("/api/v1/feeds/open", content=b""), 400)
    is_problem(await client.post("/api/v1/feeds/open", content=b"x" * 20_000_001), 413)


async def test_dead_letters(staffed: Services, browse: Open, token_of: Tokens) -> None:
    seq = await bury(staffed)
    client = browse(token=token_of("qian"))
    listed = (await client.get("/api/v1/dead-letters?topic=kepu.feed")).json()["items"]
    assert [(row["seq"], row["reason"], row["size_bytes"]) for row in listed] == [(seq, "malformed", 2)]
    assert (await client.post(f"/api/v1/dead-letters/{seq}/replay")).status_code == 204
    assert await staffed.bus.lag() == {"kepu.feed": 1}
    is_problem(await client.post(f"/api/v1/dead-letters/{seq}/drop"), 409)
    is_problem(await client.post("/api/v1/dead-letters/99/drop"), 404)
    assert (await client.get("/api/v1/dead-letters")).json()["items"] == []
    assert len((await client.get("/api/v1/dead-letters?state=replayed")).json()["items"]) == 1
    decided = (await client.get("/api/v1/decisions?reason=operator")).json()["items"]
    assert "qian had dead letter" in decided[0]["detail"]


async def test_the_description_is_whole(browse: Open) -> None:
    found = (await browse().get("/api/openapi.json")).json()
    assert found["openapi"].startswith("3.1")
    assert set(found["paths"]) == {
        "/api/v1/overview",
        "/api/v1/incidents",
        "/api/v1/incidents/{incident_id}",
        "/api/v1/incidents/{incident_id}/end",
        "/api/v1/incidents/{incident_id}/experts",
        "/api/v1/incidents/{incident_id}/experts/taken",
        "/api/v1/calendar",
        "/api/v1/factchecks",
        "/api/v1/rumours",
        "/api/v1/rumours/{incident_id}",
        "/api/v1/experts",
        "/api/v1/experts/{expert}/away",
        "/api/v1/silences",
        "/api/v1/silences/{silence_id}",
        "/api/v1/campaigns",
        "/api/v1/campaigns/{campaign_id}/steps",
        "/api/v1/campaigns/{campaign_id}/steps/stop",
        "/api/v1/campaigns/{campaign_id}",
        *(f"/api/v1/campaigns/{{campaign_id}}/{verb}" for verb in ("submit", "approve", "reject", "cancel")),
        "/api/v1/deliveries",
        "/api/v1/decisions",
        "/api/v1/dead-letters",
        "/api/v1/dead-letters/{seq}/replay",
        "/api/v1/dead-letters/{seq}/drop",
        "/api/v1/feeds/{name}",
    }
    names = {item["name"] for item in found["paths"]["/api/v1/deliveries"]["get"]["parameters"]}
    assert names == {"campaign", "revision", "incident", "channel", "locale", "state", "reason", "after", "limit"}
    assert "token" in found["components"]["securitySchemes"]
