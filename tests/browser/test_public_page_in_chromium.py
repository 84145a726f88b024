"""The public page in a real browser: on small telephones, without scripts, on paper, without a network.

Needs Chromium, as the other pages' tests do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from emergency_kepu.content.catalog import Entry
from emergency_kepu.desk.server import DeskServer
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.scripts import ordered
from emergency_kepu.pipeline.services import Services
from emergency_kepu.services import wire
from emergency_kepu.settings import DeskSettings, Settings, StoreSettings
from emergency_kepu.store import campaigns, incidents
from emergency_kepu.store.page_counts import of_campaign
from tests.browser.chromium import Page
from tests.browser.test_pages_in_chromium import CONTRAST, NOW, REQUIRED, _campaign, _incident, _needs_chromium, page

__all__ = ("_needs_chromium", "page")
pytestmark = [pytest.mark.service]


@pytest.fixture
async def shown(tmp_path: Path) -> AsyncIterator[tuple[str, Services]]:
    """The page's address, without a language, and what is behind it."""
    settings = Settings(
        desk=DeskSettings(
            name="犍为县应急科普", public_url="https://kepu.example", public_pages=True, check_in_places=("511123",)
        ),
        store=StoreSettings(url=f"sqlite:///{tmp_path}/kepu.db"),
        channels={
            "records": {"kind": "file", "path": str(tmp_path / "out.jsonl")},
            "sms": {"kind": "twilio", "sender": "+15005550006"},
        },
    )
    environ = {"TWILIO_ACCOUNT_SID": "AC", "TWILIO_AUTH_TOKEN": "t", "KEPU_LINK_KEY": "k" * 32}
    wired = wire(settings, environ=environ)
    services = wired.services
    await services.database.start()
    row = msgspec.structs.replace(_campaign(0, CampaignState.LAUNCHED), launched_at=NOW)
    facts = msgspec.structs.replace(
        row.spec.facts, hotline="12379", hotline_names={"zh-Hans": "县气象台", "en": "Duty"}
    )
    row = msgspec.structs.replace(row, spec=msgspec.structs.replace(row.spec, facts=facts))
    # launched long ago by the clock of this machine: the page of a campaign of this year
    row = msgspec.structs.replace(row, launched_at=services.clock.now())
    await services.database.write(lambda conn: campaigns.insert(conn, row))
    await services.database.write(lambda conn: incidents.save(conn, _incident(0)))
    server = DeskServer(services, port=0, environ=environ)
    await server.start()
    assert services.pages is not None
    yield f"{server.address}k/{services.pages.slug('c-0')}", services
    await server.stop()
    await wired.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("locale", ["zh-Hans", "zh-Hant", "en"])
async def test_it_fits_every_screen_and_can_be_read_on_it(
    shown: tuple[str, Services], page: Page, tmp_path: Path, locale: str, width: int
) -> None:
    kept = Path(os.environ.get("KEPU_SCREENSHOTS") or tmp_path)
    await page.set_width(width, dark=width == 390)
    await page.open(f"{shown[0]}/{locale}")
    assert await page.value("document.documentElement.scrollWidth") <= width
    assert await page.value("document.documentElement.lang") == locale
    assert await page.value(CONTRAST) == []
    assert await page.value("parseFloat(getComputedStyle(document.querySelector('.do li')).fontSize)") >= 20
    picture = await page.picture()
    assert len(picture) > 10_000
    (kept / f"public-{locale}-{width}.png").write_bytes(picture)
    assert page.complaints == []


async def test_the_questions_work_without_scripts(shown: tuple[str, Services], page: Page) -> None:
    await page.call("Emulation.setScriptExecutionDisabled", value=True)
    await page.open(f"{shown[0]}/en")
    assert await page.value("document.getElementById('listen').hidden")
    await page.value(
        "for (const box of document.querySelectorAll('fieldset')) box.querySelector('input').checked = true"
    )
    await page.value("document.querySelector('.check form').submit()")
    await page.until("document.querySelectorAll('.answer').length === 3")


