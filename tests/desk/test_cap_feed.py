"""Our own CAP feed: what went out to the public is read back by our own parser, and nothing else is in it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from lxml import etree
from sqlalchemy import Connection

from emergency_kepu.campaigns import operations
from emergency_kepu.desk.app import create_app
from emergency_kepu.desk.cap_published import CapFeed
from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.campaign import CampaignKind, CampaignState
from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.domain.hazard import classify
from emergency_kepu.domain.severity import Severity
from emergency_kepu.feeds.cap import parse
from emergency_kepu.feeds.format import FeedContext
from emergency_kepu.pipeline.services import Services
from emergency_kepu.settings import load_settings
from emergency_kepu.store import campaigns, cap_documents, incidents
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.cap_documents import CapDocument
from tests.desk.conftest import AT, ENVIRON, a_campaign, an_incident

FEED = FeedContext(name="unit")
ATOM = "{http://www.w3.org/2005/Atom}"
CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
INFO_SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parents[1] / "content/schema/cap-1.2-info.xsd"))


@pytest.fixture
def publishing(services: Services) -> Services:
    desk = msgspec.structs.replace(services.settings.desk, cap_sender="kepu@desk.example")
    services.settings = msgspec.structs.replace(services.settings, desk=desk)
    return services


def reader(services: Services) -> httpx.AsyncClient:
    """Somebody elsewhere, without an account."""
    transport = httpx.ASGITransport(app=create_app(services, environ=ENVIRON), client=("203.0.113.9", 1))
    return httpx.AsyncClient(transport=transport, base_url="https://desk.example")


def sent(revision: int = 2, *, minutes: int = 0, **changed: Any) -> CampaignRow:
    """Revision 1 of the fixtures waits; what is sent here comes after it."""
    row = a_campaign(revision=revision, state=CampaignState.FINISHED)
    at = AT + timedelta(minutes=minutes, microseconds=345)
    return msgspec.structs.replace(row, **{"launched_at": at, "plan_complete": True, **changed})


async def put(services: Services, *rows: CampaignRow) -> None:
    def do(conn: Connection) -> None:
        for row in rows:
            campaigns.insert(conn, row)

    await services.database.write(do)


async def messages(services: Services) -> list[Alert]:
    """What a stranger's program reads: the feed, then each document; newest first."""
    async with reader(services) as client:
        feed = await client.get("/cap/feed.atom")
        assert feed.status_code == 200
        assert feed.headers["content-type"].startswith("application/atom+xml")
        assert not parse(feed.content, feed=FEED).errors
        links = [link.get("href") for link in etree.fromstring(feed.content).iter(f"{ATOM}link")][1:]
        assert list(parse(feed.content, feed=FEED).links) == links, "a poller of ours would follow exactly these"
        found = []
        for link in links:
            document = await client.get(str(link))
            assert document.headers["content-type"].startswith("application/cap+xml")
            result = parse(document.content, feed=FEED)
            assert not result.errors
            found += result.alerts
    return found


async def test_what_went_out_is_read_back(publishing: Services) -> None:
    await put(publishing, sent())

    (alert,) = await messages(publishing)

    assert (alert.sender, alert.identifier) == ("kepu@desk.example", "c-1-r2")
    assert (alert.status, alert.msg_type, alert.scope, alert.flags) == ("Actual", "Alert", "Public", ("no_expires",))
    assert alert.sent == AT
    assert alert.source == "犍为县气象台"
    assert {info.language for info in alert.infos} == {"zh-Hans", "zh-Hant", "en"}
    english = next(info for info in alert.infos if info.language == "en")
    assert (english.hazard, english.categories, english.urgency) == ("rainstorm", ("Met",), "Immediate")
    assert english.certainty == "Unknown", "nobody told us"
    assert "Leave basements" in (english.instruction or "")
    assert "Do not walk or drive through water." in (english.instruction or "")
    assert english.areas[0].geocodes == {"adcode": ("511123",)}


async def test_the_event_is_told_by_codes_that_other_desks_know(publishing: Services) -> None:
    """CAP 1.2 wants its elements in order; `eventCode` stands after `certainty`."""
    await put(publishing, sent(), sent(3, minutes=5, kind=CampaignKind.ALL_CLEAR))

    for alert in await messages(publishing):
        for info in alert.infos:
            assert info.event_codes == {"kepu": ("rainstorm",), "OET:v1.2": ("OET-159",), "CMA": ("11B03",)}
            others = {name: codes for name, codes in info.event_codes.items() if name != "kepu"}
            assert classify(event="", event_codes=others) == info.hazard == "rainstorm"
    async with reader(publishing) as client:
        document = etree.fromstring((await client.get("/cap/c-1-r2.xml")).content)
    infos = document.findall(f"{CAP}info")
    assert len(infos) == 3
    for element in infos:
        for beyond in (*element.findall(f"{CAP}parameter"), *element.findall(f"{CAP}area")):
            element.remove(beyond)  # what the schema of our own forms leaves out
        INFO_SCHEMA.assertValid(element)


async def other_words(services: Services) -> None:
    """The library is corrected, and the desk started again."""
    topic = services.catalog.topics["rainstorm"]
    said = topic.locales["en"]
    advice = tuple(msgspec.structs.replace(entry, text="CHANGED") for entry in said.actions["now"])
    said = msgspec.structs.replace(said, actions={**said.actions, "now": advice})
    topic = msgspec.structs.replace(topic, locales={**topic.locales, "en": said})
    topics = {**services.catalog.topics, "rainstorm": topic}
    services.catalog = msgspec.structs.replace(services.catalog, topics=topics)


