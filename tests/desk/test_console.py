"""The console: what is shown, to whom, in which language; deciding by form; and that nothing is injected."""

from __future__ import annotations

import re

import httpx
import pytest

from emergency_kepu.desk.words import WORDS
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.decision import Action, Reason
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns
from tests.desk.conftest import PASSWORD, Open, a_campaign

PAGES = (
    "/",
    "/write",
    "/calendar",
    "/incidents/i-1",
    "/incidents/i-1/end",
    "/incidents/i-1/experts",
    "/campaigns/c-1",
    "/deliveries",
    "/decisions",
    "/dead",
    "/login",
)


def form_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to `action`."""
    found = re.search(rf'<form method="post" action="{action}">(.*?)</form>', page, re.DOTALL)
    assert found, action
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', found[1]))


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_in_both_languages(browse: Open, path: str) -> None:
    client = browse()
    for lang in WORDS:
        reply = await client.get(path, params={"lang": lang})
        assert reply.status_code == 200
        assert f'<html lang="{lang}">' in reply.text
        assert "script-src 'self'" in reply.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/incidents/i-1", "/campaigns/c-1"])
async def test_what_a_feed_says_is_text_and_nothing_else(browse: Open, path: str) -> None:
    page = (await browse().get(path)).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not re.search(r"<script(?! src=)|style=|\son\w+=", page), "nothing is inline"


async def test_what_waits_comes_first_and_leads_to_the_decision(browse: Open) -> None:
    page = (await browse().get("/", headers={"Accept-Language": "en"})).text
    assert page.index("Waiting for approval") < page.index("Under way") < page.index("Incidents</h2>")
    assert 'class="button main" href="/campaigns/c-1"' in page
    assert "<title>(1) Desk of tests</title>" in page


async def test_the_language_chosen_is_remembered(browse: Open) -> None:
    client = browse()
    assert "等待审批" in (await client.get("/", headers={"Accept-Language": "fr"})).text
    await client.get("/?lang=en")
    assert "Waiting for approval" in (await client.get("/")).text
    assert "Waiting for approval" in (await browse().get("/", headers={"Accept-Language": "fr;q=1, en;q=0.5"})).text


async def test_a_page_that_asks_for_news_gets_only_its_live_part(browse: Open) -> None:
    part = (await browse().get("/", headers={"HX-Request": "true"})).text
    assert part.startswith("<title>")
    assert '<div id="live"' in part
    assert "<body" not in part
    assert "<script" not in part


async def test_times_are_of_the_place_and_name_their_zone(browse: Open) -> None:
    assert "2026-06-30 16:28 UTC+8" in (await browse().get("/incidents/i-1")).text


async def test_a_campaign_shows_every_text_whole_and_how_many_get_it(browse: Open) -> None:
    page = (await browse().get("/campaigns/c-1?lang=en")).text
    assert page.count('<pre lang="') == 3, "one channel, three languages"
    assert "犍为县气象台" in page
    assert "1 recipients would get it" in page


async def test_unknown_things_are_said_in_a_page(browse: Open) -> None:
    for path in ("/incidents/nope", "/campaigns/nope", "/nowhere"):
        reply = await browse().get(path, headers={"Accept-Language": "en"})
        assert reply.status_code == 404
        assert "That did not work" in reply.text
        assert "default-src 'none'" in reply.headers["content-security-policy"]


async def test_without_accounts_it_is_read_on_this_machine_only(browse: Open) -> None:
    assert "kepu user add" in (await browse().get("/")).text
    assert (await browse(address="192.0.2.7").get("/")).status_code == 403
    rebound = await browse(host="evil.example").get("/")
    assert rebound.status_code == 403
    assert "c-1" not in rebound.text
    assert (await browse().post("/campaigns/c-1/approve", data={"revision": "1"})).status_code == 403


@pytest.mark.usefixtures("staffed")
async def test_with_accounts_one_logs_in(browse: Open) -> None:
    reply = await browse().get("/")
    assert reply.status_code == 303
    assert reply.headers["location"] == "/login"
    assert (await browse().get("/", headers={"HX-Request": "true"})).status_code == 401
    wrong = await browse().post("/login", data={"name": "wang", "password": "wrong"})
    assert wrong.status_code == 401
    cookie = (await browse().post("/login", data={"name": "wang", "password": PASSWORD})).headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Secure"):
        assert part.lower() in cookie.lower()


@pytest.mark.usefixtures("staffed")
async def test_guessing_is_slowed_down_for_the_guesser_alone(browse: Open) -> None:
    guesser = browse(address="192.0.2.9")
    for _ in range(5):
        await guesser.post("/login", data={"name": "wang", "password": "wrong"})
    assert (await guesser.post("/login", data={"name": "wang", "password": PASSWORD})).status_code == 429
    assert (await browse().post("/login", data={"name": "wang", "password": PASSWORD})).status_code == 303


async def test_approving_by_form(staffed: Services, browse: Open) -> None:
    client = await open_https(browse)
    page = (await client.get("/campaigns/c-1?lang=en")).text
    assert "No expert has signed these texts" in page
    form = form_of(page, "/campaigns/c-1/approve")
    unticked = {name: value for name, value in form.items() if name != "override"}
    assert (await client.post("/campaigns/c-1/approve", data=unticked)).status_code == 409
    answer = await client.post("/campaigns/c-1/approve", data={**form, "note": "read it"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/campaigns/c-1?done=approved_more"
    after = (await client.get(answer.headers["location"])).text
    assert "one more person must approve" in after
    assert "read it" in after
    again = await client.post("/campaigns/c-1/approve", data=form)
    assert again.status_code == 409
    assert "another person must do so too" in again.text
    row = await staffed.database.read(lambda conn: campaigns.latest(conn, "c-1"))
    assert row.state is CampaignState.WAITING


async def open_https(browse: Open, name: str = "wang") -> httpx.AsyncClient:
    """Logged in, with the cookie sent back although it is marked for https only."""
    client = browse()
    answer = await client.post("/login", data={"name": name, "password": PASSWORD})
    client.headers["Cookie"] = answer.headers["set-cookie"].split(";")[0]
    client.headers["Accept-Language"] = "en"
    return client


async def test_what_was_not_seen_cannot_be_approved(staffed: Services, browse: Open) -> None:
    client = await open_https(browse)
    form = form_of((await client.get("/campaigns/c-1")).text, "/campaigns/c-1/approve")
    await staffed.database.write(lambda conn: campaigns.insert(conn, a_campaign(revision=2)))
    refused = await client.post("/campaigns/c-1/approve", data=form)
    assert refused.status_code == 409
    assert "revision 2" in refused.text


@pytest.mark.usefixtures("staffed")
async def test_forms_of_others_are_refused(browse: Open) -> None:
    client = await open_https(browse)
    form = form_of((await client.get("/campaigns/c-1")).text, "/campaigns/c-1/approve")
    for data, headers in (
        ({**form, "form_token": "0" * 64}, {}),
        ({"revision": "1"}, {}),
        (form, {"Origin": "https://evil.example"}),
        (form, {"Sec-Fetch-Site": "cross-site"}),
    ):
        assert (await client.post("/campaigns/c-1/approve", data=data, headers=headers)).status_code == 403
    assert (await client.post("/login", data={}, headers={"Origin": "https://evil.example"})).status_code == 403
    assert (await client.post("/campaigns/c-1/approve", data={**form, "revision": "x"})).status_code == 400


@pytest.mark.usefixtures("staffed")
async def test_a_forged_or_foreign_cookie_is_nobody(browse: Open) -> None:
    client = await open_https(browse)
    name, value = client.headers["Cookie"].split("=", 1)
    for forged in (value[:-1] + ("0" if value[-1] != "0" else "1"), "x.y", "", "e30=.0", "\u00e9.\u00e9"):
        cookie = [(b"Cookie", f"{name}={forged}".encode("latin-1"))]
        client.headers.pop("Cookie", None)
        assert (await client.get("/", headers=cookie)).status_code == 303


@pytest.mark.usefixtures("staffed")
async def test_roles_bound_what_the_page_offers_and_the_form_does(browse: Open) -> None:
    client = await open_https(browse)
    page = (await client.get("/campaigns/c-1?lang=en")).text
    assert 'action="/campaigns/c-1/cancel"' not in page, "an approver does not operate"
    token = form_of(page, "/campaigns/c-1/approve")
    assert (await client.post("/campaigns/c-1/cancel", data=token)).status_code == 403
    admin = await open_https(browse, "admin")
    form = form_of((await admin.get("/campaigns/c-1")).text, "/campaigns/c-1/cancel")
    assert (await admin.post("/campaigns/c-1/cancel", data=form)).status_code == 303
    assert (await admin.post("/campaigns/c-1/explode", data=form)).status_code == 404


@pytest.mark.usefixtures("staffed")
async def test_logging_out(browse: Open) -> None:
    client = await open_https(browse)
    form = form_of((await client.get("/")).text, "/logout")
    answer = await client.post("/logout", data=form)
    assert answer.status_code == 303
    assert "Max-Age=0" in answer.headers["set-cookie"]


def test_both_languages_say_everything() -> None:
    chinese, english = WORDS["zh-CN"], WORDS["en"]
    assert chinese.keys() == english.keys()
    for section in chinese:
        assert chinese[section].keys() == english[section].keys(), section
    assert set(chinese["reason"]) == set(Reason)
    assert set(chinese["action"]) == set(Action)
    for words in WORDS.values():
        for section, found in words.items():
            assert all(isinstance(word, str) and word for word in found.values()), section


async def test_assets_are_ours(browse: Open) -> None:
    page = (await browse().get("/")).text
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
        assert (await browse().get(address)).status_code == 200, address
    assert not re.search(r'(?:src|href|action)="https?://', page)
