"""Safe, or in need of help: what people tell a public page, and what the desk does with it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import structlog

from emergency_kepu.desk import accounts, words
from emergency_kepu.desk.accounts import Role
from emergency_kepu.desk.app import create_app
from emergency_kepu.desk.flood import WINDOW_SECONDS, Flood
from emergency_kepu.desk.gauges import read_gauges
from emergency_kepu.domain.campaign import CampaignKind, CampaignState
from emergency_kepu.domain.check_in import CheckIn, CheckInKind, told
from emergency_kepu.domain.errors import ConfigError, NotFound, Refused, UserError
from emergency_kepu.domain.incident import IncidentStatus
from emergency_kepu.pages.emergency import asked_in, numbers
from emergency_kepu.pipeline.services import Services
from emergency_kepu.runtime import Runtime
from emergency_kepu.services import Wired, wire
from emergency_kepu.settings import DeskSettings, load_settings
from emergency_kepu.store import check_ins
from emergency_kepu.store.check_ins import Wanted
from emergency_kepu.store.decisions import listing as decided
from tests.desk.conftest import AT, PASSWORD, HeldClock
from tests.desk.test_public_page import KEY, _settings, get, out, path, put

HOME = "http://127.0.0.1:8600"
HELP = {
    "as": "help",
    "once": "o-1",
    "place": "前进路5号3楼",
    "people": "2",
    "phone": "+86 139 0000 1234",
    "name": "李华",
}


@pytest.fixture
async def wired(tmp_path: Path) -> AsyncIterator[Wired]:
    settings = _settings(tmp_path)
    desk = msgspec.structs.replace(settings.desk, check_in_places=("511100",), check_in_days=7)
    wired = wire(msgspec.structs.replace(settings, desk=desk), clock=HeldClock(), environ=KEY)
    await wired.services.database.start()
    yield wired
    await wired.close()


@pytest.fixture
def services(wired: Wired) -> Services:
    return wired.services


@asynccontextmanager
async def browser(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_app(services, environ=KEY))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=HOME) as client:
        yield client


async def log_in(client: httpx.AsyncClient, name: str) -> None:
    """The cookie is marked for https only: it is sent back all the same."""
    answer = await client.post("/login", data={"name": name, "password": PASSWORD})
    client.headers["Cookie"] = answer.headers["set-cookie"].split(";")[0]


async def kept(services: Services, wanted: Wanted | None = None) -> list[CheckIn]:
    return await services.database.read(lambda conn: check_ins.listing(conn, wanted or Wanted(), limit=100))


async def told_before(services: Services, number: int, **changes: Any) -> CheckIn:
    row = CheckIn(
        id=f"{number:024}",
        at=AT - timedelta(minutes=number),
        campaign_id="c-1",
        revision=1,
        locale="en",
        kind=CheckInKind.HELP,
        place=f"Forward Road {number}",
    )
    row = msgspec.structs.replace(row, **changes)
    await services.database.write(lambda conn: check_ins.add(conn, row))
    return row


async def test_where_the_desk_does_not_ask_nothing_of_it_shows(tmp_path: Path) -> None:
    wired = wire(_settings(tmp_path), clock=HeldClock(), environ=KEY)
    await wired.services.database.start()
    await put(wired.services, out())
    assert words.PAGE["en"]["help"] not in (await get(wired.services, path(wired.services, "/en"))).text
    assert (await get(wired.services, path(wired.services, "/en/tell"))).status_code == 404
    async with browser(wired.services) as client:
        assert (await client.post(path(wired.services, "/en/tell"), data=HELP)).status_code == 404
        assert "/check-ins" not in (await client.get("/?lang=en")).text
    assert await kept(wired.services) == []
    await wired.close()


@pytest.mark.parametrize("locale", ["zh-Hans", "zh-Hant", "en"])
async def test_first_it_says_that_it_is_no_emergency_call_and_which_number_to_call(
    services: Services, locale: str
) -> None:
    await put(services, out())
    w = words.PAGE[locale]
    shown = (await get(services, path(services, f"/{locale}"))).text
    assert shown.index(w["no_emergency"]) < shown.index(f'/{locale}/tell?as=help">{w["help"]}')
    for kind in ("help", "safe"):
        form = await get(services, path(services, f"/{locale}/tell?as={kind}"))
        body = form.text.partition("<main")[2]
        assert body.index(w["no_emergency"]) < body.index('href="tel:119"') < body.index("<h1>") < body.index("<form")
        assert [number in body for number in ('"tel:120"', '"tel:110"', '"tel:112"')] == [True, True, False]
        assert w[f"send_{kind}"] in body
        assert w["kept"].replace("{days}", "7") in body
        assert form.headers["cache-control"] == "no-store"
        assert "set-cookie" not in form.headers
        assert "<script" not in form.text


async def test_a_call_for_help_is_kept_once_and_answered(services: Services) -> None:
    await put(services, out())
    async with browser(services) as client:
        with structlog.testing.capture_logs() as logs:
            first = await client.post(path(services, "/en/tell"), data=HELP)
            again = await client.post(path(services, "/en/tell"), data=HELP)
        assert (first.status_code, again.status_code) == (303, 303)
        assert first.headers["location"] == again.headers["location"], "pressed twice"
        answer = await client.get(first.headers["location"])
        assert words.PAGE["en"]["told_help"] in answer.text
        assert words.PAGE["en"]["not_passed"] in answer.text
        assert "2026-06-30 16:28 UTC+8" in answer.text
        assert 'href="tel:119"' in answer.text
        assert [secret for secret in ("前进路", "李华", "1234") if secret in answer.text] == []
        (row,) = await kept(services)
        assert (row.place, row.people, row.phone, row.name, row.campaign_id) == (
            "前进路5号3楼",
            2,
            "+86 139 0000 1234",
            "李华",
            "c-1",
        )
        changed = await client.post(path(services, "/en/tell"), data={**HELP, "people": "3"})
        assert changed.headers["location"] != first.headers["location"], "sent again with something changed: not lost"
        neighbour = await client.post(path(services, "/en/tell"), data={**HELP, "once": "o-2"})
        assert neighbour.headers["location"] != first.headers["location"], "two who write the same are two"
    assert len(await kept(services)) == 3
    metrics = services.metrics.text().decode()
    assert 'kepu_check_ins_total{kind="help"} 3.0' in metrics
    assert "李华" not in metrics
    assert "李华" not in str(logs)


async def test_each_form_has_a_word_of_its_own(services: Services) -> None:
    await put(services, out())
    pages = [(await get(services, path(services, "/en/tell?as=help"))).text for _ in range(2)]
    once = [re.findall('name="once" value="([^"]+)"', page) for page in pages]
    assert once[0] != once[1]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"place": " \u202e "}, "place_missing"),
        ({"note": "x" * 301}, "too_long"),
        ({"people": "0"}, "people_wrong"),
        ({"people": "many"}, "people_wrong"),
    ],
)
async def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(
    services: Services, changed: dict[str, str], problem: str
) -> None:
    await put(services, out())
    async with browser(services) as client:
        found = await client.post(path(services, "/en/tell"), data={**HELP, "name": "<b>Li</b>", **changed})
    assert found.status_code == 400
    assert words.PAGE["en"][problem] in found.text
    assert 'value="&lt;b&gt;Li&lt;/b&gt;"' in found.text
    assert 'name="once" value="o-1"' in found.text
    assert await kept(services) == []


def test_as_little_as_can_be_is_refused() -> None:
    found = told("help", " a\tb\n\u202ec ", phone="ask for Li, 139", people="")
    assert (found.place, found.phone, found.people) == ("a b c", "ask for Li, 139", 1)
    with pytest.raises(UserError, match="place_missing"):
        told("safe", "\u200b")


async def test_a_form_of_another_site_and_one_too_large_are_refused(services: Services) -> None:
    await put(services, out())
    async with browser(services) as client:
        target = path(services, "/en/tell")
        foreign = await client.post(target, data=HELP, headers={"Origin": "https://elsewhere.example"})
        assert foreign.status_code == 403
        assert (await client.post(target, content=b"x" * 33_000)).status_code == 413
    assert await kept(services) == []


async def test_what_did_not_arrive_is_said(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    await put(services, out())

    def fail(_conn: object, row: CheckIn) -> bool:
        raise OSError(row.name)

    monkeypatch.setattr(check_ins, "add", fail)
    async with browser(services) as client:
        with structlog.testing.capture_logs() as logs:
            found = await client.post(path(services, "/en/tell"), data=HELP)
    assert found.status_code == 503
    assert words.PAGE["en"]["not_stored"] in found.text
    assert 'href="tel:119"' in found.text
    assert "李华" in found.text, "so that it can be sent again"
    assert "李华" not in str(logs)


async def test_a_flood_is_held_back_and_whoever_is_in_it_is_told(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(services, out())
    monkeypatch.setattr("emergency_kepu.desk.app.Flood", lambda: Flood(of_address=1))
    async with browser(services) as client:
        assert (await client.post(path(services, "/en/tell"), data=HELP)).status_code == 303
        found = await client.post(path(services, "/en/tell"), data={**HELP, "once": "o-2"})
    assert found.status_code == 429
    assert words.PAGE["en"]["busy"] in found.text
    assert len(await kept(services)) == 1


def test_a_shelter_behind_one_address_does_not_shut_out_the_others() -> None:
    flood = Flood(of_address=2, of_all=4)
    assert [flood.lets("a", wall=0), flood.lets("a", wall=1), flood.lets("a", wall=2)] == [True, True, False]
    assert [flood.lets("b", wall=3), flood.lets("b", wall=4), flood.lets("c", wall=5)] == [True, True, False]
    assert flood.lets("a", wall=WINDOW_SECONDS)


def test_a_campaign_takes_no_more_than_a_desk_can_read(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_ins, "MAX_OF_CAMPAIGN", 1)
    row = CheckIn(id="a", at=AT, campaign_id="c-1", revision=1, locale="en", kind=CheckInKind.HELP, place="somewhere")
    with services.database.begin() as conn:
        assert check_ins.add(conn, row)
        assert not check_ins.add(conn, row), "the same again is no refusal: it has arrived"
        with pytest.raises(Refused):
            check_ins.add(conn, msgspec.structs.replace(row, id="b"))


async def test_what_was_withdrawn_or_ended_long_ago_asks_nobody(services: Services) -> None:
    end = out(2, kind=CampaignKind.ALL_CLEAR)
    await put(services, out(), end, status=IncidentStatus.CANCELLED)
    assert words.PAGE["en"]["help"] in (await get(services, path(services, "/en"))).text, "many are found afterwards"
    old = msgspec.structs.replace(end, revision=3, launched_at=AT - timedelta(hours=73))
    await put(services, old)
    assert words.PAGE["en"]["help"] not in (await get(services, path(services, "/en"))).text
    assert (await get(services, path(services, "/en/tell"))).status_code == 404
    await put(services, out(4, state=CampaignState.CANCELLED))
    assert (await get(services, path(services, "/en/tell"))).status_code == 404


async def test_a_day_of_the_calendar_asks_nobody_how_they_are(services: Services) -> None:
    await put(services, out(kind=CampaignKind.CALENDAR))
    assert (await get(services, path(services, "/en/tell"))).status_code == 404


@pytest.mark.parametrize(
    ("places", "found"),
    [
        (("511123",), ["119", "120", "110"]),
        (("CN",), ["119", "120", "110"]),
        (("711100", "TW"), ["110", "119"]),
        (("810000",), ["999"]),
        (("FR", "DE"), ["112"]),
        (("US",), []),
        (("511123", "FR"), []),
        ((), []),
    ],
)
def test_numbers_are_those_of_the_place(places: tuple[str, ...], found: list[str]) -> None:
    assert [number for number, _ in numbers(places)] == found
    assert {word for _, word in numbers(places)} <= set(words.PAGE["en"])


def test_pages_that_reach_further_than_the_desk_ask_nobody() -> None:
    assert asked_in(("511100",), ("511123", "511102"))
    assert not asked_in(("511123",), ("511100",))
    assert not asked_in(("511123",), ("511123", "510104"))
    assert not asked_in(("511123",), ())


async def test_the_list_shows_who_waits_first_and_hides_them_from_those_who_only_read(services: Services) -> None:
    await put(services, out())
    await told_before(services, 1, kind=CheckInKind.SAFE, place="Safe Street")
    await told_before(services, 3, name="Li Hua", phone="139 0000 1234", note="leg broken, call 13900009999")
    await told_before(services, 2)
    await told_before(services, 0, passed_at=AT, passed_to="fire brigade", passed_by="qian")
    order = [row.place for row in await kept(services)]
    assert order == ["Forward Road 2", "Forward Road 3", "Forward Road 0", "Safe Street"]
    assert [row.place for row in await kept(services, Wanted(waiting=True))] == order[:2]
    assert [row.place for row in await kept(services, Wanted(kind="safe", campaign="c-1"))] == ["Safe Street"]
    async with browser(services) as client:
        seen = (await client.get("/check-ins?lang=en")).text
        assert "operators only" in seen
        secrets = ("Li Hua", "139 0000", "1390000", "leg broken", "13900009999", "Road 3", "Safe Street")
        assert [secret for secret in secrets if secret in seen] == []
        assert "Forw…" in seen
        assert "UTC+8</time>" in seen, "the clock of the place"
        first = (await client.get("/?lang=en")).text
        assert "2 call(s) for help wait" in first
        overview = (await client.get("/api/v1/overview")).json()
        assert overview["help_waiting"] == 2
        assert [secret for secret in secrets if secret in str(overview)] == []


async def test_pages_of_the_list_neither_skip_nor_repeat(services: Services) -> None:
    for number in range(5):
        await told_before(services, number, kind=CheckInKind.SAFE if number % 2 else CheckInKind.HELP)
    everything = await kept(services)
    seen: list[CheckIn] = []
    while True:
        last = (check_ins.rank_of(seen[-1]), seen[-1].at, seen[-1].id) if seen else None
        part = await services.database.read(
            lambda conn, last=last: check_ins.listing(conn, Wanted(), after=last, limit=2)  # type: ignore[misc]
        )
        if not part:
            break
        seen += part
    assert seen == everything


async def test_an_operator_passes_it_on_and_that_is_on_record(services: Services) -> None:
    await put(services, out())
    row = await told_before(services, 1, name="Li Hua", phone="13900001234")
    for name, role in (("qian", Role.OPERATOR), ("zhao", Role.VIEWER)):
        await services.database.write(
            lambda conn, name=name, role=role: accounts.add(conn, name, roles=[role], password=PASSWORD, now=AT)  # type: ignore[misc]
        )
    async with browser(services) as client:
        await log_in(client, "qian")
        seen = (await client.get("/check-ins?lang=en")).text
        assert "Li Hua" in seen
        assert 'href="tel:13900001234"' in seen
        token = re.findall('name="form_token" value="([^"]+)"', seen)[0]
        target, form = f"/check-ins/{row.id}/passed", {"to": "县消防救援大队", "form_token": token}
        assert (await client.post(target, data={**form, "form_token": "0"})).status_code == 403
        assert (await client.post(target, data={**form, "to": " "})).status_code == 400
        assert (await client.post(target, data=form)).status_code == 303
        assert (await client.post(target, data=form)).status_code == 409, "somebody else was faster: nobody calls twice"
        (after,) = await kept(services)
        assert (after.passed_to, after.passed_by, after.passed_at) == ("县消防救援大队", "qian", AT)
        answer = (await client.get(path(services, f"/en/told/{row.id}"))).text
        assert words.PAGE["en"]["passed_at"] in answer
        assert "县消防救援大队" not in answer
        assert (await client.post(f"/check-ins/{row.id}/back", data=form)).status_code == 303
        assert (await kept(services))[0].waits
        assert (await client.post(f"/check-ins/{'0' * 24}/passed", data=form)).status_code == 404
    trace = await services.database.read(lambda conn: decided(conn, campaign_id="c-1"))
    assert [entry.actor for entry in trace] == ["qian", "qian"]
    assert "县消防救援大队" in trace[1].detail
    assert "Li Hua" not in str(trace)
    async with browser(services) as client:
        await log_in(client, "zhao")
        assert "Li Hua" not in (await client.get("/check-ins")).text
        form = {"to": "x", "form_token": token}
        assert (await client.post(f"/check-ins/{row.id}/passed", data=form)).status_code == 403


async def test_who_waits_is_measured_and_exercises_set_off_no_alert(services: Services) -> None:
    await told_before(services, 1)
    await told_before(services, 2, drill=True)
    await told_before(services, 3, kind=CheckInKind.SAFE)
    await read_gauges(services)
    assert services.metrics.registry.get_sample_value("kepu_help_waiting") == 1
    waiting = await services.database.read(check_ins.waiting)
    assert waiting.oldest == AT - timedelta(minutes=1)
    async with browser(services) as client:
        assert "1 call(s) for help on the page of an exercise" in (await client.get("/?lang=en")).text, (
            "one may be meant"
        )


async def test_it_is_deleted_after_the_days_that_the_desk_set(wired: Wired) -> None:
    services = wired.services
    old = await told_before(services, 1, at=AT - timedelta(days=7, minutes=1))
    young = await told_before(services, 2, at=AT - timedelta(days=6))
    runtime = Runtime(wired)
    assert await runtime.forget_check_ins() == 1
    assert await runtime.forget_check_ins() == 0
    assert await kept(services) == [young]
    with services.database.begin() as conn, pytest.raises(NotFound):
        check_ins.pass_on(conn, old.id, to="x", by="y", at=AT)


@pytest.mark.parametrize(
    ("desk", "problem"),
    [
        ("{check_in_places: ['511123']}", "needs desk.public_pages"),
        ("{public_pages: true, check_in_places: ['51']}", "'51' is no adcode"),
        ("{check_in_days: 0}", "give 1 to 365"),
    ],
)
def test_settings_that_cannot_be_meant(tmp_path: Path, desk: str, problem: str) -> None:
    (tmp_path / "kepu.yaml").write_text(f"desk: {desk}\n", encoding="utf-8")
    (tmp_path / "feeds.yaml").write_text("{}\n", encoding="utf-8")
    (tmp_path / "policies.yaml").write_text("policies: []\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=problem):
        load_settings(tmp_path)
    assert DeskSettings().check_in_places == ()
