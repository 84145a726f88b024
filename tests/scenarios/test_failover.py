"""Who cannot be reached one way is reached the next: once, with the same text, and only while it still holds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.channels.port import OutboundMessage, Outcome, Verdict
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from emergency_kepu.pipeline.jobs import Receipt, receipt_record
from emergency_kepu.store import recipients
from tests.scenarios.rig import DEMO, SENT, Rig

QUAKE = (DEMO / "documents/usgs-1.geojson").read_bytes()
REVISED = (DEMO / "documents/usgs-2.geojson").read_bytes()
DEAD = Outcome(verdict=Verdict.FAILED, reason=Reason.RECIPIENT_REFUSED, detail="no such number")
OPTED_OUT = Outcome(verdict=Verdict.FAILED, reason=Reason.OPTED_OUT, detail="unsubscribed")
HANGS = Outcome(verdict=Verdict.RETRY, reason=Reason.CHANNEL_TIMEOUT, detail="no answer", maybe_sent=True)


def person(*targets: tuple[str, str], name: str = "p-1") -> Recipient:
    return Recipient(
        id=name,
        kind=RecipientKind.PERSON,
        locale="zh-CN",
        place="511524",
        addresses=tuple(Address(channel=channel, target=target) for channel, target in targets),
    )


def refuse(*targets: str, outcome: Outcome = DEAD):  # type: ignore[no-untyped-def]
    def answer(message: OutboundMessage, asked: int) -> Outcome:
        return outcome if message.target in targets else SENT

    return answer


def states(rig: Rig) -> list[tuple[object, object, object, object]]:
    return [(row["channel"], row["target"], row["state"], row["reason"]) for row in rig.deliveries()]


def test_the_second_number_gets_the_same_text(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [person(("sms", "+1"), ("sms", "+2")), person(("sms", "+3"), name="p-2")])
    rig.channels["sms"].answer = refuse("+1")

    rig.feed("usgs", QUAKE)
    rig.run(until=timedelta(minutes=5))

    assert sorted(target for target, _ in rig.accepted("sms")) == ["+2", "+3"]
    assert len({text for _, text in rig.accepted("sms")}) == 1
    assert sorted(states(rig)) == [
        ("sms", "+1", "failed", "recipient_refused"),
        ("sms", "+2", "sent", "failed_over"),
        ("sms", "+3", "sent", None),
    ]
    [campaign] = rig.campaigns()
    assert (campaign.state, campaign.planned) == ("finished", 3)


def test_from_the_phone_to_the_room(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [person(("sms", "+1"), ("rooms", "room-01"))])
    rig.channels["sms"].answer = refuse("+1")

    rig.feed("usgs", QUAKE)
    rig.run(until=timedelta(minutes=5))

    [(target, text)] = rig.accepted("rooms")
    assert target == "room-01"
    assert "1. " in text, "in the room's own layout"


def test_nobody_is_asked_twice_when_every_way_fails(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [person(("sms", "+1"), ("sms", "+2"))])
    rig.channels["sms"].answer = refuse("+1", "+2")

    rig.feed("usgs", QUAKE)
    rig.run(until=timedelta(hours=1))

    assert [state for _, _, state, _ in states(rig)] == ["failed", "failed"]
    assert rig.campaigns()[0].state == "finished"


def test_an_opt_out_is_remembered_and_the_room_is_used(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [person(("sms", "+1"), ("rooms", "room-01"))])
    rig.channels["sms"].answer = refuse("+1", outcome=OPTED_OUT)

    rig.feed("usgs", QUAKE)
    rig.run(until=timedelta(minutes=1))

    with rig.database.reading() as conn:
        assert recipients.opted_out(conn, ["+1"]) == {("sms", "+1")}
    assert len(rig.accepted("rooms")) == 1


def test_a_request_that_may_have_arrived_counts_as_a_possible_duplicate(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [person(("sms", "+1"), ("sms", "+2"))])
    rig.channels["sms"].answer = refuse("+1", outcome=HANGS)

    rig.feed("usgs", QUAKE)
    rig.run(until=timedelta(hours=1))

    over = next(row for row in rig.deliveries() if row["target"] == "+2")
    assert over["possible_duplicates"] == 1
    assert over["detail"] is None or "sms" in str(over["detail"])


def receipt(rig: Rig, state: str) -> None:
    first = rig.channels["sms"].accepted[0]
    said = Receipt(channel="sms", provider_id=f"sms-{first.delivery_id}", state=state, detail="error 30006")
    with rig.database.begin() as conn:
        publish_in(conn, [receipt_record(said)], rig.clock)


@pytest.mark.parametrize("state", ["failed", "opted_out"])
def test_a_provider_says_later_that_it_did_not_arrive(tmp_path: Path, state: str) -> None:
    rig = Rig(tmp_path, [person(("sms", "+1"), ("rooms", "room-01"))])
    rig.feed("usgs", QUAKE)
    assert rig.accepted("rooms") == []

    receipt(rig, state)
    rig.run(until=timedelta(minutes=5))

    assert len(rig.accepted("rooms")) == 1
    receipt(rig, state)
    rig.run(until=timedelta(minutes=5))
    assert len(rig.accepted("rooms")) == 1, "the same word twice"


def test_after_a_newer_revision_an_old_failure_starts_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [person(("sms", "+1"), ("rooms", "room-01"))])
    rig.feed("usgs", QUAKE)
    rig.feed("usgs", REVISED, at=rig.clock.now() + timedelta(minutes=15))
    newer = len(rig.accepted("rooms"))

    receipt(rig, "failed")
    rig.run(until=timedelta(minutes=5))

    assert len(rig.accepted("rooms")) == newer


def test_a_receipt_that_is_quicker_than_our_own_commit_is_looked_at_again(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [person(("sms", "+1"))])
    said = Receipt(channel="sms", provider_id="sms-unknown", state="delivered")
    with rig.database.begin() as conn:
        publish_in(conn, [receipt_record(said)], rig.clock)
    rig.run()
    rig.feed("usgs", QUAKE)
    with rig.database.begin() as conn:
        conn.exec_driver_sql("UPDATE deliveries SET provider_id = 'sms-unknown'")

    rig.run(until=timedelta(minutes=5))

    assert [state for _, _, state, _ in states(rig)] == ["delivered"]


def test_an_update_reaches_those_it_overtook(tmp_path: Path) -> None:
    """The gateway was busy, the first message still waited, and the revised one came: they must not get neither."""
    rig = Rig(tmp_path, [person(("sms", "+1")), person(("sms", "+2"), name="p-2")])
    busy = Outcome(verdict=Verdict.RETRY, reason=Reason.RATE_LIMITED, retry_after=3600.0)
    rig.channels["sms"].answer = refuse("+1", outcome=busy)
    rig.feed("usgs", QUAKE)
    assert [target for target, _ in rig.accepted("sms")] == ["+2"]

    rig.channels["sms"].answer = refuse()
    rig.feed("usgs", REVISED, at=rig.clock.now() + timedelta(minutes=15))
    rig.run(until=timedelta(minutes=5))

    assert sorted(target for target, _ in rig.accepted("sms")) == ["+1", "+2", "+2"]
