"""What we publish is read back by our own parser, word for word; what CAP 1.2 forbids is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from emergency_kepu.domain.alert import Alert, Area, Circle, Effect, Info, Reference
from emergency_kepu.feeds.atom_write import Entry, Feed, etag_of, write_feed
from emergency_kepu.feeds.cap import parse
from emergency_kepu.feeds.cap_write import write_alert
from emergency_kepu.feeds.format import FeedContext

FEED = FeedContext(name="unit")
SENT = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)


def info(language: str, headline: str) -> Info:
    return Info(
        language=language,
        categories=("Met",),
        event="Flood",
        hazard="flood",
        response_types=("Prepare", "Avoid"),
        urgency="Immediate",
        severity="Severe",
        certainty="Observed",
        effective=SENT,
        onset=SENT,
        expires=SENT + timedelta(hours=6),
        sender_name="City desk",
        headline=headline,
        description='Water & mud rise < 1 h "fast"',
        instruction="Go up. 往高处走。",
        web="https://desk.example/k/abc",
        contact="12345",
        event_codes={"kepu": ("flood",)},
        parameters={"revision": ("2",), "note": ("a", "b")},
        areas=(
            Area(
                desc="Riverside",
                polygons=(((30.0, 120.0), (30.5, 120.0), (30.5, 120.5), (30.0, 120.0)),),
                circles=(Circle(lat=30.25, lon=120.125, radius_km=4.5),),
                geocodes={"GB/T 2260": ("330100", "330200")},
                altitude=0.0,
                ceiling=900.5,
            ),
        ),
    )


ALERT = Alert(
    identifier="kepu-7-2",
    sender="desk@example.org",
    sent=SENT,
    status="Actual",
    msg_type="Update",
    scope="Public",
    effect=Effect.UPDATE,
    source="City desk",
    references=(Reference(sender="desk@example.org", identifier="kepu-7-1", sent=SENT - timedelta(hours=1)),),
    incidents=("flood 7", "river"),
    infos=(info("en", "Flood: go up"), info("zh-Hans", "洪水:往高处走")),
)


def changed(**fields: object) -> Alert:
    return msgspec.structs.replace(ALERT, **fields)


@pytest.mark.parametrize(
    "alert",
    [
        pytest.param(ALERT, id="update"),
        pytest.param(changed(msg_type="Alert", effect=Effect.ISSUE, references=()), id="first"),
        pytest.param(changed(msg_type="Cancel", effect=Effect.CANCEL), id="cancel"),
        pytest.param(changed(status="Exercise"), id="drill"),
    ],
)
def test_it_is_read_back_as_written(alert: Alert) -> None:
    result = parse(write_alert(alert), feed=FEED)

    assert not result.errors
    assert result.alerts == (alert,)


@pytest.mark.parametrize(
    ("alert", "says"),
    [
        (changed(identifier="a b"), "identifier"),
        (changed(identifier=""), "identifier"),
        (changed(sender="a,b"), "sender"),
        (changed(sent=None), "sent"),
        (changed(sent=SENT.replace(tzinfo=None)), "offset"),
        (changed(references=()), "must name"),
        (changed(references=(Reference(sender="a", identifier="b"),)), "reference to"),
        (changed(infos=(msgspec.structs.replace(ALERT.infos[0], event=""),)), "event"),
        (changed(infos=(msgspec.structs.replace(ALERT.infos[0], areas=(Area(),)),)), "area"),
        (changed(source="bell\x07"), "XML"),
    ],
)
def test_what_cap_forbids_is_refused(alert: Alert, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        write_alert(alert)


def feed_of(*entries: Entry) -> Feed:
    return Feed(
        id="urn:kepu:desk",
        title="City desk",
        author="City desk",
        href="https://desk.example/cap/feed.atom",
        opened=SENT,
        entries=entries,
    )


def test_our_own_reader_finds_the_documents_newest_first() -> None:
    old = Entry(id="urn:kepu:1", title="Flood", updated=SENT, href="https://desk.example/cap/1.xml")
    new = Entry(
        id="urn:kepu:2", title="洪水 & <mud>", updated=SENT + timedelta(1), href="https://desk.example/cap/2.xml"
    )

    document = write_feed(feed_of(old, new))

    assert parse(document, feed=FEED).links == (new.href, old.href)
    assert document == write_feed(feed_of(new, old))
    assert etag_of(document) != etag_of(write_feed(feed_of(old)))


def test_an_empty_feed_is_valid() -> None:
    result = parse(write_feed(feed_of()), feed=FEED)

    assert (result.alerts, result.links, result.errors) == ((), (), ())
