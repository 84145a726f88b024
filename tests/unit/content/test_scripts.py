"""Which way lines run, and the two marks that Mongolian words are not themselves without."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel import Locale
from lxml import html

from emergency_kepu.channels.mail_message import as_html
from emergency_kepu.content import sms
from emergency_kepu.content.facts import day_text, local_time, safe
from emergency_kepu.content.render import fill_in
from emergency_kepu.domain import plain
from emergency_kepu.domain.campaign import CalendarDay
from emergency_kepu.domain.scripts import FONTS, direction, one_line, shown, unseen, vertical

STATIC = Path(__file__).parents[3] / "emergency_kepu/desk/static"
OF_MONGOLS = "ᠮᠣᠩᠭᠣᠯ\u202fᠤᠨ"
"""The language's name and its ending, which U+202F keeps apart from it."""
BROTHER = "ᠠᠬ\u180eᠠ"
"""A word whose last letter stands apart: U+180E."""


@pytest.mark.parametrize("locale", ["ug", "ar", "fa", "he", "ur", "bo", "mn", "en", "ja", "zh-Hans", "mn-Mong"])
def test_lines_run_as_unicode_says(locale: str) -> None:
    runs = Locale.parse(locale, sep="-").character_order
    assert direction(locale) == ("rtl" if runs == "right-to-left" else "ltr")
    assert vertical(locale) == (Locale.parse(locale, sep="-").text_direction == "ttb")


@pytest.mark.parametrize("word", [OF_MONGOLS, BROTHER])
def test_marks_inside_mongolian_words_stay(word: str) -> None:
    assert one_line(f" {word}\n {word} ") == f"{word} {word}"
    assert shown(word) == safe(word) == plain.plain(word) == word
    assert fill_in(f"{{{{ place }}}}  {word}", {"place": word}, where="x", locale="mn_Mong") == f"{word} {word}"
    assert not unseen(word)
    assert sms.count(word).units == len(word)


@pytest.mark.parametrize(
    "text",
    [
        "a\u180eb",
        "a\u202fb",
        "\u180eᠠ",
        "ᠠ\u180e",
        "ᠠ\u202f",
        "ᠠ\u180e\u180eᠠ",
        "a\u202eb",
        "a\u200db",
        "\u2066a\u2069b",
    ],
)
def test_elsewhere_what_cannot_be_seen_is_a_space(text: str) -> None:
    for cleaned in (shown(text), safe(text), plain.plain(text)):
        assert not {"\u180e", "\u202f", "\u202e", "\u200d", "\u2066", "\u2069"} & set(cleaned)


def test_white_space_is_one_space_as_before() -> None:
    text = " a\t\r\n\u00a0b\u2003\u202f\u2028c\x1cd\x85 "
    assert one_line(text) == " ".join(text.split())


@pytest.mark.parametrize(
    ("locale", "written", "days"),
    [
        ("ug", "30-نويابىر 23:59", "30-نويابىر - 1-دېكابىر"),
        ("bo", "ཟླ་༡༡ཚེས་30 23:59", "ཟླ་༡༡ཚེས་30 - ཟླ་༡༢ཚེས་1"),
        ("mn", "11-р сарын 30 23:59", "11-р сарын 30 - 12-р сарын 1"),
        ("mn-Mong", "2026-11-30 23:59", "2026-11-30 - 2026-12-01"),
    ],
)
def test_days_are_written_as_cldr_has_them(locale: str, written: str, days: str) -> None:
    assert local_time(datetime(2026, 11, 30, 15, 59, tzinfo=UTC), "Asia/Shanghai", locale) == written
    assert day_text(CalendarDay(titles={}, first=date(2026, 11, 30), last=date(2026, 12, 1)), locale) == days


@pytest.mark.parametrize("style", ["public.css", "desk.css"])
def test_pages_ask_for_the_same_fonts_as_mail(style: str) -> None:
    css = (STATIC / style).read_text(encoding="utf-8").replace(", ", ",")
    for locale, fonts in FONTS.items():
        rule = next(line for line in css.splitlines() if line.startswith(f":lang({locale})"))
        assert ",".join(f'"{font}"' for font in fonts) in rule


@pytest.mark.parametrize(
    ("locale", "runs", "style"),
    [
        ("ug", "rtl", "UKIJ Tuz"),
        ("bo", "ltr", "Noto Serif Tibetan"),
        ("mn-Mong", "ltr", "vertical-lr"),
        ("ar", "rtl", ""),
    ],
)
def test_mail_runs_its_own_way(locale: str, runs: str, style: str) -> None:
    page = html.fromstring(as_html("x\ny", locale))
    assert (page.get("lang"), page.get("dir")) == (locale, runs)
    assert style in (page.body.get("style") or "")
    assert (page.body.get("style") is None) == (style == "")
