"""What people at the desk do, and what feeds say meanwhile."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.campaigns import authoring, operations
from emergency_kepu.campaigns.authoring import Wish
from emergency_kepu.campaigns.drill import start_document, stop_document
from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from emergency_kepu.domain.silence import Silence
from emergency_kepu.settings import DRILL_FEED
from emergency_kepu.store import incidents, silences
from tests.scenarios.rig import DEMO, START, Rig

ORANGE = (DEMO / "documents/nmc-1.json").read_bytes()
RED = (DEMO / "documents/nmc-2.json").read_bytes()
LIFTED = (DEMO / "documents/nmc-3.json").read_bytes()
ORANGE_AT = START.replace(hour=5, minute=45)
RED_AT = START.replace(hour=6, minute=35)
LIFTED_AT = START.replace(hour=8, minute=35)


def someone(name: str = "p-1", place: str = "511123", *, drill: bool = False) -> Recipient:
    address = Address(channel="drills", target="log") if drill else Address(channel="sms", target=f"+{name}")
    return Recipient(id=name, kind=RecipientKind.PERSON, locale="zh-CN", place=place, addresses=(address,), drill=drill)


def silence(rig: Rig, **more: object) -> None:
    found = Silence(
        id="s-1",
        starts_at=START,
        ends_at=START + timedelta(hours=6),
        created_by="li",
        comment="sensor",
        **more,  # type: ignore[arg-type]
    )
    with rig.database.begin() as conn:
        silences.add(conn, found)


@pytest.mark.parametrize(
    ("matcher", "campaigns"),
    [
        ({"hazards": ("rainstorm",)}, 0),
        ({"hazards": ("rainstorm",), "places": ("510000",)}, 0),
        ({"feeds": ("nmc",)}, 0),
        ({"hazards": ("fog",)}, 1),
        ({"hazards": ("rainstorm",), "places": ("110000",)}, 1),
        ({"feeds": ("usgs",)}, 1),
    ],
)
def test_a_silence_holds_back_what_it_names_and_nothing_else(
    tmp_path: Path, matcher: dict[str, tuple[str, ...]], campaigns: int
) -> None:
    rig = Rig(tmp_path, [someone()])
    silence(rig, **matcher)

    rig.feed("nmc", ORANGE, at=ORANGE_AT)

    assert len(rig.campaigns()) == campaigns
    assert ("silenced" in rig.reasons()) is (campaigns == 0)


@pytest.mark.parametrize(("also_red", "sent"), [(False, 1), (True, 0)])
def test_red_breaks_a_silence_unless_it_was_said(tmp_path: Path, also_red: bool, sent: int) -> None:
    rig = Rig(tmp_path, [someone()])
    silence(rig, hazards=("rainstorm",), also_red=also_red)

    rig.feed("nmc", ORANGE, at=ORANGE_AT)
    rig.feed("nmc", RED, at=RED_AT)

    assert len(rig.accepted("sms")) == sent


def test_a_silence_that_ran_out_is_none(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [someone()])
    silence(rig, hazards=("rainstorm",))
    with rig.database.begin() as conn:
        silences.expire(conn, "s-1", START + timedelta(minutes=1))

    rig.feed("nmc", ORANGE, at=ORANGE_AT)

    assert len(rig.campaigns()) == 1


def test_the_end_reaches_them_though_the_policy_is_gone(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [someone()])
    rig.feed("nmc", RED, at=RED_AT)
    assert len(rig.accepted("sms")) == 1
    rig.services.settings = msgspec.structs.replace(rig.settings, policies=())

    rig.feed("nmc", LIFTED, at=LIFTED_AT)

    texts = [text for _, text in rig.accepted("sms")]
    assert len(texts) == 2
    assert "解除" in texts[1]


def wish() -> Wish:
    return Wish(
        hazard="rainstorm",
        places=("511123",),
        source="犍为县气象台",
        issued_at=ORANGE_AT - timedelta(minutes=5),
        channels=("sms",),
    )


def test_a_forgotten_draft_keeps_no_feed_from_being_heard(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [someone()])
    rig.clock.at = ORANGE_AT - timedelta(minutes=1)
    with rig.database.begin() as conn:
        authoring.write(conn, wish(), actor="li", now=rig.clock.now(), wall=0.0, contact=None)

    rig.feed("nmc", RED, at=RED_AT)

    assert len(rig.accepted("sms")) == 1


def approve(rig: Rig, campaign: str, actor: str) -> None:
    with rig.database.begin() as conn:
        found = operations.approve(
            conn, campaign, actor=actor, now=rig.clock.now(), wall=0.0, unsigned=rig.services.unsigned
        )
        publish_in(conn, found, rig.clock)
    rig.run()


def test_a_campaign_of_the_desk_goes_out_and_is_ended_by_two_people_each(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [someone(), someone("p-2", "110105")])
    with rig.database.begin() as conn:
        row = authoring.write(conn, wish(), actor="li", now=rig.clock.now(), wall=0.0, contact=None)
        again = authoring.write(conn, wish(), actor="li", now=rig.clock.now(), wall=0.0, contact=None)
        operations.submit(conn, row.id, actor="li", now=rig.clock.now())
    assert again.id == row.id
    approve(rig, row.id, "wang")
    assert [target for target, _ in rig.accepted("sms")] == ["+p-1"]

    with rig.database.begin() as conn:
        ended = authoring.end(conn, row.incident_id, source="犍为县气象台", actor="li", now=rig.clock.now(), wall=0.0)
    assert ended is not None
    assert ended.kind is CampaignKind.ALL_CLEAR
    assert len(rig.accepted("sms")) == 1, "nobody approved the end yet"
    approve(rig, row.id, "wang")

    assert [target for target, _ in rig.accepted("sms")] == ["+p-1", "+p-1"]
    assert "解除" in rig.accepted("sms")[1][1]


def test_a_drill_goes_the_whole_way_to_drill_sinks_only(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [someone("p-1", "350200"), someone("d-1", "350200", drill=True)])
    body = start_document(
        "tsunami", ("350200",), severity="Extreme", desk="测试台", now=START, length=timedelta(hours=1)
    )
    rig.feed(DRILL_FEED, body)

    [(target, text)] = rig.accepted("drills")
    assert (target, text[:4]) == ("log", "【演练】")
    with rig.database.reading() as conn:
        [incident] = incidents.listing(conn)
        alert = incidents.alerts_of(conn, incident.id)[0][3]
    assert incident.drill

    rig.feed(DRILL_FEED, stop_document(alert, now=START + timedelta(minutes=20)), at=START + timedelta(minutes=20))

    assert len(rig.accepted("drills")) == 2
    assert "解除" in rig.accepted("drills")[1][1]
    assert rig.accepted("sms") == []
