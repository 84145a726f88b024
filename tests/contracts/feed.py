"""What every feed format promises (`emergency_kepu/feeds/format.py`). Subclasses give a golden sample."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.errors import ParseError
from emergency_kepu.feeds.format import FeedContext, ParseResult
from emergency_kepu.feeds.registry import load_format

SEVERITIES = {"Extreme", "Severe", "Moderate", "Minor", "Unknown"}


class FeedContract:
    """One factory: `sample()` gives a document with at least one alert. `empty` is a document with none."""

    format_name: str
    empty: bytes
    """A well-formed document without alerts."""

    def sample(self) -> bytes:
        raise NotImplementedError

    def parse(self, body: bytes) -> ParseResult:
        return load_format(self.format_name)(body, feed=FeedContext(name="contract"))

    def test_reads_its_sample(self) -> None:
        result = self.parse(self.sample())
        assert result.alerts
        for alert in result.alerts:
            assert alert.identifier.strip() == alert.identifier != ""
            assert alert.sender
            for info in alert.infos:
                assert info.severity in SEVERITIES

    def test_identifiers_differ(self) -> None:
        keys = [(alert.sender, alert.identifier, alert.sent) for alert in self.parse(self.sample()).alerts]
        assert len(keys) == len(set(keys))

    def test_an_empty_list_is_a_success(self) -> None:
        assert self.parse(self.empty) == ParseResult()

    def test_is_deterministic(self) -> None:
        assert self.parse(self.sample()) == self.parse(self.sample())

    def test_a_byte_order_mark_and_blank_lines_change_nothing(self) -> None:
        plain = self.parse(self.sample())
        assert self.parse(b"\xef\xbb\xbf" + self.sample()) == plain
        assert self.parse(b"\n\r\n" + self.sample() + b"\n") == plain

    def test_every_instant_is_aware(self) -> None:
        for instant in instants(self.parse(self.sample())):
            assert instant.utcoffset() is not None

    def test_no_sent_and_no_expiry_are_flagged(self) -> None:
        for alert in self.parse(self.sample()).alerts:
            assert (alert.sent is None) == ("no_sent" in alert.flags)
            if alert.infos and alert.msg_type in ("Alert", "Update"):
                assert any(info.expires for info in alert.infos) != ("no_expires" in alert.flags)

    def test_survives_json(self) -> None:
        alerts = self.parse(self.sample()).alerts
        assert tuple(msgspec.json.decode(msgspec.json.encode(alerts), type=list[Alert])) == alerts

    @pytest.mark.parametrize(
        "body",
        [b"", b"   \n", b"<html><body>Busy</body></html>", b"<!DOCTYPE html>\n<html></html>", b"\x00\x01\x02", b"nope"],
    )
    def test_what_is_no_document_is_a_parse_error(self, body: bytes) -> None:
        with pytest.raises(ParseError) as caught:
            self.parse(body)
        assert "\n" not in str(caught.value)

    def test_a_document_cut_short_is_a_parse_error(self) -> None:
        whole = self.sample().rstrip()
        for share in (0.2, 0.5, 0.9, 0.999):
            with pytest.raises(ParseError):
                self.parse(whole[: int(len(whole) * share)])

    @settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(data=st.data())
    def test_only_parse_errors_whatever_is_broken(self, data: st.DataObject) -> None:
        body = bytearray(self.sample())
        for _ in range(data.draw(st.integers(1, 6))):
            at = data.draw(st.integers(0, len(body) - 1))
            body[at : at + data.draw(st.integers(0, 12))] = data.draw(
                st.one_of(st.binary(max_size=4), st.sampled_from(INFLAMMABLE))
            )
            if not body:
                break
        try:
            result = self.parse(bytes(body))
        except ParseError:
            return
        for instant in instants(result):
            assert instant.utcoffset() is not None
        msgspec.json.encode(result.alerts)


INFLAMMABLE = (b"null", b"-1", b"1e400", b'"', b"{}", b"[]", b"<", b"&amp;", b"9" * 30, b"NaN", b"\xff", b"<!--")
"""Fragments that break documents in ways plain noise seldom does."""


def instants(result: ParseResult) -> Iterator[datetime]:
    """Every instant of a result."""
    for alert in result.alerts:
        yield from (moment for moment in (alert.sent,) if moment)
        yield from (reference.sent for reference in alert.references if reference.sent)
        for info in alert.infos:
            yield from (moment for moment in (info.effective, info.onset, info.expires) if moment)
