"""Lines from right to left: what runs the other way keeps its place, and numbers keep their order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency_kepu.domain.scripts import isolated, joined_again, ordered


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("000-0000-0001", "\u200e000-0000-0001"),
        ("+86 10 1234", "\u200e+86 10 1234"),
        ("محطة 12-34", "محطة \u200e12-34"),
        ("23:59", "23:59"),  # a colon between two numbers stays where it is (UAX 9, W4)
        ("5.8", "5.8"),
        ("2", "2"),
        ("A1-2", "A1-2"),
        ("", ""),
    ],
)
def test_numbers_with_separators_are_marked(text: str, wanted: str) -> None:
    assert ordered(text) == wanted


@given(st.text(alphabet="0123456789-/ +اب", max_size=60))
def test_marking_is_done_once_and_changes_nothing_to_read(text: str) -> None:
    once = ordered(text)
    assert ordered(once) == once
    assert once.replace("\u200e", "") == text


def test_an_isolate_holds_and_is_taken_off_again() -> None:
    assert isolated("Changning County") == "\u2068Changning County\u2069"
    assert joined_again(isolated("a 1-2")) == "a \u200e1-2"
    assert isolated("") == ""
