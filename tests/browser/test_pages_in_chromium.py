"""The pages in a real browser: they are laid out on a desk and on a telephone, and they stay live.

Needs `chromium` (Debian: `apt-get install chromium fonts-noto-cjk`); skipped with a plain line where it is missing,
which is a failure where KEPU_TEST_REQUIRE names chromium. KEPU_SCREENSHOTS names a folder that keeps the pictures.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection

from emergency_kepu.content.specimen import CHECKS
from emergency_kepu.desk import accounts
from emergency_kepu.desk.accounts import Role
from emergency_kepu.desk.server import DeskServer
from emergency_kepu.domain.campaign import CampaignKind, CampaignSpec, CampaignState, Lane, MessageFacts
from emergency_kepu.domain.factcheck import Verdict
from emergency_kepu.domain.incident import AlertKey, Incident
from emergency_kepu.domain.severity import Severity
from emergency_kepu.pipeline.services import Services
from emergency_kepu.services import wire
from emergency_kepu.settings import DeskSettings, Settings, StoreSettings
from emergency_kepu.store import campaigns, incidents
from emergency_kepu.store.campaigns import CampaignRow
from tests.browser.chromium import CHROMIUM, Page, browser

REQUIRED = "chromium" in os.environ.get("KEPU_TEST_REQUIRE", "").split(",")
NOW = datetime(2026, 6, 30, 8, 28, tzinfo=UTC)

pytestmark = [pytest.mark.service]


@pytest.fixture(autouse=True)
def _needs_chromium() -> None:
    if not CHROMIUM:
        words = "chromium is not installed (apt-get install chromium fonts-noto-cjk)"
        if REQUIRED:
            pytest.fail(words)
        pytest.skip(words)


def _campaign(number: int, state: CampaignState) -> CampaignRow:
    hazard = ("rainstorm", "heat")[number % 2]
    facts = MessageFacts(
        source_name="犍为县气象台",
        place_codes=("511123",),
        place_text="犍为县",
        issued_at=NOW,
        tz="Asia/Shanghai",
        severity="Severe",
    )
    spec = CampaignSpec(hazard=hazard, phase="now", channels=("sms", "records"), facts=facts)
    return CampaignRow(
        id=f"c-{number}",
        revision=1,
        incident_id=f"i-{number}",
        kind=CampaignKind.ISSUE,
        state=state,
        hazard=hazard,
        severity=3,
        title="犍为县气象台发布暴雨橙色预警信号",
        policy="natural-orange",
        lane=Lane.IMMEDIATE,
        drill=False,
        approvals_needed=2,
        created_at=NOW,
        created_by="intake",
        accepted_at=NOW,
        expires_at=None,
        spec=spec,
        planned=40 if state is CampaignState.LAUNCHED else 0,
    )


def _incident(number: int) -> Incident:
    return Incident(
        id=f"i-{number}",
        hazard=("rainstorm", "heat")[number % 2],
        title="犍为县气象台发布暴雨橙色预警信号",
        severity=Severity.SEVERE,
        opened_at=NOW,
        updated_at=NOW,
        tz="Asia/Shanghai",
        source_name="犍为县气象台",
        place_text="四川省乐山市犍为县",
        latest=AlertKey(sender="s", identifier=str(number)),
    )


def _rumours(conn: Connection) -> None:
    """One that is checked, one that nobody has looked at."""
    about = {"hazard": "rumour", "title": "今晚犍为要发生8级地震", "severity": Severity.UNKNOWN}
    incidents.save(conn, msgspec.structs.replace(_incident(7), id="i-r1", check=CHECKS[Verdict.REFUTED], **about))
    incidents.save(conn, msgspec.structs.replace(_incident(8), id="i-r2", **{**about, "title": "水库垮了，快跑"}))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[tuple[str, Services]]:
    settings = Settings(
        desk=DeskSettings(name="宜宾应急科普工作台"),
        store=StoreSettings(url=f"sqlite:///{tmp_path}/kepu.db"),
        channels={
            "records": {"kind": "file", "path": str(tmp_path / "out.jsonl")},
            "sms": {"kind": "twilio", "sender": "+15005550006"},
        },
    )
    wired = wire(settings, environ={"TWILIO_ACCOUNT_SID": "AC", "TWILIO_AUTH_TOKEN": "t"})
    services = wired.services
    await services.database.start()
    for number, state in enumerate((CampaignState.WAITING, CampaignState.LAUNCHED, CampaignState.FINISHED)):
        row = _campaign(number, state)
        await services.database.write(lambda conn, row=row: campaigns.insert(conn, row))
        await services.database.write(lambda conn, number=number: incidents.save(conn, _incident(number)))
    server = DeskServer(services, port=0)
    await server.start()
    yield server.address, services
    await server.stop()
    await wired.close()


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with browser(tmp_path / "profile") as opened:
        yield opened


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
async def test_nothing_is_wider_than_the_screen(
    desk: tuple[str, Services], page: Page, tmp_path: Path, lang: str, width: int
) -> None:
    kept = Path(os.environ.get("KEPU_SCREENSHOTS") or tmp_path)
    await page.set_width(width, dark=width == 390)
    await desk[1].database.write(_rumours)
    pages = (
        ("overview", "/"),
        ("campaign", "/campaigns/c-0"),
        ("incident", "/incidents/i-1"),
        ("write", "/write"),
        ("rumours", "/rumours"),
        ("rumour", "/incidents/i-r1"),
        ("check", "/rumours/check?incident=i-r1"),
    )
    for name, path in pages:
        joined = "&" if "?" in path else "?"
        await page.open(f"{desk[0].rstrip('/')}{path}{joined}lang={lang}")
        assert await page.value("document.documentElement.scrollWidth") <= width, name
        assert await page.value("document.documentElement.lang") == lang
        picture = await page.picture()
        assert len(picture) > 10_000, "an empty page makes a small picture"
        (kept / f"{name}-{lang}-{width}.png").write_bytes(picture)
    assert page.complaints == [], "the policy blocks nothing that the pages need"


async def test_a_page_stays_live_and_keeps_the_focus(desk: tuple[str, Services], page: Page) -> None:
    address, services = desk
    await page.open(f"{address}?lang=en")
    assert await page.value("document.title") == "(1) 宜宾应急科普工作台"
    await page.value("document.querySelector('a.button.main').focus()")
    await services.database.write(lambda conn: campaigns.insert(conn, _campaign(4, CampaignState.WAITING)))
    await page.until("document.title.startsWith('(2)')")
    assert await page.value("document.activeElement.getAttribute('href')") == "/campaigns/c-0"
    assert await page.value("document.getElementById('stale').hidden")


async def test_a_page_that_lost_its_desk_says_so(desk: tuple[str, Services], page: Page) -> None:
    await page.open(f"{desk[0]}?lang=en")
    await page.go_offline()
    await page.until("!document.getElementById('stale').hidden")
    assert "out of date" in await page.value("document.getElementById('stale').innerText")


async def test_approving_with_the_keyboard_alone(desk: tuple[str, Services], page: Page) -> None:
    address, services = desk
    await services.database.write(
        lambda conn: accounts.add(conn, "wang", roles=[Role.APPROVER], password="a long password", now=NOW)
    )
    await page.open(f"{address}login?lang=en")
    await page.type_into("#name", "wang")
    await page.type_into("#password", "a long password")
    await page.press("Enter")
    await page.until("document.querySelector('a.button.main') !== null")
    await page.value("document.querySelector('a.button.main').focus()")
    await page.press("Enter")
    await page.until("document.querySelector('.approve summary') !== null")
    await page.value("document.querySelector('.approve summary').focus()")
    await page.press("Enter")
    await page.until("document.querySelector('.approve').open")
    await page.press("Tab")
    await page.press("Tab")
    assert await page.value("document.activeElement.id") == "override", "nobody has signed these texts"
    await page.press(" ")
    await page.press("Tab")
    assert "approve" in await page.value("document.activeElement.innerText")
    await page.press("Enter")
    await page.until("document.querySelector('.banner.good') !== null")
    approved = await services.database.read(lambda conn: campaigns.approvers(conn, "c-0", 1))
    assert approved == ("wang",)


async def test_colours_have_enough_contrast(desk: tuple[str, Services], page: Page) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1 for every text, in both colour schemes."""
    for dark in (False, True):
        await page.set_width(1280, dark=dark)
        for path in ("", "campaigns/c-0", "incidents/i-1", "login"):
            await page.open(f"{desk[0]}{path}")
            assert await page.value(CONTRAST) == [], (path, dark)


CONTRAST = """(() => {
  const parse = (c) => { const m = c.match(/[0-9.]+/g).map(Number); return [m[0], m[1], m[2], m[3] ?? 1]; };
  const light = ([r, g, b]) => [r, g, b].map((v) => { v /= 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; })
    .reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
  const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c[3] === 1) return c; } return [255, 255, 255, 1]; };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own || !e.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${e.tagName}.${e.className} ${ratio.toFixed(2)}`);
  }
  return poor;
})()"""
