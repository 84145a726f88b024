"""Campaigns with steps: what follows by itself, what changes it, what ends it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.campaigns import authoring, operations, planned
from emergency_kepu.channels.port import Outcome, Verdict
from emergency_kepu.domain.campaign import CampaignKind, CampaignState, Lane
from emergency_kepu.domain.errors import Refused
from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from emergency_kepu.domain.silence import Silence
from emergency_kepu.domain.step import Step
from emergency_kepu.pipeline.jobs import Launch, step_record
from emergency_kepu.settings import FeedSettings, Settings
from emergency_kepu.store import due, recipients, silences
from tests.scenarios.rig import Rig, demo_settings

AT = datetime(2026, 6, 30, 5, 10, tzinfo=UTC)
STEPS = (
    Step(after_minutes=30, say="why"),
    Step(after_minutes=120, severity="orange"),
    Step(after_minutes=1440, phase="after", until="all_clear"),
)
CAP = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{id}</identifier><sender>s.example</sender>
<sent>{sent}</sent><status>Actual</status><msgType>{kind}</msgType><scope>Public</scope>{references}
<info><language>zh-CN</language><category>Met</category><event>Rainstorm</event><urgency>Expected</urgency>
<severity>{severity}</severity><certainty>Likely</certainty><expires>{expires}</expires>
<senderName>市气象台</senderName><area><areaDesc>x</areaDesc>{areas}</area></info></alert>"""


def alert(
    name: str = "R1",
    *,
    at: datetime = AT,
    severity: str = "Extreme",
    kind: str = "Alert",
    hours: float = 6,
    places: tuple[str, ...] = ("500103",),
) -> bytes:
    areas = "".join(f"<geocode><valueName>adcode</valueName><value>{code}</value></geocode>" for code in places)
    references = "" if kind == "Alert" else f"<references>s.example,R1,{AT.isoformat()}</references>"
    return CAP.format(
        id=name,
        sent=at.isoformat(),
        kind=kind,
        references=references,
        severity=severity,
        expires=(AT + timedelta(hours=hours)).isoformat(),
        areas=areas,
    ).encode()


def someone(name: str = "p-1") -> Recipient:
    address = Address(channel="sms", target=f"+{name}")
    return Recipient(id=name, kind=RecipientKind.PERSON, locale="zh-CN", place="500103", addresses=(address,))


def settings(steps: tuple[Step, ...] = STEPS, **changes: object) -> Settings:
    found = demo_settings()
    rule = next(policy for policy in found.policies if policy.name == "rain-red")
    rule = msgspec.structs.replace(rule, steps=steps, **changes)
    orange = msgspec.structs.replace(rule, name="rain-orange", when=msgspec.structs.replace(rule.when, severity="blue"))
    feeds = {"cap": FeedSettings(format="cap", official=True)}
    return msgspec.structs.replace(found, policies=(rule, orange), feeds=feeds)


def rig_with(folder: Path, *people: Recipient, **more: object) -> Rig:
    return Rig(folder, people or [someone()], settings(**more))  # type: ignore[arg-type]


def kinds(rig: Rig) -> list[str]:
    return [row.kind.value for row in rig.campaigns()]


def waiting(rig: Rig) -> list[int]:
    with rig.database.reading() as conn:
        return [each.number for each in planned.planned(conn, rig.campaigns()[0].id)]


def test_each_step_goes_to_those_reached_at_its_time_and_says_something_else(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    rig.feed("cap", alert(), at=AT)
    with rig.database.begin() as conn:  # came to live there since: was never told, so nothing follows
        recipients.save_all(conn, [someone("p-2")])

    assert waiting(rig) == [1, 2, 3]
    rig.run(until=timedelta(minutes=29))
    assert kinds(rig) == ["issue"]
    rig.run(until=timedelta(minutes=1))
    assert kinds(rig) == ["issue", "step"]
    rig.run(until=timedelta(hours=30))

    texts = [text for _, text in rig.accepted("sms")]
    assert kinds(rig) == ["issue", "step", "step", "step"]
    assert len(texts) == len(set(texts)) == 4
    assert {target for target, _ in rig.accepted("sms")} == {"+p-1"}
    assert texts[1].startswith("【后续】")
    assert "为什么" in texts[1]
    assert [row.launched_at - AT for row in rig.campaigns()] == [  # type: ignore[operator]
        timedelta(0),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=24),
    ]
    assert all(row.lane is Lane.ROUTINE for row in rig.campaigns()[1:])
    assert waiting(rig) == []


