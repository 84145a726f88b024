"""Properties of the readers under text and XML that somebody means badly."""

from __future__ import annotations

from datetime import timedelta
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emergency_kepu.domain.alert import Effect
from emergency_kepu.domain.errors import ParseError
from emergency_kepu.feeds.cap import parse
from emergency_kepu.feeds.flags import Flags
from emergency_kepu.feeds.format import FeedContext
from emergency_kepu.feeds.geometry import read_circle, read_polygon
from emergency_kepu.feeds.instants import from_epoch_ms, read_instant
from emergency_kepu.feeds.nmc_title import read_title
from emergency_kepu.feeds.text import collapse, from_html

FEED = FeedContext(name="property")
NAMES = ("identifier", "sender", "sent", "status", "msgType", "scope", "references", "incidents", "info")
WORDS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)


@settings(max_examples=150, deadline=None)
@given(parts=st.lists(st.tuples(st.sampled_from(NAMES), WORDS), max_size=12))
def test_any_well_formed_alert_is_read_or_named(parts: list[tuple[str, str]]) -> None:
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts)
    document = f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">{inner}</alert>'
    try:
        result = parse(document.encode(), feed=FEED)
    except ParseError:
        return  # a character that XML does not allow
    assert len(result.alerts) + len(result.errors) == 1
    for alert in result.alerts:
        if alert.scope != "Public":
            assert {"scope_missing", "scope_unknown"} & set(alert.flags) or alert.scope in (
                "Private",
                "Restricted",
            )
        assert alert.effect in Effect


@given(
    ring=st.lists(st.tuples(st.floats(-90, 90, width=32), st.floats(-180, 180, width=32)), min_size=3, max_size=30),
    gap=st.sampled_from((" ", "  ", "\n", "\t ")),
)
def test_a_polygon_is_what_was_written_and_closed(ring: list[tuple[float, float]], gap: str) -> None:
    text = gap.join(f"{lat},{lon}" for lat, lon in [*ring, ring[0]])
    assert read_polygon(text, Flags()) == (*ring, ring[0])


@given(text=st.text(alphabet="0123456789.,- eE+\n", max_size=60))
def test_geometry_never_raises_and_never_leaves_the_earth(text: str) -> None:
    ring = read_polygon(text, Flags())
    assert ring is None or all(-90 <= lat <= 90 and -180 <= lon <= 180 for lat, lon in ring)
    circle = read_circle(text, Flags())
    assert circle is None or circle.radius_km >= 0


@given(text=st.text(max_size=60))
def test_text_is_collapsed_once_and_for_all(text: str) -> None:
    once = collapse(text)
    assert once is None or once == " ".join(once.split()) != ""


@given(text=st.one_of(st.text(max_size=30), st.datetimes(timezones=st.none()).map(str)))
def test_instants_are_aware_or_none(text: str) -> None:
    instant, _ = read_instant(text)
    assert instant is None or instant.utcoffset() is not None


@given(number=st.floats(allow_nan=True, allow_infinity=True))
def test_epoch_milliseconds_never_overflow(number: float) -> None:
    instant = from_epoch_ms(number)
    assert instant is None or instant.utcoffset() == timedelta(0)


@given(title=st.text(alphabet="某县气象台发布更新变升降级解除取消将暴雨红橙黄蓝色预警信号ⅣI级[]， ", max_size=40))
def test_no_title_is_too_odd(title: str) -> None:
    found = read_title(title)
    assert found.colour in {None, "blue", "yellow", "orange", "red"}
    assert "色" not in found.hazard or found.hazard


@pytest.mark.parametrize("piece", ["<script>", "<a ", "<!", "</style>", "&#x;"])
def test_markup_is_removed_in_one_pass(piece: str) -> None:
    # Quadratic work would take minutes here, not milliseconds.
    assert from_html(piece * 200_000 + "end") is not None or piece == "<script>"
