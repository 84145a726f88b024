"""Segments as handsets count them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emergency_kepu.content import sms


@pytest.mark.parametrize(
    ("text", "encoding", "segments", "units"),
    [
        ("", "GSM-7", 1, 0),
        ("a" * 160, "GSM-7", 1, 160),
        ("a" * 161, "GSM-7", 2, 161),
        ("a" * 306, "GSM-7", 2, 306),
        ("a" * 307, "GSM-7", 3, 307),
        ("€" * 80, "GSM-7", 1, 160),
        ("a" * 152 + "€" + "a" * 153, "GSM-7", 3, 307),  # the escape pair moves to the next part whole
        ("震" * 70, "UCS-2", 1, 70),
        ("震" * 71, "UCS-2", 2, 71),
        ("震" * 135, "UCS-2", 3, 135),
        ("😀" * 35, "UCS-2", 1, 70),
        ("震" * 66 + "😀" + "震" * 66, "UCS-2", 3, 134),  # a surrogate pair is not split
    ],
)
def test_vectors(text: str, encoding: str, segments: int, units: int) -> None:
    found = sms.count(text)
    assert (found.encoding, found.segments, found.units) == (encoding, segments, units)


VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "segment_vectors.json").read_text(encoding="utf-8"))
"""Our texts, and what Twilio's public segment calculator (npm sms-segments-calculator 1.3.0, MIT) says of each."""


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["what"])
def test_twilios_calculator_agrees(vector: dict[str, Any]) -> None:
    found = sms.count(vector["text"])
    assert (found.encoding, found.segments, found.units) == (vector["encoding"], vector["segments"], vector["units"])


@given(st.text(alphabet=st.characters(min_codepoint=0x300, max_codepoint=0x36F), min_size=71, max_size=300))
def test_a_sign_longer_than_a_part_is_counted_all_the_same(text: str) -> None:
    assert sms.count(text).segments >= len(text) / 67


def test_the_character_that_doubles_the_price_is_named() -> None:
    assert sms.count("it\u2019s\u00a0hot").not_gsm == ("\u2019", "\u00a0")


@given(st.text(max_size=500))
def test_the_parts_hold_the_text(text: str) -> None:
    found = sms.count(text)
    assert found.units <= found.segments * found.per_segment
    assert found.remaining >= 0
    assert found.segments == 1 or found.units > found.per_segment


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Leave Xigazê now.", "Leave Xigaze now."),
        ("Don\u2019t go \u2013 stay \u201cup\u201d\u2026", 'Don\'t go - stay "up"...'),
        ("Ürümqi is in the alphabet", "Ürümqi is in the alphabet"),
        ("日喀则: Xigazê", "日喀则: Xigazê"),
        ("地震。", "地震。"),
        ("\u2026" * 60, "\u2026" * 60),  # 180 full stops would need a second part
        ("", ""),
    ],
)
def test_folded_where_it_saves_and_only_there(text: str, wanted: str) -> None:
    assert sms.folded(text) == wanted


@given(st.text())
def test_folding_never_costs_a_segment_and_is_done_once(text: str) -> None:
    once = sms.folded(text)
    assert sms.count(once).segments <= sms.count(text).segments
    assert sms.folded(once) == once
