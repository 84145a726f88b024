"""A draft is sent to nobody before somebody who reads its language has signed just these words."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from emergency_kepu.cli.main import app
from emergency_kepu.content.catalog import Reviewer, hash_of, load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.content.locales import resolve
from emergency_kepu.content.review import review_state
from emergency_kepu.content.signing import sign
from emergency_kepu.domain.errors import ContentError, UserError
from emergency_kepu.domain.hazard import HAZARDS, classify
from emergency_kepu.matching.guards.context import ReviewState
from emergency_kepu.places import gazetteer
from emergency_kepu.places.authority import authority_name

SHIPPED = load_catalog(shipped("templates"))
DRAFTS = ("ar", "es", "fr", "ja", "ko", "ru")
HAZARDS_WITH_DRAFTS = ("earthquake", "flood", "heat", "influenza", "rainstorm", "respiratory_outbreak", "typhoon")
TODAY = datetime.now(UTC).date()
NEXT_YEAR = TODAY + timedelta(days=365)
YAMADA = Reviewer(name="Yamada", field="Japanese", on=TODAY)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A desk's own copy of the library, of one hazard."""
    for name in ("_common", "layouts", "heat"):
        shutil.copytree(shipped("templates") / name, tmp_path / "templates" / name)
    return tmp_path / "templates"


def locales(directory: Path) -> set[str]:
    return set(load_catalog(directory).locales("heat"))


@pytest.mark.parametrize("hazard", HAZARDS_WITH_DRAFTS)
def test_six_languages_are_there_and_none_is_sent(hazard: str) -> None:
    topic = SHIPPED.topics[hazard]
    assert {locale for locale, text in topic.locales.items() if text.draft} == set(DRAFTS)
    assert set(SHIPPED.locales(hazard)) == {"zh-Hans", "zh-Hant", "en"}
    assert resolve("ja", SHIPPED.locales(hazard), "zh-Hans") == ("zh-Hans", True)


def test_a_signed_draft_is_sent_until_a_word_changes(own: Path) -> None:
    sign(own, "heat", YAMADA, NEXT_YEAR, locale="ja")
    assert locales(own) == {"zh-Hans", "zh-Hant", "en", "ja"}
    text = own / "heat/ja.yaml"
    text.write_text(text.read_text(encoding="utf-8").replace("headline: ", "headline: 新"), encoding="utf-8")
    assert "ja" not in locales(own)


def test_a_signature_ends_on_its_day(own: Path) -> None:
    sign(own, "heat", YAMADA, NEXT_YEAR, locale="ja")
    topic = load_catalog(own).topics["heat"]
    assert "ja" in topic.sendable(NEXT_YEAR)
    assert "ja" not in topic.sendable(NEXT_YEAR + timedelta(days=1))


def test_a_draft_and_the_review_of_the_text_leave_each_other_alone(own: Path) -> None:
    sign(own, "heat", Reviewer(name="Li", field="public health", on=TODAY), NEXT_YEAR)
    sign(own, "heat", YAMADA, NEXT_YEAR, locale="ja")
    catalog = load_catalog(own)
    assert review_state(catalog.topics["heat"], TODAY) is ReviewState.VALID
    (own / "heat/ja.yaml").unlink()
    assert review_state(load_catalog(own).topics["heat"], TODAY) is ReviewState.VALID
    assert "ja" in catalog.locales("heat")


def test_being_a_draft_is_no_word_of_the_text() -> None:
    text = SHIPPED.topics["heat"].locales["ja"]
    before = hash_of([text])
    assert hash_of([msgspec.structs.replace(text, draft=False)]) == before


def test_only_a_draft_is_signed_by_its_language(own: Path) -> None:
    for locale in ("en", "xx"):
        with pytest.raises(UserError, match="no draft about heat; there are: ar, es, fr, ja, ko, ru"):
            sign(own, "heat", YAMADA, NEXT_YEAR, locale=locale)


def test_a_library_of_drafts_alone_is_refused(own: Path) -> None:
    for locale in ("zh-Hans", "zh-Hant", "en"):
        (own / f"heat/{locale}.yaml").unlink()
    with pytest.raises(ContentError, match="every language is a draft"):
        load_catalog(own)


def test_signing_on_the_command_line(own: Path) -> None:
    config = own.parent / "config"
    config.mkdir()
    (config / "kepu.yaml").write_text(f"content: {{templates: {own}}}\n", encoding="utf-8")
    (config / "policies.yaml").write_text("policies: []\n", encoding="utf-8")
    (config / "feeds.yaml").write_text("feeds: {}\n", encoding="utf-8")
    run = CliRunner()
    listed = run.invoke(app, ["templates", "list", "--config", str(config), "--json"])
    assert '"drafts":["ar","es","fr","ja","ko","ru"]' in listed.output.replace(" ", "").replace("\n", "")
    words = ["--by", "Yamada", "--field", "Japanese", "--valid-until", NEXT_YEAR.isoformat(), "--locale", "ja"]
    signed = run.invoke(app, ["templates", "review", "heat", *words, "--config", str(config)])
    assert signed.exit_code == 0, signed.output
    assert "ja" in locales(own)


def test_other_languages_names_are_printed_and_never_matched() -> None:
    for hazard in HAZARDS.values():
        assert set(DRAFTS) <= set(hazard.names), hazard.code
    # inside this word is the Russian one for heat
    assert classify(event="Угроза пожара") is None
    assert classify(event="séisme") is None


def test_places_and_authorities_in_scripts_of_their_own() -> None:
    assert gazetteer.name("511524", "ja") == "長寧縣"
    assert gazetteer.name("511524", "ru") == "Changning County"
    assert authority_name("犍为县气象台", "ja") == "犍爲縣氣象台"
    assert authority_name("犍为县气象台", "ar") == "Qianwei County Meteorological Observatory"
