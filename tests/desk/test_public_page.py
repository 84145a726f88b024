"""The page that everybody may read."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from sqlalchemy import update

from emergency_kepu.desk import public_page, words
from emergency_kepu.desk.app import create_app
from emergency_kepu.desk.shared import FRESH_SECONDS, Made, Shared
from emergency_kepu.desk.words import language_name
from emergency_kepu.domain.campaign import CalendarDay, CampaignKind, CampaignState, Interpretation
from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.domain.incident import IncidentStatus
from emergency_kepu.pages.text import page_text
from emergency_kepu.pipeline.services import Services
from emergency_kepu.services import wire
from emergency_kepu.settings import DeskSettings, Settings, StoreSettings
from emergency_kepu.store import campaigns, incidents, page_counts
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.page_counts import PageKey
from emergency_kepu.store.tables import campaigns as table
from tests.desk.conftest import AT, HeldClock, a_campaign, an_incident

KEY = {"KEPU_LINK_KEY": "k" * 32}
Change = Callable[[CampaignRow], CampaignRow]


def _settings(folder: Path) -> Settings:
    return Settings(
        desk=DeskSettings(name="犍为县应急科普", public_url="https://desk.example", public_pages=True),
        store=StoreSettings(url=f"sqlite:///{folder}/kepu.db", synchronous="NORMAL"),
        channels={"records": {"kind": "file", "path": str(folder / "out.jsonl")}},
    )


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    wired = wire(_settings(tmp_path), clock=HeldClock(), environ=KEY)
    await wired.services.database.start()
    yield wired.services
    await wired.close()


async def put(services: Services, *rows: CampaignRow, **incident: object) -> None:
    def do(conn: object) -> None:
        incidents.save(conn, msgspec.structs.replace(an_incident(), **incident))  # type: ignore[arg-type]
        for row in rows:
            campaigns.insert(conn, row)  # type: ignore[arg-type]

    await services.database.write(do)


def out(revision: int = 1, **changes: object) -> CampaignRow:
    row = a_campaign(revision=revision, state=CampaignState.LAUNCHED)
    return msgspec.structs.replace(row, launched_at=AT, **changes)  # type: ignore[arg-type]


def path(services: Services, tail: str = "") -> str:
    assert services.pages is not None
    return f"/k/{services.pages.slug('c-1')}{tail}"


async def get(services: Services, address: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=create_app(services, environ=KEY))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8600") as client:
        return await client.get(address, headers=headers)


async def test_the_page_says_what_the_library_has_to_say(services: Services) -> None:
    await put(services, out())
    found = await get(services, path(services), **{"Accept-Language": "en-GB,en;q=0.9"})
    assert found.status_code == 200
    assert found.headers["content-language"] == "en"
    assert "Accept-Language" in found.headers["vary"]
    text = services.catalog.topics["rainstorm"].locales["en"]
    for said in (*text.actions["now"], *text.avoid, text.why, text.impact):
        assert said.text.replace("'", "&#39;") in found.text
    assert "Meteorological" in found.text
    assert "犍为县气象台" in (await get(services, path(services, "/zh-Hans"))).text
    assert 'lang="en" dir="ltr"' in found.text
    assert "<svg" in found.text
    assert f"https://desk.example{path(services)}" in found.text
    assert "<script>alert" not in found.text


async def test_whose_advice_differs_finds_it_on_the_page(services: Services) -> None:
    await put(services, out())
    page = (await get(services, path(services, "/en"))).text
    workers = services.catalog.topics["rainstorm"].locales["en"].audiences["workers"].actions["now"]
    assert "For people at work" in page
    assert all(entry.text.replace("'", "&#39;") in page for entry in workers)
    assert page.index("For people at work") > page.index("Take care"), "what is for everyone comes first"


async def test_it_is_whole_in_itself_small_and_knows_nobody(services: Services) -> None:
    await put(services, out())
    for locale in ("zh-Hans", "zh-Hant", "en"):
        found = await get(services, path(services, f"/{locale}"))
        assert found.status_code == 200
        assert len(found.content) < 50_000
        assert "set-cookie" not in found.headers
        style = re.search("<style>(.*?)</style>", found.text, re.DOTALL)
        assert style
        digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()
        policy = found.headers["content-security-policy"]
        assert f"style-src 'sha256-{digest}'" in policy
        assert "unsafe" not in policy
        assert re.findall(r'(?:src|href)="(?!/static/|/k/)', found.text) == []
        assert f'aria-current="page">{language_name(locale)}<' in found.text


@pytest.mark.parametrize(
    ("accept", "locale"),
    [("zh-TW", "zh-Hant"), ("zh-CN", "zh-Hans"), ("xx, en;q=0.5", "en"), ("", "zh-Hans"), ("ja", "zh-Hans")],
)
async def test_the_browser_s_language_is_taken_where_there_is_a_text(
    services: Services, accept: str, locale: str
) -> None:
    await put(services, out())
    found = await get(services, path(services), **{"Accept-Language": accept})
    assert found.headers["content-language"] == locale


async def test_what_was_not_sent_is_not_public(services: Services) -> None:
    await put(services, a_campaign())
    found = await get(services, path(services))
    assert found.status_code == 404
    assert "没有这个页面" in found.text
    assert "There is no such page" in found.text
    assert found.headers["cache-control"] == "no-store"
    for address in ("/k/aaaaaaaaaaaaaaaa", path(services, "/qr.svg"), path(services, "/zh-Hans")):
        assert (await get(services, address)).status_code == 404


async def test_an_update_is_seen_once_it_is_sent_and_not_while_it_waits(services: Services) -> None:
    first = out(state=CampaignState.SUPERSEDED)
    facts = msgspec.structs.replace(first.spec.facts, level_colour="red")
    red = msgspec.structs.replace(first.spec, facts=facts)
    waiting = msgspec.structs.replace(a_campaign(revision=2), spec=red, kind=CampaignKind.UPDATE)
    await put(services, first, waiting)
    assert "red warning" not in (await get(services, path(services, "/en"))).text
    await services.database.write(
        lambda conn: conn.execute(update(table).where(table.c.revision == 2).values(state="launched", launched_at=AT))
    )
    assert "red warning" in (await get(services, path(services, "/en"))).text


async def test_what_is_over_says_so_first(services: Services) -> None:
    await put(services, out(), expires_at=AT - timedelta(minutes=1))
    found = (await get(services, path(services, "/en"))).text
    assert found.index("This is over.") < found.index("<h1>") < found.index("advice as it was")
    assert "2026-06-30 16:27 UTC+8" in found
    assert "<form" not in found


@pytest.mark.parametrize("state", [CampaignState.WAITING, CampaignState.REJECTED])
async def test_no_one_person_at_the_desk_tells_the_public_that_it_is_over(
    services: Services, state: CampaignState
) -> None:
    end = msgspec.structs.replace(a_campaign(revision=2, state=state), kind=CampaignKind.ALL_CLEAR)
    await put(services, out(), end, status=IncidentStatus.CANCELLED)
    found = await get(services, path(services, "/en"))
    assert words.PAGE["en"]["over"] not in found.text
    assert "Leave basements" in found.text


async def test_what_is_not_for_the_public_has_no_page(services: Services) -> None:
    await put(services, out(), public=False)
    assert (await get(services, path(services))).status_code == 404


async def test_an_all_clear_is_the_page(services: Services) -> None:
    await put(services, out(state=CampaignState.FINISHED), out(2, kind=CampaignKind.ALL_CLEAR))
    found = (await get(services, path(services, "/zh-Hans"))).text
    assert "已经结束" in found
    assert "解除" in found
    assert "<form" not in found


async def test_a_day_of_the_calendar_gives_no_orders_for_now(services: Services) -> None:
    row = out(kind=CampaignKind.CALENDAR)
    facts = msgspec.structs.replace(
        row.spec.facts,
        day=CalendarDay(titles={"en": "Disaster Reduction Day"}, first=AT.date(), last=AT.date()),
    )
    await put(services, msgspec.structs.replace(row, spec=msgspec.structs.replace(row.spec, facts=facts)))
    found = (await get(services, path(services, "/en"))).text
    assert '<h2 id="do">If it happens</h2>' in found
    assert words.PAGE["en"]["now"] not in found
    spoken = found.partition('<div id="aloud">')[2]
    assert spoken.index("If it happens") < spoken.index("Leave basements")
    assert "This is no warning" in found


async def test_what_was_withdrawn_gives_no_advice_any_more(services: Services) -> None:
    await put(services, out(state=CampaignState.CANCELLED))
    found = (await get(services, path(services, "/en"))).text
    assert "withdrawn" in found
    assert services.catalog.topics["rainstorm"].locales["en"].actions["now"][0].text not in found


async def test_an_exercise_is_marked_as_one(services: Services) -> None:
    row = out(drill=True)
    await put(services, msgspec.structs.replace(row, spec=msgspec.structs.replace(row.spec, drill=True)))
    found = (await get(services, path(services, "/en"))).text
    assert '<p class="banner drill"' in found
    assert "EXERCISE" in found.partition("<h1>")[0]


async def test_an_expert_s_words_stand_beside_the_advice(services: Services) -> None:
    said = Interpretation(expert="e", names={"en": "Li <i>Hua</i>"}, texts={"en": "The river <b>rises</b> tonight."})
    row = out(kind=CampaignKind.STEP)
    spec = msgspec.structs.replace(row.spec, say="expert", interpretation=said)
    await put(services, msgspec.structs.replace(row, spec=spec))
    found = (await get(services, path(services, "/en"))).text
    assert "The river &lt;b&gt;rises&lt;/b&gt; tonight." in found
    assert services.catalog.topics["rainstorm"].locales["en"].actions["now"][1].text in found
    assert "<blockquote>" not in (await get(services, path(services, "/zh-Hans"))).text


async def test_three_questions_are_answered_explained_and_only_counted(services: Services) -> None:
    row = out()
    await put(services, row)
    slug = path(services).removeprefix("/k/")
    asked = page_text(services.catalog, row.spec, row.kind, "en", seed=slug).questions
    assert len(asked) == 3
    app = create_app(services, environ=KEY)
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8600") as client:
        form = (await client.get(path(services, "/en"))).text
        assert form.count("<fieldset>") == 3
        right = {f"q{number}": str(question.answer) for number, question in enumerate(asked)}
        found = await client.post(path(services, "/en"), data=right)
        assert found.text.count("✓ Right.") == 3
        assert asked[0].because.replace("'", "&#39;") in found.text
        found = await client.post(path(services, "/en"), data={**right, "q0": "9"})
        assert (found.text.count("✓ Right."), found.text.count("✗ Not quite.")) == (2, 1)
        assert "set-cookie" not in found.headers
        found = await client.post(path(services, "/en"), content=b"x" * 2_000)
        assert found.status_code == 413
        detail = await client.get("/api/v1/campaigns/c-1")
    page = detail.json()["page"]
    assert page["open"]
    assert page["url"] == f"https://desk.example{path(services)}"
    assert page["counts"] == [{"revision": 1, "locale": "en", "opened": 1, "answered": 2, "understood": 1}]


async def test_a_page_that_is_in_hand_is_not_sent_again(services: Services) -> None:
    await put(services, out())
    first = await get(services, path(services, "/en"))
    again = await get(services, path(services, "/en"), **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_worker_and_the_code_to_point_a_camera_at(services: Services) -> None:
    await put(services, out())
    worker = await get(services, "/k/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    code = await get(services, path(services, "/qr.svg"))
    assert code.headers["content-type"].startswith("image/svg+xml")
    assert code.content.startswith(b"<?xml")


async def test_where_pages_are_off_there_are_none(tmp_path: Path) -> None:
    closed = msgspec.structs.replace(_settings(tmp_path), desk=DeskSettings(public_url="https://desk.example"))
    wired = wire(closed, clock=HeldClock(), environ=KEY)
    await wired.services.database.start()
    await put(wired.services, out())
    assert (await get(wired.services, "/k/aaaaaaaaaaaaaaaa")).status_code == 404
    detail = await get(wired.services, "/api/v1/campaigns/c-1")
    assert detail.json()["page"] is None
    await wired.close()


@pytest.mark.parametrize(("environ", "url"), [({}, "https://desk.example"), (KEY, "")])
def test_pages_need_an_address_and_a_key(tmp_path: Path, environ: dict[str, str], url: str) -> None:
    desk = DeskSettings(public_url=url, public_pages=True)
    with pytest.raises(ConfigError, match=r"desk\.public_pages.*desk\.public_url.*KEPU_LINK_KEY"):
        wire(msgspec.structs.replace(_settings(tmp_path), desk=desk), environ=environ)


async def test_counts_add_up(services: Services) -> None:
    key = PageKey("c-1", 1, "en", "opened")
    for number in (2, 3):
        await services.database.write(lambda conn, number=number: page_counts.add_up(conn, {key: number}))  # type: ignore[misc]
    assert await services.database.read(lambda conn: page_counts.of_campaign(conn, "c-1")) == [(key, 5)]
    await services.database.write(lambda conn: page_counts.add_up(conn, {}))


def test_languages_are_named_as_their_readers_look_for_them() -> None:
    assert [language_name(code) for code in ("en", "ru", "xx-nonsense")] == ["English", "Русский", "xx-nonsense"]
    assert language_name("zh-Hant").startswith("中文")


async def test_a_crowd_costs_one_look_and_one_page_and_everybody_is_counted(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(services, out())
    made: list[str] = []
    reads: list[str] = []
    frame, read = public_page.frame, services.database.read

    def counted_frame(name: str, locale: str, /, **values: object) -> bytes:
        made.append(locale)
        return frame(name, locale, **values)

    async def counted_read(look: Callable[[object], object]) -> object:
        reads.append(look.__qualname__)
        return await read(look)  # type: ignore[arg-type]

    monkeypatch.setattr(public_page, "frame", counted_frame)
    monkeypatch.setattr(services.database, "read", counted_read)
    wall = 0.0
    monkeypatch.setattr(services.clock, "wall", lambda: wall)
    transport = httpx.ASGITransport(app=create_app(services, environ=KEY))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8600") as client:
        asked = [client.get(path(services, f"/{locale}")) for locale in ("en", "zh-Hans") for _ in range(100)]
        found = await asyncio.gather(*asked)
        tag = found[0].headers["etag"]
        again = await client.get(path(services, "/en"), headers={"If-None-Match": tag})
        assert again.status_code == 304
        assert {answer.status_code for answer in found} == {200}
        assert sorted(made) == ["en", "zh-Hans"]
        assert len(reads) == 2, "which names there are, and this campaign: nobody who comes at once is sent away"

        wall += FRESH_SECONDS
        await services.database.write(
            lambda conn: conn.execute(update(table).where(table.c.revision == 1).values(state="cancelled"))
        )
        assert "withdrawn" in (await client.get(path(services, "/en"))).text
        assert words.PAGE["zh-Hans"]["withdrawn"] in (await client.get(path(services, "/zh-Hans"))).text
        assert sorted(made) == ["en", "en", "zh-Hans", "zh-Hans"]
        assert len(reads) == 3
    assert services.metrics.registry.get_sample_value("kepu_public_pages_total", {"what": "opened"}) == 203


async def test_who_waits_for_a_look_that_fails_is_told_and_the_next_asks_again() -> None:
    looks: list[str] = []
    gate = asyncio.Event()

    async def look(key: str) -> str:
        looks.append(key)
        await gate.wait()
        if len(looks) == 1:
            raise OSError(key)
        return key.upper()

    shared: Shared[str, str] = Shared(look, wall=lambda: 0.0)
    waiting = [asyncio.create_task(shared.get("a")) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    gate.set()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(answer) for answer in found] == [asyncio.CancelledError, OSError, OSError]
    assert await shared.get("a") == "A"
    assert looks == ["a", "a"]
    kept: Made[str, object] = Made()
    source = object()
    assert kept.of(source, "x", object) is kept.of(source, "x", object)
    assert kept.of(source, "x", object) is not kept.of(object(), "x", object)