def test_an_all_clear_stops_what_is_planned_and_reaches_whom_a_step_reached(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    rig.feed("cap", alert(), at=AT)
    rig.run(until=timedelta(hours=1))
    rig.feed("cap", alert("R2", at=AT + timedelta(hours=1), kind="Cancel"), at=AT + timedelta(hours=1))
    rig.run(until=timedelta(hours=30))

    assert kinds(rig) == ["issue", "step", "all_clear"]
    assert "已解除" in rig.accepted("sms")[-1][1]
    assert rig.reasons().count("all_clear") >= 3  # the cancel itself, and a step that was not sent, twice
    assert rig.campaigns()[-1].spec.only_reached_by == (1, 2)


def test_a_downgrade_changes_the_text_and_stops_what_was_for_a_higher_level(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    rig.feed("cap", alert(), at=AT)
    later = AT + timedelta(minutes=10)
    rig.feed("cap", alert("R2", at=later, kind="Update", severity="Moderate"), at=later)
    rig.run(until=timedelta(hours=3))

    assert kinds(rig) == ["issue", "update", "step"]
    assert "预警级别已降低" in rig.accepted("sms")[1][1]
    assert "预警级别" not in rig.accepted("sms")[2][1]
    assert rig.campaigns()[-1].severity == 2
    assert rig.reasons().count("downgrade") == 2


def test_an_escalation_plans_anew_and_voids_the_old_plan(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    rig.feed("cap", alert(severity="Moderate"), at=AT)
    later = AT + timedelta(minutes=10)
    rig.feed("cap", alert("R2", at=later, kind="Update"), at=later)
    rig.run(until=timedelta(hours=1))

    assert "预警级别已提高" in rig.accepted("sms")[1][1]
    [first, update, step] = rig.campaigns()
    assert (update.kind, step.kind) == (CampaignKind.UPDATE, CampaignKind.STEP)
    assert step.launched_at == later + timedelta(minutes=30)
    assert "superseded" in rig.reasons()
    assert first.id == step.id


def test_an_escalation_under_a_policy_without_steps_leaves_no_plan(tmp_path: Path) -> None:
    found = settings()
    red = msgspec.structs.replace(found.policies[0], steps=())
    found = msgspec.structs.replace(found, policies=(red, found.policies[1]))
    rig = Rig(tmp_path, [someone()], found)
    rig.feed("cap", alert(severity="Moderate"), at=AT)
    assert waiting(rig) == [1, 2, 3]
    later = AT + timedelta(minutes=10)
    rig.feed("cap", alert("R2", at=later, kind="Update"), at=later)
    assert waiting(rig) == []
    rig.run(until=timedelta(hours=30))

    assert kinds(rig) == ["issue", "update"]


def test_new_places_and_a_later_end_are_named(tmp_path: Path) -> None:
    rig = rig_with(tmp_path, steps=())
    rig.feed("cap", alert(), at=AT)
    later = AT + timedelta(minutes=10)
    wider = alert("R2", at=later, kind="Update", hours=9, places=("500103", "500105"))
    rig.feed("cap", wider, at=later)

    text = rig.accepted("sms")[1][1]
    assert "新增地区" in text
    assert "持续时间改为至" in text


def test_what_ran_out_is_not_explained_but_recovery_is(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    rig.feed("cap", alert(hours=1), at=AT)
    rig.run(until=timedelta(hours=30))

    assert [row.spec.phase for row in rig.campaigns()] == ["now", "now", "after"]
    assert "expired" in rig.reasons()
    assert len(rig.accepted("sms")) == 3


def test_a_campaign_that_people_approved_has_its_steps_approved_too(tmp_path: Path) -> None:
    rig = rig_with(tmp_path, mode="approve", approvers=2)
    rig.feed("cap", alert(), at=AT)
    [first] = rig.campaigns()
    assert waiting(rig) == []  # nothing is planned before it goes out
    approve(rig, first.id, "li", "wang")
    rig.run(until=timedelta(minutes=31))

    [_, step] = rig.campaigns()
    assert (step.state, step.approvals_needed) == (CampaignState.WAITING, 2)
    assert len(rig.accepted("sms")) == 1
    rig.run(until=timedelta(hours=2))
    assert [row.state.value for row in rig.campaigns()] == ["finished", "superseded", "waiting"]
    approve(rig, first.id, "li", "wang")
    assert len(rig.accepted("sms")) == 2


def approve(rig: Rig, campaign: str, *names: str) -> None:
    with rig.database.begin() as conn:
        for name in names:
            found = operations.approve(
                conn, campaign, actor=name, now=rig.clock.now(), wall=0.0, unsigned=rig.services.unsigned
            )
            publish_in(conn, found, rig.clock)
    rig.run()


def test_the_same_step_twice_is_one_revision_and_one_message(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    rig.feed("cap", alert(), at=AT)
    [first] = rig.campaigns()
    launch = Launch(campaign_id=first.id, revision=1, incident_id=first.incident_id, follow=1)
    rig.run(until=timedelta(minutes=31))
    for again in (launch, msgspec.structs.replace(launch, tries=1)):
        with rig.database.begin() as conn:
            publish_in(conn, [step_record(again)], rig.clock)
        rig.run()

    assert kinds(rig) == ["issue", "step"]
    assert len(rig.accepted("sms")) == 2


def test_a_step_waits_for_what_is_still_being_sent(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    slow = Outcome(verdict=Verdict.RETRY, retry_after=2400.0)
    rig.channels["sms"].answer = lambda message, asked: slow if asked == 1 else Outcome(verdict=Verdict.SENT)
    rig.feed("cap", alert(), at=AT)
    rig.run(until=timedelta(hours=1))

    [first, step] = rig.campaigns()
    assert first.state is CampaignState.FINISHED
    assert step.launched_at is not None
    assert first.finished_at is not None
    assert step.launched_at >= first.finished_at
    assert step.launched_at > AT + timedelta(minutes=35)


def test_long_after_a_standstill_only_what_is_still_true_goes_out(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    rig.feed("cap", alert(), at=AT)
    rig.clock.at = AT + timedelta(hours=3)  # the scheduler was down for three hours
    rig.run()

    assert kinds(rig) == ["issue", "step"]
    assert rig.campaigns()[-1].spec.step is not None
    assert rig.campaigns()[-1].spec.step.number == 2
    assert "stale" in rig.reasons()


@pytest.mark.parametrize("stop", ["cancel", "steps"])
def test_people_stop_what_follows(tmp_path: Path, stop: str) -> None:
    rig = rig_with(tmp_path)
    rig.channels["sms"].answer = lambda message, asked: Outcome(verdict=Verdict.RETRY, retry_after=7200.0)
    rig.feed("cap", alert(), at=AT)
    [first] = rig.campaigns()
    with rig.database.begin() as conn:
        if stop == "cancel":
            operations.cancel(conn, first.id, actor="li", now=rig.clock.now())
        else:
            assert planned.stop_by_hand(conn, first.id, actor="li", now=rig.clock.now()) == 3
            with pytest.raises(Refused):
                planned.stop_by_hand(conn, first.id, actor="li", now=rig.clock.now())
    rig.run(until=timedelta(hours=30))

    assert kinds(rig) == ["issue"]
    assert waiting(rig) == []


def test_a_silence_holds_steps_back(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    rig.feed("cap", alert(severity="Severe"), at=AT)
    found = Silence(
        id="s-1", starts_at=AT, ends_at=AT + timedelta(hours=6), created_by="li", comment="-", hazards=("rainstorm",)
    )
    with rig.database.begin() as conn:
        silences.add(conn, found)
    rig.run(until=timedelta(hours=1))

    assert kinds(rig) == ["issue"]
    assert "silenced" in rig.reasons()


def test_the_desk_ends_it_after_a_step(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    rig.feed("cap", alert(), at=AT)
    rig.run(until=timedelta(minutes=31))
    with rig.database.begin() as conn:
        row = authoring.end(
            conn, rig.campaigns()[0].incident_id, source="市气象台", actor="li", now=rig.clock.now(), wall=0.0
        )
    assert row is not None
    assert (row.kind, row.spec.step, row.spec.steps, row.spec.say) == (CampaignKind.ALL_CLEAR, None, (), "actions")
    approve(rig, row.id, "wang")
    assert "已解除" in rig.accepted("sms")[-1][1]


def test_two_schedulers_take_a_step_once(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    rig.feed("cap", alert(), at=AT)
    now = AT + timedelta(minutes=30)
    lease = now + timedelta(seconds=30)
    with rig.database.begin() as conn:
        taken = [due.claim_due(conn, now=now, holder=name, lease_until=lease) for name in ("a", "b")]
    assert [len(part) for part in taken] == [1, 0]

    # the one that took it is killed before it publishes: the other has it when the lease is over
    with rig.database.begin() as conn:
        again = due.claim_due(conn, now=lease, holder="b", lease_until=lease + timedelta(seconds=30))
        publish_in(conn, [entry.record for entry in again], rig.clock)
        assert not due.done(conn, taken[0][0])
        assert due.done(conn, again[0])
    rig.clock.at = lease
    rig.run()
    assert kinds(rig) == ["issue", "step"]
