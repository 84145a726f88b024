"""A signature holds for exactly these words until its day; the file around it stays as it was."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from emergency_kepu.content.catalog import FRAME, Reviewer, load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.content.review import Standing, expiring, review_state, standing, unsigned
from emergency_kepu.content.signing import sign
from emergency_kepu.domain.errors import ContentError, UserError
from emergency_kepu.matching.guards.context import ReviewState

DAY = date(2026, 6, 30)
UNTIL = date(2027, 6, 30)
LI = Reviewer(name="李明", field="seismology", on=DAY)
WANG = Reviewer(name="Wang", field="public health", on=DAY)


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    for name in ("_common", "layouts", "earthquake", "heat"):
        shutil.copytree(shipped("templates") / name, folder / name)
    return folder


def state(library: Path, day: date = DAY) -> ReviewState:
    return review_state(load_catalog(library), "earthquake", day)


def said(library: Path, hazard: str = "earthquake", day: date = DAY) -> Standing:
    return standing(load_catalog(library), hazard, day)


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_signed_is_valid_until_its_day(library: Path) -> None:
    assert state(library) is ReviewState.SHIPPED
    review = sign(library, "earthquake", LI, UNTIL)
    assert load_catalog(library).topics["earthquake"].meta.review == review
    assert state(library) is ReviewState.SHIPPED, "nobody has signed the phrases around it"
    frame = sign(library, FRAME, WANG, UNTIL + timedelta(days=9))
    assert load_catalog(library).frame.review == frame
    assert state(library, UNTIL) is ReviewState.VALID
    assert state(library, UNTIL + timedelta(days=1)) is ReviewState.EXPIRED
    found = said(library)
    assert (found.state, found.by, found.days_left) == ("valid", ("李明 (seismology)",), 365)


def test_a_changed_word_loses_it(library: Path) -> None:
    sign(library, "earthquake", LI, UNTIL)
    sign(library, FRAME, WANG, UNTIL)
    change(library / "earthquake/en.yaml", "lifts", "elevators")
    assert state(library) is ReviewState.CHANGED
    assert said(library).state == "changed"
    again = sign(library, "earthquake", WANG, UNTIL)
    assert [person.name for person in again.by] == ["Wang"], "who signed other words has not signed these"


def test_a_second_expert_adds_and_never_lengthens(library: Path) -> None:
    sign(library, "earthquake", LI, UNTIL)
    both = sign(library, "earthquake", WANG, date(2029, 1, 1))
    assert [person.name for person in both.by] == ["李明", "Wang"]
    assert both.valid_until == UNTIL
    sooner = sign(library, "earthquake", WANG, date(2026, 12, 1))
    assert [person.name for person in sooner.by] == ["李明", "Wang"]
    assert sooner.valid_until == date(2026, 12, 1)


def test_ones_own_signature_is_renewed(library: Path) -> None:
    sign(library, "earthquake", LI, UNTIL)
    later = Reviewer(name="李明", field="seismology", on=date(2027, 6, 1))
    renewed = sign(library, "earthquake", later, date(2028, 6, 30))
    assert renewed.by == (later,)
    assert renewed.valid_until == date(2028, 6, 30)


def test_comments_and_order_stay(library: Path) -> None:
    path = library / "earthquake/meta.yaml"
    before = path.read_text(encoding="utf-8").replace("experts:", "# whom we ask\nexperts:")
    path.write_text(before + "# the end\n", encoding="utf-8")
    sign(library, "earthquake", LI, UNTIL)
    sign(library, "earthquake", WANG, UNTIL)
    after = path.read_text(encoding="utf-8")
    assert after.startswith(before.split("review:")[0])
    assert "# whom we ask\n" in after
    assert after.endswith("# the end\n")
    assert not list(library.rglob("*.new"))


def test_a_block_in_the_middle_is_replaced_in_place(library: Path) -> None:
    path = library / "earthquake/meta.yaml"
    whole = path.read_text(encoding="utf-8").replace("review:\n  state: shipped\n", "")
    path.write_text("review: {state: shipped}\n" + whole, encoding="utf-8")
    sign(library, "earthquake", LI, UNTIL)
    assert path.read_text(encoding="utf-8").startswith("review:\n  state: signed\n")
    assert path.read_text(encoding="utf-8").endswith(whole)


def test_what_cannot_be_rewritten_safely_is_left_alone(library: Path) -> None:
    path = library / "earthquake/meta.yaml"
    before = path.read_text(encoding="utf-8").replace("review:\n  state: shipped\n", "'review':\n  state: shipped\n")
    path.write_text(before, encoding="utf-8")
    with pytest.raises(ContentError, match="without quotes"):
        sign(library, "earthquake", LI, UNTIL)
    assert path.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("hazard", "reviewer", "until", "words"),
    [
        ("fog", LI, UNTIL, "no text about"),
        ("earthquake", Reviewer(name=" ", field="x", on=DAY), UNTIL, "name and field"),
        ("earthquake", LI, DAY, "must be after"),
    ],
)
def test_what_is_refused(library: Path, hazard: str, reviewer: Reviewer, until: date, words: str) -> None:
    with pytest.raises(UserError, match=words):
        sign(library, hazard, reviewer, until)


def test_reminders(library: Path) -> None:
    def due(day: date) -> list[str]:
        return [found.hazard for found in expiring(load_catalog(library), day, 30)]

    assert due(DAY) == []
    sign(library, "earthquake", LI, UNTIL)
    assert due(UNTIL - timedelta(days=31)) == []
    assert due(UNTIL - timedelta(days=30)) == ["earthquake"]
    assert due(UNTIL + timedelta(days=1)) == ["earthquake"]
    change(library / "earthquake/en.yaml", "lifts", "elevators")
    assert due(DAY) == ["earthquake"], "a signed text that was changed needs its expert too"


def test_a_changed_shared_phrase_or_layout_loses_the_signature_under_them(library: Path) -> None:
    def signed() -> None:
        sign(library, FRAME, WANG, UNTIL)
        assert (said(library, FRAME).state, state(library)) == ("valid", ReviewState.VALID)

    sign(library, "earthquake", LI, UNTIL)
    signed()
    change(library / "_common/en.yaml", "Take care:", "Never:")
    assert (said(library, FRAME).state, state(library)) == ("changed", ReviewState.CHANGED)
    assert said(library).state == "valid", "the hazard's own words are as they were"
    assert [found.hazard for found in expiring(load_catalog(library), DAY, 30)] == [FRAME]
    signed()
    with (library / "layouts/sms.j2").open("a", encoding="utf-8") as file:
        file.write(" ")
    assert state(library) is ReviewState.CHANGED
    assert (library / "_common/meta.yaml").read_text(encoding="utf-8").startswith("# What all messages share"), (
        "the comment stays"
    )


def test_another_ending_is_another_text(library: Path) -> None:
    sign(library, "heat", LI, UNTIL)
    assert said(library, "heat").state == "valid"
    change(library / "heat/meta.yaml", "ending: calm", "ending: lifted")
    assert said(library, "heat").state == "changed"


def test_phrases_of_a_language_with_drafts_only_belong_to_its_drafts(library: Path) -> None:
    sign(library, FRAME, WANG, UNTIL)
    sign(library, "heat", LI, UNTIL, locale="ja")
    change(library / "_common/ja.yaml", "joiner: ", "joiner: '  ' # ")
    assert said(library, FRAME).state == "valid"
    catalog = load_catalog(library)
    assert "ja" not in catalog.topics["heat"].sendable(DAY)


def test_a_library_copied_before_phrases_were_signed_is_signed_too(library: Path) -> None:
    (library / "_common/meta.yaml").unlink()
    sign(library, FRAME, WANG, UNTIL)
    assert said(library, FRAME).by == ("Wang (public health)",)


@pytest.mark.parametrize(
    ("who", "day", "trusted", "reason"),
    [
        ((), DAY, False, "content_unreviewed"),
        ((), DAY, True, None),
        ((FRAME,), DAY, False, "content_unreviewed"),
        ((FRAME, "earthquake"), DAY, False, None),
        ((FRAME, "earthquake"), UNTIL + timedelta(days=1), False, "content_review_expired"),
        ((FRAME, "earthquake"), UNTIL + timedelta(days=1), True, "content_review_expired"),
    ],
)
def test_what_needs_a_name(library: Path, who: tuple[str, ...], day: date, trusted: bool, reason: str | None) -> None:
    for hazard in who:
        sign(library, hazard, LI, UNTIL)
    found = unsigned(load_catalog(library), "earthquake", day, trust_shipped=trusted)
    assert (found[0].value if found else None) == reason


def test_it_says_which_signature_is_missing(library: Path) -> None:
    def detail() -> str:
        found = unsigned(load_catalog(library), "earthquake", DAY, trust_shipped=False)
        return found[1] if found else ""

    assert "nobody has signed the texts" in detail()
    sign(library, "earthquake", LI, UNTIL)
    assert "review _common" in detail()
    sign(library, FRAME, WANG, UNTIL)
    assert detail() == ""


def test_trust_in_what_ships_is_no_trust_in_what_was_changed(library: Path) -> None:
    sign(library, FRAME, WANG, UNTIL)
    sign(library, "earthquake", LI, UNTIL)
    change(library / "earthquake/en.yaml", "lifts", "elevators")
    assert unsigned(load_catalog(library), "earthquake", DAY, trust_shipped=True) is not None


def test_what_is_shared_has_no_drafts(library: Path) -> None:
    with pytest.raises(UserError, match="no text about"):
        sign(library, FRAME, LI, UNTIL, locale="ja")
