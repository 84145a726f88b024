"""What readers get is written down: a change of any word, layout, phrase or name shows here as a difference.

After a change that is meant: `python scripts/update_golden.py` and `python scripts/build_library_page.py`; read both
differences.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency_kepu.content import hazards_page
from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.gallery import golden
from emergency_kepu.content.library import shipped
from emergency_kepu.content.library_page import pages

CATALOG = load_catalog(shipped("templates"))
GOLDEN = Path(__file__).parent / "golden"
PAGES = Path(__file__).parents[2] / "docs/reference/library"
HAZARDS_PAGE = PAGES.parent / "hazards.md"
TEXTS = [(hazard, locale) for hazard, topic in CATALOG.topics.items() for locale in topic.locales]


@pytest.mark.parametrize(("hazard", "locale"), TEXTS)
def test_the_text_is_as_it_was_read(hazard: str, locale: str) -> None:
    path = GOLDEN / f"{hazard}.{locale}.txt"
    assert path.exists(), "python scripts/update_golden.py writes it"
    assert golden(CATALOG, hazard, locale) == path.read_text(encoding="utf-8")


def test_no_file_of_a_text_that_is_gone() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {f"{hazard}.{locale}.txt" for hazard, locale in TEXTS}


def test_the_library_pages_are_up_to_date() -> None:
    wanted = pages(CATALOG)
    found = {path.name: path.read_text(encoding="utf-8") for path in PAGES.iterdir()}
    stale = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
    assert not stale, "python scripts/build_library_page.py"


def test_the_page_of_hazards_is_up_to_date() -> None:
    assert HAZARDS_PAGE.read_text(encoding="utf-8") == hazards_page.page(), "python scripts/build_hazards_page.py"