async def test_it_is_still_there_when_the_network_is_not(shown: tuple[str, Services], page: Page) -> None:
    await page.open(f"{shown[0]}/en")
    await page.value("caches.match(location.href).then((kept) => { window.kept = Boolean(kept) })")
    await page.until(
        "(caches.match(location.href).then((kept) => { window.kept = Boolean(kept) }), window.kept === true)"
    )
    title = await page.value("document.querySelector('h1').innerText")
    await page.go_offline()
    await page.open(f"{shown[0]}/en")
    assert await page.value("document.querySelector('h1').innerText") == title


async def test_on_paper_there_is_the_advice_and_the_code_and_no_buttons(
    shown: tuple[str, Services], page: Page
) -> None:
    await page.open(f"{shown[0]}/zh-Hans")
    await page.call("Emulation.setEmulatedMedia", media="print")
    hidden = "[...document.querySelectorAll('nav, .check, .aloud, button')].every((e) => !e.checkVisibility())"
    assert await page.value(hidden)
    assert await page.value("document.querySelector('.qr').checkVisibility()")
    assert await page.value("document.querySelector('.do li').checkVisibility()")


async def test_a_visit_is_counted(shown: tuple[str, Services], page: Page) -> None:
    await page.open(f"{shown[0]}/en")
    counted = shown[1].metrics.pages.labels("opened")
    assert counted._value.get() >= 1
    assert await shown[1].database.read(lambda conn: of_campaign(conn, "c-0")) == []


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("locale", ["zh-Hans", "en"])
async def test_asking_for_help_fits_every_screen_and_needs_no_script(
    shown: tuple[str, Services], page: Page, tmp_path: Path, locale: str, width: int
) -> None:
    kept = Path(os.environ.get("KEPU_SCREENSHOTS") or tmp_path)
    await page.set_width(width, dark=width == 320 and locale == "en")
    await page.call("Emulation.setScriptExecutionDisabled", value=True)
    await page.open(f"{shown[0]}/{locale}/tell?as=help")
    (kept / f"tell-{locale}-{width}.png").write_bytes(await page.picture())
    assert await page.value("document.documentElement.scrollWidth") <= width
    assert await page.value(CONTRAST) == []
    # first and larger than anything else, on the first screen of a small telephone
    not_a_call = "document.querySelector('.call .not')"
    assert await page.value(f"{not_a_call}.getBoundingClientRect().top") < 200
    assert await page.value(f"parseFloat(getComputedStyle({not_a_call}).fontSize)") >= 28
    assert await page.value("document.querySelector('.call a').getBoundingClientRect().bottom") < 560
    await page.value("document.getElementById('place').value = '前进路5号'")
    await page.value("document.querySelector('form.tell').submit()")
    await page.until("location.pathname.includes('/told/') && document.readyState === 'complete'")
    (kept / f"told-{locale}-{width}.png").write_bytes(await page.picture())
    assert await page.value("document.documentElement.scrollWidth") <= width
    assert await page.value(CONTRAST) == []
    assert page.complaints == []
    await page.open(f"{shown[0].split('/k/')[0]}/check-ins?lang={'en' if locale == 'en' else 'zh-CN'}")
    (kept / f"check-ins-{locale}-{width}.png").write_bytes(await page.picture())
    assert await page.value("document.documentElement.scrollWidth") <= width
    assert await page.value(CONTRAST) == []
    await page.open(f"{shown[0].split('/k/')[0]}/?lang={'en' if locale == 'en' else 'zh-CN'}")
    (kept / f"help-waits-{locale}-{width}.png").write_bytes(await page.picture())
    assert await page.value("document.querySelectorAll('.banner.bad a[href=\"/check-ins\"]').length") == 1


async def test_what_was_told_does_not_stay_on_the_telephone(shown: tuple[str, Services], page: Page) -> None:
    await page.open(f"{shown[0]}/en")
    await page.value("navigator.serviceWorker.ready.then(() => { window.ready = true })")
    await page.until("window.ready === true && navigator.serviceWorker.controller !== null")
    await page.open(f"{shown[0]}/en/tell?as=help")
    await page.value(
        "caches.open('kepu-pages-1').then((k) => k.keys()).then((k) => { window.kept = k.map((r) => r.url) })"
    )
    await page.until("window.kept !== undefined")
    assert [url for url in await page.value("window.kept") if "/tell" in url] == []


