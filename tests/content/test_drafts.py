"""A draft is sent to nobody before somebody who reads its language has signed just these words."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from emergency_kepu.cli.main import app
from emergency_kepu.content import sms
from emergency_kepu.content.catalog import Reviewer, hash_of, load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.content.lint.run import lint
from emergency_kepu.content.locales import resolve
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.content.review import standing
from emergency_kepu.content.signing import sign
from emergency_kepu.content.specimen import USUAL
from emergency_kepu.desk.words import language_name
from emergency_kepu.domain.campaign import CampaignKind, CampaignSpec, MessageFacts
from emergency_kepu.domain.errors import ContentError, UserError
from emergency_kepu.domain.hazard import HAZARDS, classify
from emergency_kepu.pages.text import page_text
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
    assert standing(catalog, "heat", TODAY).state == "valid"
    (own / "heat/ja.yaml").unlink()
    assert standing(load_catalog(own), "heat", TODAY).state == "valid"
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


# The languages' own names, as CLDR has them: short strings that are surely right.
UYGHUR, TIBETAN, MONGOLIAN = "ئۇيغۇرچە", "བོད་སྐད་", "ᠮᠣᠩᠭᠣᠯ"


@pytest.mark.parametrize("locale", ["ug", "bo", "mn", "mn-Mong"])
def test_a_desk_s_own_translators_begin_with_a_skeleton(own: Path, locale: str) -> None:
    run = CliRunner()
    made = run.invoke(app, ["templates", "new", "heat", "--locale", locale, "--templates", str(own)])
    assert made.exit_code == 0, made.output
    catalog = load_catalog(own)
    text, english = catalog.topics["heat"].locales[locale], catalog.topics["heat"].locales["en"]
    assert text.draft
    assert text.actions["now"][0].text == f"<<{english.actions['now'][0].text}>>"
    assert text.actions["now"][0].id == english.actions["now"][0].id
    assert locale not in catalog.locales("heat")
    report = lint(catalog, ("heat",))
    unwritten = {
        item.key for item in report.findings if item.file == f"heat/{locale}.yaml" and item.rule == "placeholder"
    }
    assert {"headline", "what", f"why.{english.why.id}"} <= unwritten
    again = run.invoke(app, ["templates", "new", "heat", "--locale", locale, "--templates", str(own)])
    assert isinstance(again.exception, UserError)


@pytest.mark.parametrize("tag", ["Uyghur", "ug_CN", "..", "mn-mong"])
def test_what_is_no_language_tag_makes_no_file(own: Path, tag: str) -> None:
    before = sorted(own.rglob("*"))
    words = ["templates", "new", "heat", "--locale", tag, "--templates", str(own)]
    assert isinstance(CliRunner().invoke(app, words).exception, UserError)
    assert sorted(own.rglob("*")) == before


@pytest.mark.parametrize(
    ("wanted", "available", "found"),
    [
        ("ug-CN", ("zh-Hans", "ug"), ("ug", False)),
        ("ug-Arab-CN", ("zh-Hans", "ug"), ("ug", False)),
        ("bo-CN", ("zh-Hans", "bo"), ("bo", False)),
        ("mn-Mong-CN", ("zh-Hans", "mn"), ("zh-Hans", True)),
        ("mn-Mong", ("zh-Hans", "mn", "mn-Mong"), ("mn-Mong", False)),
        ("mn-CN", ("zh-Hans", "mn-Mong"), ("mn-Mong", False)),
        ("mn-MN", ("zh-Hans", "mn", "mn-Mong"), ("mn", False)),
    ],
)
def test_readers_get_their_own_script_or_the_default(
    wanted: str, available: tuple[str, ...], found: tuple[str, bool]
) -> None:
    assert resolve(wanted, available, "zh-Hans") == found


@pytest.mark.parametrize("name", [UYGHUR, TIBETAN, MONGOLIAN])
def test_an_sms_in_these_scripts_is_counted_in_ucs_2_and_left_as_it_is(name: str) -> None:
    text = " ".join([name] * 20)
    counted = sms.count(text)
    assert counted.not_gsm
    assert counted.segments == -(-len(text) // 67)
    assert sms.folded(text) == text


def test_a_page_in_uyghur_runs_from_right_to_left(own: Path) -> None:
    text = (own / "heat/en.yaml").read_text(encoding="utf-8").replace("locale: en", "locale: ug\ndraft: true")
    (own / "heat/ug.yaml").write_text(text, encoding="utf-8")
    phrases = (own / "_common/en.yaml").read_text(encoding="utf-8")
    (own / "_common/ug.yaml").write_text(phrases.replace("locale: en", "locale: ug"), encoding="utf-8")
    catalog = load_catalog(own)
    spec = CampaignSpec(hazard="heat", phase="now", channels=(), facts=USUAL)
    assert page_text(catalog, spec, CampaignKind.ISSUE, "ug", seed="s").direction == "rtl"
    assert not page_text(catalog, spec, CampaignKind.ISSUE, "ug", seed="s").vertical
    assert page_text(catalog, spec, CampaignKind.ISSUE, "en", seed="s").direction == "ltr"
    assert language_name("ug") == UYGHUR
    assert language_name("mn-Mong") == MONGOLIAN


@pytest.mark.parametrize(
    ("locale", "word", "end"),
    [("ug", UYGHUR, "."), ("ug", UYGHUR, "؟"), ("bo", TIBETAN, "།"), ("mn-Mong", f"{MONGOLIAN}\u202fᠤᠨ", "᠃")],
)
def test_lint_takes_the_marks_of_their_scripts_and_asks_for_no_english_word(
    own: Path, locale: str, word: str, end: str
) -> None:
    """Otherwise no desk could sign a text in them."""
    text = (own / "heat/en.yaml").read_text(encoding="utf-8").replace("locale: en", f"locale: {locale}\ndraft: true")
    (own / f"heat/{locale}.yaml").write_text(text, encoding="utf-8")
    phrases = (own / "_common/en.yaml").read_text(encoding="utf-8")
    (own / f"_common/{locale}.yaml").write_text(phrases.replace("locale: en", f"locale: {locale}"), encoding="utf-8")
    catalog = load_catalog(own)
    topic = catalog.topics["heat"]
    draft = topic.locales[locale]
    draft = msgspec.structs.replace(
        draft,
        what=f"{{{{ source }}}} {{{{ time }}}} {{{{ place }}}} {word}{end}",
        impact=msgspec.structs.replace(draft.impact, text=f"{word}{end}"),
    )
    topic = msgspec.structs.replace(topic, locales={**topic.locales, locale: draft})
    found = lint(msgspec.structs.replace(catalog, topics={"heat": topic}), ("heat",)).findings
    ours = [item for item in found if item.file == f"heat/{locale}.yaml"]
    assert not [item for item in ours if item.rule in ("punctuation", "elements", "markup") or "hazard" in item.message]


FACTS = MessageFacts(
    source_name="长宁县气象台",
    place_codes=("511524",),
    issued_at=datetime(2026, 6, 30, 5, 30, tzinfo=UTC),
    tz="Asia/Shanghai",
)


def arabic(layout: str, locale: str = "ar") -> str:
    facts = msgspec.structs.replace(FACTS, hotline="000-0000-0001")
    return render(SHIPPED, RenderRequest(hazard="heat", locale=locale, layout=layout, phase="now", facts=facts)).text


def test_names_and_numbers_in_arabic_keep_their_places() -> None:
    chat = arabic("chat")
    assert "\u2068Changning County, Yibin, Sichuan\u2069" in chat
    assert "\u2068\u200e000-0000-0001\u2069" in chat
    assert chat.count("\u2068") == chat.count("\u2069")


def test_handsets_are_sent_no_isolates_and_languages_from_left_to_right_no_marks() -> None:
    assert not set(arabic("sms")) & set("\u2066\u2067\u2068\u2069")
    assert "\u200e" not in arabic("chat", "zh-Hans") + arabic("chat", "ru")


def test_translators_name_hazards(own: Path) -> None:
    with (own / "_common/ja.yaml").open("a", encoding="utf-8") as file:
        file.write("hazards: {heat: 猛暑}\n")
    facts = MessageFacts(
        source_name="長寧県", place_codes=("511524",), issued_at=datetime(2026, 6, 30, tzinfo=UTC), tz="UTC"
    )
    asked = RenderRequest(
        hazard="heat", locale="ja", layout="sms", phase="now", kind=CampaignKind.ALL_CLEAR, facts=facts
    )
    assert "猛暑の警報が解除されました" in render(load_catalog(own), asked).text


def test_a_desk_gives_a_language_more_parts() -> None:
    facts = MessageFacts(
        source_name="长宁县气象台", place_codes=("511524",), issued_at=datetime(2026, 6, 30, tzinfo=UTC), tz="UTC"
    )
    asked = RenderRequest(hazard="heat", locale="ru", layout="sms", phase="now", facts=facts)
    three = render(SHIPPED, asked)
    five = render(msgspec.structs.replace(SHIPPED, sms_parts={"ru": 5}), asked)
    assert (three.size, five.size > 3) == (3, True)
    assert set(five.dropped) < set(three.dropped)
    other = render(msgspec.structs.replace(SHIPPED, sms_parts={"*": 1, "ru": 3}), asked)
    assert other.text == three.text


def hard_to_read(locale: str, sentence: str) -> list[str]:
    """What the rule says of a draft whose every action is this sentence."""
    topic = SHIPPED.topics["heat"]
    text = topic.locales[locale]
    actions = {
        phase: tuple(msgspec.structs.replace(entry, text=f"{sentence} {entry.id}.") for entry in entries)
        for phase, entries in text.actions.items()
    }
    changed = msgspec.structs.replace(text, actions=actions, audiences={})
    topics = {"heat": msgspec.structs.replace(topic, locales={**topic.locales, locale: changed})}
    report = lint(msgspec.structs.replace(SHIPPED, topics=topics), ("heat",), ("reading",))
    return [item.message for item in report.findings if item.file == f"heat/{locale}.yaml"]


@pytest.mark.parametrize(
    ("locale", "sentence", "says"),
    [
        ("fr", " ".join(["préoccupations climatologiques particulièrement"] * 7), "LIX"),
        ("ru", " ".join(["иди"] * 30), "a sentence of 31 words"),
        ("ar", " ".join(["اذهب"] * 30), "a sentence of 31 words"),
        ("ja", "とても暑いので" * 10, "characters, at most 60"),
    ],
)
def test_a_draft_that_is_hard_to_read_is_found(locale: str, sentence: str, says: str) -> None:
    assert [message for message in hard_to_read(locale, sentence) if says in message]


def test_the_drafts_that_ship_are_not() -> None:
    for hazard in HAZARDS_WITH_DRAFTS:
        found = lint(SHIPPED, (hazard,), ("reading",)).findings
        assert [item for item in found if item.file.split("/")[1].removesuffix(".yaml") in DRAFTS] == []
