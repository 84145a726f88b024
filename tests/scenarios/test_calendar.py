"""The calendar over time: drafts ahead, sent once on the day, never without a person, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.campaigns import authoring, operations
from emergency_kepu.channels.secrets import Secret
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.errors import Refused
from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from emergency_kepu.domain.silence import Silence
from emergency_kepu.matching.calendar import Entry
from emergency_kepu.matching.dates import Dates
from emergency_kepu.pages.address import PublicPages
from emergency_kepu.pipeline import calendar
from emergency_kepu.store import incidents, silences
from tests.scenarios.rig import Rig, demo_settings
from tests.scenarios.test_steps import alert

TITLES = {"zh-Hans": "全国防灾减灾日", "zh-Hant": "全國防災減災日", "en": "Disaster Reduction Day"}
DAY = Entry(
    name="reduction-day",
    titles=TITLES,
    when=Dates(date="05-12"),
    hazard="rainstorm",
    places=("500103",),
    source="市应急局",
    channels=("sms",),
    phase="now",
)
OPENS = datetime(2027, 5, 12, 1, 0, tzinfo=UTC)
"""09:00 in Chongqing."""


def person(name: str = "p-1", *, drill: bool = False, channel: str = "sms") -> Recipient:
    address = Address(channel=channel, target=f"+{name}")
    return Recipient(
        id=name, kind=RecipientKind.PERSON, locale="zh-CN", place="500103", addresses=(address,), drill=drill
    )


def rig_with(folder: Path, *entries: Entry) -> Rig:
    people = [person(), person("p-2"), person("d-1", drill=True, channel="drills")]
    found = msgspec.structs.replace(demo_settings(), calendar=entries or (DAY,))
    return Rig(folder, people, found)


def tick(rig: Rig, at: datetime | None = None) -> None:
    """As the scheduler does, and everything that it causes."""
    rig.clock.at = at or rig.clock.at
    with rig.database.begin() as conn:
        publish_in(conn, calendar.tick(conn, rig.services), rig.clock)
    rig.run()


def approve(rig: Rig, actor: str = "wang") -> None:
    with rig.database.begin() as conn:
        row = rig.campaigns()[-1]
        publish_in(
            conn,
            operations.approve(
                conn, row.id, actor=actor, now=rig.clock.now(), wall=0.0, unsigned=rig.services.unsigned
            ),
            rig.clock,
        )
    rig.run()


def states(rig: Rig) -> list[str]:
    return [row.state.value for row in rig.campaigns()]


def test_a_draft_waits_two_weeks_ahead_and_goes_out_once_on_its_day(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    tick(rig, OPENS - timedelta(days=15))
    assert states(rig) == []
    tick(rig, OPENS - timedelta(days=14))
    tick(rig, OPENS - timedelta(days=13))
    assert states(rig) == ["waiting"]
    approve(rig)
    tick(rig, OPENS - timedelta(seconds=1))
    assert (states(rig), rig.accepted("sms")) == (["approved"], [])
    tick(rig, OPENS)
    for minutes in (1, 2, 60):
        tick(rig, OPENS + timedelta(minutes=minutes))
    sent = rig.accepted("sms")
    assert [target for target, _ in sent] == ["+p-1", "+p-2"]
    assert all("5月12日，全国防灾减灾日" in text and "市应急局" in text and "不是预警" in text for _, text in sent)
    assert "遇到时这样做" in sent[0][1], "advice for the worst hour must not sound like an order for now"
    assert rig.reasons().count("calendar") == 2


def test_without_approval_nothing_goes_out_and_the_draft_ends(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    tick(rig, OPENS - timedelta(days=1))
    tick(rig, OPENS + timedelta(hours=1))
    assert states(rig) == ["waiting"]
    tick(rig, OPENS + timedelta(hours=11))
    assert (states(rig), rig.accepted("sms")) == (["cancelled"], [])
    assert "expired" in rig.reasons()
    with pytest.raises(Refused):
        approve(rig)


def test_too_late_an_approval_is_refused_before_the_clock_ends_the_draft(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    tick(rig, OPENS - timedelta(days=1))
    rig.clock.at = OPENS + timedelta(hours=11)
    with pytest.raises(Refused, match="over"):
        approve(rig)


def test_a_scheduler_that_was_away_prepares_late_and_sends_by_day_only(tmp_path: Path) -> None:
    week = msgspec.structs.replace(DAY, when=Dates(first="05-12", last="05-18"))
    rig = rig_with(tmp_path, week)
    tick(rig, OPENS + timedelta(hours=5))  # away for two weeks
    assert states(rig) == ["waiting"]
    rig.clock.at = OPENS + timedelta(hours=12)  # 21:00 there
    approve(rig)
    tick(rig)
    assert (states(rig), rig.accepted("sms")) == (["approved"], [])
    tick(rig, OPENS + timedelta(hours=24))
    assert len(rig.accepted("sms")) == 2


def test_two_schedulers_at_once_make_one_draft_and_one_message(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    rig.clock.at = OPENS - timedelta(days=2)
    with rig.database.begin() as conn:
        seen = calendar._missing(conn, rig.services, rig.clock.now())
        calendar.tick(conn, rig.services)
        calendar._draft(conn, rig.services, seen[0], rig.clock.now())  # the other one looked before the first wrote
    assert states(rig) == ["waiting"]
    assert rig.reasons().count("calendar") == 1
    approve(rig)
    rig.clock.at = OPENS
    with rig.database.begin() as conn:
        first, second = calendar.tick(conn, rig.services), calendar.tick(conn, rig.services)
        publish_in(conn, [*first, *second], rig.clock)
    rig.run()
    assert second == []
    assert len(rig.accepted("sms")) == 2


def test_a_record_lost_between_commit_and_publish_is_found_again(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    tick(rig, OPENS - timedelta(days=1))
    approve(rig)
    rig.clock.at = OPENS
    with rig.database.begin() as conn:
        assert calendar.tick(conn, rig.services)  # and the process is killed before it publishes them
    with rig.database.begin() as conn:
        publish_in(conn, operations.unplanned(conn), rig.clock)
    rig.run()
    assert len(rig.accepted("sms")) == 2


def test_a_real_warning_is_never_taken_for_the_calendar_s(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    tick(rig, OPENS - timedelta(days=1))
    with rig.database.reading() as conn:
        (made,) = incidents.listing(conn)
        known = incidents.candidates(
            conn, hazard="rainstorm", identifiers=[], updated_after=OPENS - timedelta(days=9), keys=None
        )
    assert made.apart
    assert known == [made], "the store offers it, so that only the rule keeps it out"
    name = next(name for name, feed in rig.settings.feeds.items() if feed.format == "cap" and name != "drill")
    rig.feed(name, alert(at=OPENS, hours=24 * 400), at=OPENS)
    with rig.database.reading() as conn:
        assert len(incidents.listing(conn)) == 2
        assert incidents.get(conn, made.id) == made


def test_a_silence_holds_it_back_until_it_ends(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    tick(rig, OPENS - timedelta(days=1))
    approve(rig)
    quiet = Silence(
        id="s-1",
        hazards=("rainstorm",),
        starts_at=OPENS,
        ends_at=OPENS + timedelta(hours=2),
        created_by="li",
        comment="floods in the next county",
    )
    with rig.database.begin() as conn:
        silences.add(conn, quiet)
    tick(rig, OPENS)
    assert states(rig) == ["approved"]
    tick(rig, OPENS + timedelta(hours=2))
    assert len(rig.accepted("sms")) == 2


def drill() -> Entry:
    return msgspec.structs.replace(DAY, name="drill", kind="drill", channels=("drills",))


def test_a_drill_reaches_drill_sinks_only_and_says_so(tmp_path: Path) -> None:
    rig = rig_with(tmp_path, drill())
    tick(rig, OPENS - timedelta(days=1))
    approve(rig)
    tick(rig, OPENS)
    assert rig.accepted("sms") == []
    ((target, text),) = rig.accepted("drills")
    assert target == "+d-1"
    assert "演练" in text


def test_nobody_plays_an_emergency_where_there_is_one(tmp_path: Path) -> None:
    rig = rig_with(tmp_path, drill())
    tick(rig, OPENS - timedelta(days=1))
    approve(rig)
    with rig.database.begin() as conn:
        (played,) = incidents.listing(conn)
        real = msgspec.structs.replace(played, id="i-real", drill=False, apart=False, place_codes=("500000",))
        incidents.save(conn, real)
    tick(rig, OPENS)
    assert (states(rig), rig.accepted("drills")) == (["approved"], [])


def test_a_large_audience_needs_a_second_person(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    guards = msgspec.structs.replace(rig.settings.guards, blast_radius=1)
    rig.services.settings = msgspec.structs.replace(rig.settings, guards=guards)
    tick(rig, OPENS - timedelta(days=1))
    approve(rig)
    assert states(rig) == [CampaignState.WAITING]
    approve(rig, "li")
    assert states(rig) == [CampaignState.APPROVED]


def test_a_day_is_no_event_that_somebody_could_declare_over(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    tick(rig, OPENS - timedelta(days=1))
    with rig.database.begin() as conn, pytest.raises(Refused, match="campaign"):
        authoring.end(conn, rig.campaigns()[0].incident_id, source="x", actor="li", now=rig.clock.now(), wall=0.0)


def test_its_messages_lead_to_the_public_page_where_there_is_one(tmp_path: Path) -> None:
    for pages in (None, PublicPages(Secret("k" * 32), "https://k.example")):
        rig = rig_with(tmp_path / ("with" if pages else "without"))
        rig.services.pages = pages
        tick(rig, OPENS - timedelta(days=14))
        approve(rig)
        tick(rig, OPENS)
        (row,) = rig.campaigns()
        assert row.spec.facts.link == (pages.link(row.id) if pages else "")
        texts = [text for _, text in rig.accepted("sms")]
        assert len(texts) == 2
        assert all(("https://k.example/k/" in text) is (pages is not None) for text in texts)
