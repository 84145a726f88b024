"""Experts at the desk: the link that only shows until somebody posts, and asking by page, API and command."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import Callable
from datetime import timedelta

import httpx
import msgspec
import pytest
from sqlalchemy import Connection

from emergency_kepu.asking import chain
from emergency_kepu.asking.around import Around
from emergency_kepu.asking.links import Links
from emergency_kepu.asking.telling import Telling
from emergency_kepu.channels.secrets import Secret
from emergency_kepu.desk.words import WORDS
from emergency_kepu.domain.ask import Ask, AskState, Purpose
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.expert import Expert, PrivateChannel
from emergency_kepu.domain.incident import IncidentStatus
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import asks, campaigns, incidents
from tests.desk.conftest import AT, Open, a_campaign, an_incident
from tests.desk.test_api import Tokens, is_problem
from tests.desk.test_console import open_https

LIN = Expert(
    id="lin",
    names={"zh-Hans": "林示例", "en": "Lin"},
    fields=("meteorology",),
    languages=("zh-Hans", "en"),
    private=(PrivateChannel(channel="records", target="+8600099990001"),),
)
FAR = msgspec.structs.replace(LIN, id="far", fields=("x",), private=())


@pytest.fixture
def house(services: Services) -> Services:
    """With experts and a key."""
    services.settings = msgspec.structs.replace(services.settings, experts=(LIN, FAR))
    services.links = Links(Secret("k" * 32), "https://desk.example")
    return services


def _asked(services: Services) -> Callable[[Connection], Ask]:
    def do(conn: Connection) -> Ask:
        row = a_campaign(revision=2, state=CampaignState.FINISHED)
        campaigns.insert(conn, msgspec.structs.replace(row, launched_at=AT, plan_complete=True))
        around = Around.of(services)
        return chain.by_hand(conn, around, "i-1", expert="lin", actor="li", now=AT)

    return do


async def asked(services: Services, purpose: Purpose) -> str:
    """The path of a link after the expert was asked."""
    ask = await services.database.write(_asked(services))
    assert services.links is not None
    return f"/e/{services.links.token(ask, purpose)}"


async def state(services: Services) -> list[str]:
    found = await services.database.read(lambda conn: asks.of_incident(conn, "i-1"))
    return [ask.state.value for ask in found]


@pytest.mark.parametrize("purpose", Purpose)
async def test_a_scanner_that_opens_the_link_changes_nothing(house: Services, browse: Open, purpose: Purpose) -> None:
    path = await asked(house, purpose)
    client = browse(address="192.0.2.7", host="desk.example")
    before = await house.database.read(lambda conn: asks.of_incident(conn, "i-1"))
    for lang, words in WORDS.items():
        reply = await client.get(path, params={"lang": lang})
        assert reply.status_code == 200
        assert words["answer"][purpose.value] in html.unescape(reply.text)
        assert "犍为县气象台" in reply.text
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["x-robots-tag"] == "noindex, nofollow"
        assert not re.search(r"<script|style=|\son\w+=", reply.text)
    assert (await client.head(path)).status_code == 405
    assert await house.database.read(lambda conn: asks.of_incident(conn, "i-1")) == before


async def test_posting_acts_once(house: Services, browse: Open) -> None:
    path = await asked(house, Purpose.CONFIRM)
    client = browse(address="192.0.2.7", host="desk.example")
    done = await client.post(path, headers={"Origin": "null", "Sec-Fetch-Site": "cross-site"})
    assert (done.status_code, done.headers["location"]) == (303, path)
    assert await state(house) == ["confirmed"]
    assert WORDS["en"]["answer"]["done_confirm"] in (await client.get(path, params={"lang": "en"})).text
    again = await client.post(path, headers={"Accept-Language": "en"})
    assert again.status_code == 200, "a second tap is no failure"
    assert WORDS["en"]["answer"]["done_confirm"] in again.text
    assert await state(house) == ["confirmed"]
    assert house.links is not None
    [ask] = await house.database.read(lambda conn: asks.of_incident(conn, "i-1"))
    other = await client.post(f"/e/{house.links.token(ask, Purpose.DECLINE)}", headers={"Accept-Language": "en"})
    assert (other.status_code, WORDS["en"]["answer"]["no_change"] in other.text) == (410, True)
    assert await state(house) == ["confirmed"]


async def test_not_my_field_leads_to_the_desk_where_nobody_is_left(house: Services, browse: Open) -> None:
    path = await asked(house, Purpose.DECLINE)
    client = browse()
    await client.post(path)
    assert await state(house) == ["declined", "desk"]
    page = (await client.get("/", headers={"Accept-Language": "en"})).text
    assert 'href="/incidents/i-1/experts"' in page
    assert WORDS["en"]["ui"]["unanswered"] in page


async def test_an_explanation_waits_for_approval_and_what_is_too_long_is_said(house: Services, browse: Open) -> None:
    path = await asked(house, Purpose.CORRECT)
    client = browse(address="192.0.2.7", host="desk.example")
    page = (await client.get(path)).text
    assert re.findall(r'name="(text\.[\w-]+)"', page) == ["text.zh-Hans", "text.en"]
    for words, key in (("", "empty"), ("长" * 301, "too_long")):
        refused = await client.post(path, data={"text.zh-Hans": words}, headers={"Accept-Language": "zh"})
        assert refused.status_code == 400
        assert WORDS["zh-CN"]["answer"][key] in refused.text
        assert words in refused.text, "what was written is not lost"
    hostile = "</textarea><script>alert(1)</script>"
    refused = await client.post(path, data={"text.zh-Hans": hostile + "长" * 300})
    assert "<script>" not in refused.text
    sent = await client.post(path, data={"text.zh-Hans": "水深不明", "text.fr": "non"})
    assert sent.status_code == 303
    [ask] = await house.database.read(lambda conn: asks.of_incident(conn, "i-1"))
    assert (ask.state, ask.answer) == (AskState.CORRECTED, {"zh-Hans": "水深不明"})
    for page in ("/incidents/i-1", "/campaigns/c-1"):
        assert "水深不明" in (await browse().get(page)).text


@pytest.mark.parametrize("path", ["/e/x", "/e/" + "A" * 39, "/e/%F0%9F%98%80"])
async def test_a_forged_link_is_nothing(house: Services, browse: Open, path: str) -> None:
    await asked(house, Purpose.CONFIRM)
    client = browse(address="192.0.2.7", host="desk.example")
    for reply in (await client.get(path), await client.post(path)):
        assert reply.status_code == 404
    assert await state(house) == ["queued"]


async def test_a_link_of_something_over_says_so(house: Services, browse: Open) -> None:
    path = await asked(house, Purpose.CONFIRM)
    over = msgspec.structs.replace(an_incident(), status=IncidentStatus.CANCELLED)
    await house.database.write(lambda conn: incidents.save(conn, over))
    client = browse()
    reply = await client.get(path, params={"lang": "en"})
    assert (reply.status_code, WORDS["en"]["answer"]["all_clear"] in reply.text) == (410, True)
    assert (await client.post(path)).status_code == 410


async def test_without_a_key_no_link_is_known(services: Services, browse: Open) -> None:
    assert (await browse().get("/e/" + "A" * 39)).status_code == 404


async def test_by_api(house: Services, staffed: Services, browse: Open, token_of: Tokens) -> None:
    client = browse(token=token_of("qian"))
    address = "/api/v1/incidents/i-1/experts"
    assert (await client.get(address)).json() == []
    is_problem(await client.get("/api/v1/incidents/i-9/experts"), 404)
    is_problem(await client.post(address, json={"expert": "nobody"}), 404)
    is_problem(await client.post(address, json={"expert": "far"}), 409)
    is_problem(await client.post(f"{address}/taken"), 409)
    is_problem(await browse(token=token_of("zhao")).post(address, json={}), 403)
    made = await client.post(address, json={})
    assert (made.status_code, made.json()["expert"], made.json()["state"]) == (201, "lin", "queued")
    is_problem(await client.post(address, json={"expert": "lin"}), 409)
    [found] = (await client.get(address)).json()
    assert "0001" not in str(found), "no private number in an answer"
    house.links = None
    is_problem(await client.post(address, json={}), 400)


async def test_on_the_pages(house: Services, staffed: Services, browse: Open) -> None:
    reader = await open_https(browse)
    page = (await reader.get("/incidents/i-1/experts?lang=en")).text
    assert "knows meteorology; keeps no fixed hours; serves every region; speaks zh-Hans" in page
    admin = await open_https(browse, "admin")
    where = "/incidents/i-1/experts"
    form = await _form(admin, f"{where}/ask")
    done = await admin.post(f"{where}/ask", data={**form, "expert": "lin"})
    assert done.headers["location"] == f"{where}?done=asked_now"
    assert "林示例" in (await admin.get("/incidents/i-1")).text
    assert "99990001" not in (await admin.get(where)).text
    assert (await reader.post(f"{where}/ask", data=form)).status_code == 403
    await house.database.write(_gave_up)
    form = await _form(admin, f"{where}/taken")
    assert (await admin.post(f"{where}/taken", data=form)).headers["location"] == f"{where}?done=taken_now"
    assert await state(house) == ["silent", "taken"]
    assert (await admin.post(f"{where}/other", data=form)).status_code == 404


async def test_somebody_falls_ill(house: Services, staffed: Services, browse: Open, token_of: Tokens) -> None:
    client = browse(token=token_of("qian"))
    there = {"lin": "no_fixed_hours", "far": "no_fixed_hours"}
    assert {found["id"]: found["presence"] for found in (await client.get("/api/v1/experts")).json()} == there
    assert "99990001" not in (await client.get("/api/v1/experts")).text
    address = "/api/v1/experts/lin/away"
    until = (AT + timedelta(hours=8)).isoformat()
    is_problem(await client.delete(address), 409)
    is_problem(await client.post("/api/v1/experts/nobody/away", json={"until": until}), 404)
    is_problem(await client.post(address, json={"until": AT.isoformat()}), 400)
    is_problem(await client.post(address, json={"until": "2027-06-30T00:00:00Z"}), 400)
    is_problem(await client.post(address, json={"until": "2026-07-01T00:00:00"}), 400)
    is_problem(await browse(token=token_of("zhao")).post(address, json={"until": until}), 403)
    assert (await client.post(address, json={"until": until})).status_code == 204
    assert (await client.get("/api/v1/experts")).json()[0]["presence"] == "away"
    is_problem(await client.post("/api/v1/incidents/i-1/experts", json={}), 409)
    admin, where = await open_https(browse, "admin"), "/incidents/i-1/experts"
    form = await _form(admin, f"{where}/back")
    done = await admin.post(f"{where}/back", data=form)
    assert done.headers["location"] == f"{where}?done=back_now"
    form = await _form(admin, f"{where}/away")
    done = await admin.post(f"{where}/away", data={**form, "hours": "12"})
    assert done.headers["location"] == f"{where}?done=away_now"
    assert (await client.get("/api/v1/experts")).json()[0]["presence"] == "away"
    assert (await client.delete(address)).status_code == 204


async def _form(client: httpx.AsyncClient, action: str) -> dict[str, str]:
    page = (await client.get("/incidents/i-1/experts")).text
    found = re.search(rf'<form(?: class="login")? method="post" action="{action}">(.*?)</form>', page, re.DOTALL)
    assert found
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', found[1]))


def _gave_up(conn: Connection) -> None:
    [ask] = asks.of_incident(conn, "i-1")
    late = msgspec.structs.replace(ask, id="0" * 16, expert="", state=AskState.DESK, next_at=None)
    asks.add(conn, late)
    asks.change(conn, ask, state=AskState.SILENT, next_at=None)


async def test_the_clock_sends_through_the_real_channel(house: Services) -> None:
    await house.database.write(_asked(house))
    assert await Telling(house).tick() == 1
    assert await state(house) == ["asked"]
    line = (await asyncio.to_thread(_out, house)).strip()
    assert "+8600099990001" in line
    assert line.count("https://desk.example/e/") == 3
    [ask] = await house.database.read(lambda conn: asks.of_incident(conn, "i-1"))
    assert ask.next_at == AT + timedelta(minutes=15)


def _out(services: Services) -> str:
    with open(services.settings.channels["records"]["path"], encoding="utf-8") as file:
        return file.read()