async def test_a_document_stays_as_it_was_issued_when_the_library_changes(publishing: Services) -> None:
    await put(publishing, sent())
    async with reader(publishing) as client:
        before = (await client.get("/cap/c-1-r2.xml")).content
        feed = (await client.get("/cap/feed.atom")).content
    await other_words(publishing)
    await put(publishing, sent(3, minutes=5, kind=CampaignKind.UPDATE))

    async with reader(publishing) as client:
        assert (await client.get("/cap/c-1-r2.xml")).content == before
        after = (await client.get("/cap/feed.atom")).content
        assert b"CHANGED" in (await client.get("/cap/c-1-r3.xml")).content, "what is sent now says what is so now"
    entry = etree.fromstring(feed).find(f"{ATOM}entry")
    assert entry is not None
    again = etree.fromstring(after).findall(f"{ATOM}entry")
    assert etree.tostring(entry) in [etree.tostring(one) for one in again]


async def test_it_is_fixed_also_where_nobody_reads_it(publishing: Services) -> None:
    await put(publishing, sent())
    await CapFeed(publishing).keep()
    await other_words(publishing)

    async with reader(publishing) as client:
        assert b"CHANGED" not in (await client.get("/cap/c-1-r2.xml")).content


async def test_of_two_processes_with_two_libraries_the_first_has_the_word(publishing: Services) -> None:
    await put(publishing, sent())
    one = CapDocument(identifier="c-1-r2", updated=AT, title="first", document=b"<first/>")
    other = msgspec.structs.replace(one, title="second", document=b"<second/>")

    def do(conn: Connection) -> tuple[dict[str, CapDocument], ...]:
        return tuple(cap_documents.keep(conn, "kepu@desk.example", [each]) for each in (one, other))

    assert await publishing.database.write(do) == ({"c-1-r2": one}, {"c-1-r2": one})
    under_another_name = await publishing.database.read(lambda conn: cap_documents.kept(conn, "x@y", ["c-1-r2"]))
    assert under_another_name == {}, "another sender's message of that name is another message"
    async with reader(publishing) as client:
        assert (await client.get("/cap/c-1-r2.xml")).content == b"<first/>"


async def test_what_waits_for_approval_is_not_in_it(publishing: Services) -> None:
    assert await messages(publishing) == []

    async with reader(publishing) as client:
        assert (await client.get("/cap/c-1-r1.xml")).status_code == 404


async def test_an_update_and_the_end_name_what_they_replace(publishing: Services) -> None:
    await put(
        publishing,
        sent(2, state=CampaignState.SUPERSEDED),
        sent(3, minutes=5, kind=CampaignKind.UPDATE, state=CampaignState.SUPERSEDED),
        sent(4, minutes=9, kind=CampaignKind.ALL_CLEAR),
    )

    end, update, first = await messages(publishing)

    assert [first.msg_type, update.msg_type, end.msg_type] == ["Alert", "Update", "Cancel"]
    assert [one.identifier for one in end.references] == [first.identifier, update.identifier]
    assert [one.sent for one in end.references] == [first.sent, update.sent]
    assert end.infos[0].response_types == ("AllClear",)


async def test_what_the_desk_took_back_is_cancelled_without_its_advice(publishing: Services) -> None:
    await put(publishing, sent(state=CampaignState.LAUNCHED))

    def take_back(conn: Connection) -> None:
        operations.cancel(conn, "c-1", actor="li", now=AT + timedelta(minutes=3))

    await publishing.database.write(take_back)

    gone, first = await messages(publishing)

    assert (gone.msg_type, gone.sent) == ("Cancel", AT + timedelta(minutes=3))
    assert [one.identifier for one in gone.references] == [first.identifier]
    assert not any(info.instruction or info.description for info in gone.infos)


async def test_a_drill_is_an_exercise(publishing: Services) -> None:
    row = sent()
    await put(
        publishing,
        msgspec.structs.replace(row, drill=True, spec=msgspec.structs.replace(row.spec, drill=True)),
    )

    (alert,) = await messages(publishing)

    assert alert.status == "Exercise"
    assert all("EXERCISE" in str(info.headline) for info in alert.infos if info.language == "en")


async def test_what_is_not_for_the_public_is_left_out(publishing: Services) -> None:
    await put(publishing, sent())
    hidden = msgspec.structs.replace(an_incident(), public=False, severity=Severity.SEVERE)
    await publishing.database.write(lambda conn: incidents.save(conn, hidden))

    assert await messages(publishing) == []


async def test_after_a_week_it_is_gone(publishing: Services) -> None:
    await put(publishing, sent(minutes=-8 * 24 * 60))

    assert await messages(publishing) == []


async def test_whoever_has_it_already_is_sent_nothing(publishing: Services) -> None:
    await put(publishing, sent())
    async with reader(publishing) as client:
        for address in ("/cap/feed.atom", "/cap/c-1-r2.xml"):
            first = await client.get(address)
            again = await client.get(address, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
            assert (again.status_code, again.content) == (304, b"")
            other = await client.get(address, headers={"If-None-Match": '"other"'})
            assert (other.status_code, other.content) == (200, first.content)


async def test_without_a_sender_there_is_no_feed(services: Services) -> None:
    await put(services, sent())
    async with reader(services) as client:
        refused = await client.get("/cap/feed.atom")

    assert refused.status_code == 404
    assert "desk.cap_sender" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("desk", "says"),
    [
        ("{cap_sender: 'a b', public_url: 'https://desk.example'}", "no blank"),
        ("{cap_sender: kepu@desk.example}", "needs desk.public_url"),
    ],
)
def test_a_sender_that_cap_forbids_is_refused_at_start(tmp_path: Path, desk: str, says: str) -> None:
    (tmp_path / "kepu.yaml").write_text(f"desk: {desk}\n", encoding="utf-8")

    with pytest.raises(ConfigError, match=says):
        load_settings(tmp_path)
