"""Officers see what readers of other scripts get as these readers do: its own way, its own font.

Needs Chromium, as the other pages' tests do.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emergency_kepu.domain.scripts import FONTS
from emergency_kepu.pipeline.services import Services
from tests.browser.chromium import Page
from tests.browser.test_pages_in_chromium import _needs_chromium, desk, page
from tests.browser.test_public_page_in_chromium import LETTERS, spoken_too

__all__ = ("_needs_chromium", "desk", "page")
pytestmark = [pytest.mark.service]


@pytest.mark.parametrize("width", [320, 1280])
async def test_a_preview_runs_as_its_readers_read(
    desk: tuple[str, Services], page: Page, tmp_path: Path, width: int
) -> None:
    for locale, word in LETTERS.items():
        spoken_too(desk[1], locale, word)
    await page.set_width(width, dark=False)
    await page.open(f"{desk[0]}campaigns/c-0?lang=en")
    kept = Path(os.environ.get("KEPU_SCREENSHOTS") or tmp_path)
    (kept / f"console-scripts-{width}.png").write_bytes(await page.picture())
    assert await page.value("document.documentElement.scrollWidth") <= width
    for locale, word in LETTERS.items():
        shown = f"document.querySelector('pre[lang={locale}]')"
        assert await page.value(f"{shown}.innerText.includes({word!r})")
        style = f"getComputedStyle({shown})"
        assert await page.value(f"{style}.unicodeBidi") == "plaintext"
        for font in FONTS.get(locale, ())[:1]:
            assert font in await page.value(f"{style}.fontFamily")
        lines = "vertical-lr" if locale == "mn-Mong" else "horizontal-tb"
        assert await page.value(f"{style}.writingMode") == lines
    assert await page.value("""(() => { const box = document.querySelector('pre[lang=ug]'), node = box.firstChild;
      const at = node.data.indexOf('ئ'), range = document.createRange();
      range.setStart(node, at); range.setEnd(node, at + 1);
      return range.getBoundingClientRect().right > box.getBoundingClientRect().right - 30 })()"""), "from the right"