UYGHUR, TIBETAN, CYRILLIC, MONGOLIAN = "ئۇيغۇرچە", "བོད་སྐད་", "монгол", "ᠮᠣᠩᠭᠣᠯ"
"""The languages' own names, as CLDR has them: short strings that are surely right."""
LETTERS = {"ug": UYGHUR, "bo": TIBETAN, "mn": CYRILLIC, "mn-Mong": MONGOLIAN}


def spoken_too(services: Services, locale: str, word: str) -> None:
    """The library as it would be once a desk's own translators have written a text in this language."""
    catalog = services.catalog
    topic = catalog.topics["rainstorm"]

    between = "" if locale == "bo" else " "

    def said(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple(msgspec.structs.replace(entry, text=between.join([word] * 9)) for entry in entries)

    text = topic.locales["en"]
    text = msgspec.structs.replace(
        text,
        locale=locale,
        headline=word,
        what=between.join([word] * 12),
        actions={phase: said(entries) for phase, entries in text.actions.items()},
        avoid=said(text.avoid),
    )
    phrases = msgspec.structs.replace(catalog.phrases["en"], locale=locale)
    services.catalog = msgspec.structs.replace(
        catalog,
        topics={**catalog.topics, "rainstorm": msgspec.structs.replace(topic, locales={**topic.locales, locale: text})},
        phrases={**catalog.phrases, locale: phrases},
    )


@pytest.fixture(scope="module")
def fonts() -> dict[str, set[str]]:
    """Language to the fonts of this machine that have every letter of its name."""
    found = {locale: set.intersection(*(_having(char) for char in set(word))) for locale, word in LETTERS.items()}
    missing = [locale for locale, having in found.items() if not having]
    if missing:
        words = f"no font for {', '.join(missing)} (apt-get install fonts-noto-core fontconfig)"
        if REQUIRED:
            pytest.fail(words)
        pytest.skip(words)
    return found


def _having(char: str) -> set[str]:
    if not (lists := shutil.which("fc-list")):
        return set()
    asked = [lists, f":charset={ord(char):x}", "family"]
    families = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return set(families.replace(",", "\n").splitlines())


async def _drawn_with(page: Page, text: str) -> set[str]:
    """The fonts that the browser took for these letters in a line of advice: not what the page asked for."""
    await page.value(
        "{ const box = document.createElement('span'); box.id = 'probe'; "
        f"box.textContent = {text!r}; document.querySelector('.do li').append(box); }}"
    )
    await page.call("DOM.enable")
    await page.call("CSS.enable")
    root = (await page.call("DOM.getDocument"))["root"]["nodeId"]
    node = (await page.call("DOM.querySelector", nodeId=root, selector="#probe"))["nodeId"]
    used = await page.call("CSS.getPlatformFontsForNode", nodeId=node)
    return {font["familyName"] for font in used["fonts"]}


WIDTH = """(text) => {
  const box = document.createElement('span'); box.style.cssText = 'position:absolute;white-space:pre;font-size:40px';
  box.textContent = text; document.querySelector('.do li').append(box);
  const size = box.getBoundingClientRect(), vertical = getComputedStyle(box).writingMode !== 'horizontal-tb';
  box.remove(); return vertical ? size.height : size.width; }"""
"""How long a text is along its line."""


@pytest.mark.parametrize(("locale", "word"), LETTERS.items())
async def test_letters_are_there_and_join(
    shown: tuple[str, Services], page: Page, fonts: dict[str, set[str]], locale: str, word: str
) -> None:
    spoken_too(shown[1], locale, word)
    await page.open(f"{shown[0]}/{locale}")
    drawn = await _drawn_with(page, word)
    assert drawn, "nothing is drawn"
    assert drawn <= fonts[locale], "a font without these letters shows boxes"
    # the same letters, kept from joining: a font that only lines up letters gives the same length
    whole = await page.value(f"({WIDTH})({word!r})")
    if locale in ("ug", "mn-Mong"):
        apart = await page.value(f"({WIDTH})({chr(0x200C).join(word)!r})")
        assert abs(whole - apart) > 1, "its letters do not join"
    if locale == "bo":
        # a letter below another takes no room of its own: U+0F90 is the second of U+0F66 U+0F90
        above, both = await page.value(f"({WIDTH})('\u0f66')"), await page.value(f"({WIDTH})('\u0f66\u0f90')")
        assert both < above * 1.5, "its letters do not stack"


async def test_tibetan_breaks_after_a_syllable_only(shown: tuple[str, Services], page: Page) -> None:
    spoken_too(shown[1], "bo", TIBETAN)
    await page.set_width(320, dark=False)
    await page.open(f"{shown[0]}/bo")
    lines = await page.value("""(() => { const node = document.querySelector('.do li').firstChild, found = []; let top;
      for (let i = 0; i < node.length; i++) { const range = document.createRange(); range.setStart(node, i);
        range.setEnd(node, i + 1); const box = range.getBoundingClientRect(); if (!box.width) continue;
        if (top !== undefined && box.top > top + 10) found.push(node.data[i - 1]); top = box.top; }
      return found; })()""")
    assert lines, "it takes more than one line"
    assert set(lines) == {"\u0f0b"}


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize(("locale", "word"), LETTERS.items())
async def test_scripts_run_their_own_way_and_fit_every_screen(
    shown: tuple[str, Services], page: Page, tmp_path: Path, locale: str, word: str, width: int
) -> None:
    spoken_too(shown[1], locale, word)
    kept = Path(os.environ.get("KEPU_SCREENSHOTS") or tmp_path)
    await page.set_width(width, dark=False)
    await page.open(f"{shown[0]}/{locale}")
    (kept / f"public-{locale}-{width}.png").write_bytes(await page.picture())
    assert await page.value("document.documentElement.lang") == locale
    assert await page.value("document.documentElement.scrollWidth") <= width
    assert await page.value(CONTRAST) == []
    assert page.complaints == []
    style = "getComputedStyle(document.querySelector('.do li'))"
    first, second = "document.querySelectorAll('.do li')[0]", "document.querySelectorAll('.do li')[1]"
    box = "getBoundingClientRect()"
    if locale == "mn-Mong":
        assert await page.value(f"{style}.writingMode") == "vertical-lr"
        assert await page.value(f"{style}.direction") == "ltr"
        assert await page.value(f"{first}.{box}.right <= {second}.{box}.left + 1"), "the next line is to the right"
        assert await page.value(f"{first}.{box}.height > {first}.{box}.width"), "a line runs down"
        inside = "document.querySelector('main')"
        assert await page.value(f"{inside}.scrollWidth > {inside}.clientWidth")
        # numbers to call are read as they are dialled
        assert await page.value("getComputedStyle(document.querySelector('.call')).writingMode") == "horizontal-tb"
        # the whole of it can be reached, with keys alone too
        await page.value(f"{inside}.focus()")
        assert await page.value("document.activeElement.tagName") == "MAIN"
        await page.value(f"{inside}.scrollTo({inside}.scrollWidth, 0)")
        last = "document.querySelector('.aloud summary')"
        assert await page.value(f"{last}.{box}.right") <= width
        assert await page.value("document.querySelector('header').getBoundingClientRect().width") <= width
        return
    assert await page.value(f"{style}.writingMode") == "horizontal-tb"
    if locale == "ug":
        assert await page.value(f"{style}.direction") == "rtl"
        assert await page.value(f"{first}.{box}.right > innerWidth / 2"), "a line begins at the right"
        # what the page says in another language runs that language's way, its full stop at its end
        for own in (".call .not", "footer p"):
            assert await page.value(f"getComputedStyle(document.querySelector('{own}')).unicodeBidi") == "plaintext"


ORDER = """(text) => { const box = document.createElement('p'); box.dir = 'rtl'; box.textContent = text;
  document.querySelector('main').append(box); const node = box.firstChild;
  const left = (part) => { const range = document.createRange(), at = node.data.indexOf(part);
    range.setStart(node, at); range.setEnd(node, at + part.length); return range.getBoundingClientRect().left; };
  const found = [left('000'), left('1234')]; box.remove(); return found; }"""


async def test_a_telephone_number_is_read_in_its_own_order_in_arabic(shown: tuple[str, Services], page: Page) -> None:
    await page.open(shown[0])
    bare, marked = "اتصل 000-1234", ordered("اتصل 000-1234")
    first, last = await page.value(f"({ORDER})({bare!r})")
    assert first > last, "without the mark it is read 1234-000"
    first, last = await page.value(f"({ORDER})({marked!r})")
    assert first < last
