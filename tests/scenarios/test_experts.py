"""Experts who are told and answer: who is asked, in which order, what each answer does, and what is never doubled."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from emergency_kepu.asking import answers, chain
from emergency_kepu.asking.around import Around
from emergency_kepu.asking.away import send_away
from emergency_kepu.asking.links import Link, Links
from emergency_kepu.asking.telling import AGAIN, Telling
from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.campaigns import operations
from emergency_kepu.channels.port import Outcome, Verdict
from emergency_kepu.channels.secrets import Secret
from emergency_kepu.domain.ask import Ask, Asking, AskState, Purpose
from emergency_kepu.domain.campaign import CampaignKind, CampaignState, Lane
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import ContentError, Refused, UserError
from emergency_kepu.domain.expert import DutyWindow, Expert, PrivateChannel
from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from emergency_kepu.domain.step import Step
from emergency_kepu.settings import Settings
from emergency_kepu.store import asks, recipients
from emergency_kepu.store.absences import AbsenceRow
from tests.scenarios import test_steps as steps
from tests.scenarios.rig import Rig
from tests.scenarios.test_steps import AT, alert, approve, someone

MINUTE = timedelta(minutes=1)
ALL_DAY = (DutyWindow(start="00:00", end="00:00"),)
LINK = re.compile(r"https://desk\.example/e/([\w-]+)")


def expert(name: str, **changes: object) -> Expert:
    fields: dict[str, object] = {
        "names": {"zh-Hans": f"专家{name}", "en": name},
        "fields": ("meteorology",),
        "languages": ("zh-Hans",),
        "private": (PrivateChannel(channel="sms", target=f"+x-{name}"),),
        "duty": ALL_DAY,
    }
    return Expert(id=name, **{**fields, **changes})  # type: ignore[arg-type]


A, B = expert("a"), expert("b")


def settings(*experts: Expert, asking: Asking | None = None, found: Settings | None = None) -> Settings:
    found = found or steps.settings(steps=())
    policies = tuple(msgspec.structs.replace(each, experts=asking or Asking()) for each in found.policies)
    return msgspec.structs.replace(found, policies=policies, experts=experts)


def rig_of(folder: Path, *experts: Expert, **more: object) -> Rig:
    rig = Rig(folder, [someone()], settings(*experts, **more))  # type: ignore[arg-type]
    rig.services.links = Links(Secret("k" * 32), "https://desk.example")
    return rig


def tick(rig: Rig, after: timedelta = timedelta(0)) -> None:
    """The clock of asking, until nothing is due at that instant; then what it published."""
    rig.clock.at += after
    telling = Telling(rig.services)

    async def go() -> None:
        await rig.database.start()
        while True:
            at = await rig.database.read(asks.next_instant)
            if at is None or at > rig.clock.at:
                break
            await telling.tick()
        await rig.database.stop()

    asyncio.run(go())
    rig.run()


def asked(rig: Rig) -> list[Ask]:
    with rig.database.reading() as conn:
        return asks.of_incident(conn, rig.campaigns()[0].incident_id)


def states(rig: Rig) -> list[tuple[str, str]]:
    return [(ask.expert, ask.state.value) for ask in asked(rig)]


def told(rig: Rig) -> list[str]:
    """Whom a private message reached, in order."""
    return [target for target, _ in rig.accepted("sms") if target.startswith("+x-")]


def link_to(rig: Rig, name: str, purpose: Purpose) -> Link:
    """As the expert finds it in the newest message to them."""
    text = next(text for target, text in reversed(rig.accepted("sms")) if target == f"+x-{name}")
    assert rig.services.links is not None
    found = [rig.services.links.read(token) for token in LINK.findall(text)]
    return next(link for link in found if link is not None and link.purpose is purpose)


def answer(rig: Rig, name: str, purpose: Purpose, **texts: str) -> Ask:
    link = link_to(rig, name, purpose)
    written = {locale.replace("_", "-"): text for locale, text in texts.items()}
    kinds = {channel: fake.kind for channel, fake in rig.channels.items()}
    with rig.database.begin() as conn:
        now = rig.clock.now()
        around = Around.of(rig.services)
        done, records = answers.answer(conn, around, link, texts=written, channel_kinds=kinds, now=now)
        publish_in(conn, records, rig.clock)
    rig.run()
    return done


# --- who is asked -------------------------------------------------------------------------------------------------


def test_the_best_expert_is_told_in_private_and_nothing_waits_for_it(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A, B)
    rig.feed("cap", alert(), at=AT)
    assert [target for target, _ in rig.accepted("sms")] == ["+p-1"], "the public is told first"
    tick(rig)

    assert states(rig) == [("a", "asked")]
    assert told(rig) == ["+x-a"]
    text = rig.accepted("sms")[-1][1]
    assert "暴雨" in text
    assert "市气象台" in text
    assert len(set(LINK.findall(text))) == 3
    assert "expert_asked" in rig.reasons()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-Hant", ("暴雨", "請您核對", "渝中區")),
        ("en", ("heavy rain", "Please answer by", "Yuzhong")),
        ("fr", ("check: heavy rain",)),
    ],
)
def test_the_question_is_in_the_language_of_the_expert(tmp_path: Path, language: str, words: tuple[str, ...]) -> None:
    rig = rig_of(tmp_path, expert("a", languages=(language,)))
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    text = rig.accepted("sms")[-1][1]
    assert all(word in text for word in words), text
    assert "请" not in text


def test_a_redelivered_alert_and_a_second_tick_ask_nobody_twice(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A, B)
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    rig.feed("cap", alert())
    tick(rig)

    assert told(rig) == ["+x-a"]


def test_no_answer_asks_the_next_and_at_last_the_desk(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A, B, asking=Asking(answer_minutes=10, desk_minutes=25))
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    tick(rig, 9 * MINUTE)
    assert states(rig) == [("a", "asked")]
    tick(rig, MINUTE)
    assert states(rig) == [("a", "silent"), ("b", "asked")]
    tick(rig, 10 * MINUTE)

    assert states(rig) == [("a", "silent"), ("b", "silent"), ("", "desk")]
    assert told(rig) == ["+x-a", "+x-b"]
    assert rig.reasons().count("expert_silent") == 2
    assert rig.reasons().count("no_expert") == 1
    tick(rig, 60 * MINUTE)
    assert len(asked(rig)) == 3


def test_the_set_time_tells_the_desk_while_somebody_is_still_asked(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A, B, expert("c"), asking=Asking(answer_minutes=10, desk_minutes=15))
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    tick(rig, 10 * MINUTE)
    tick(rig, 5 * MINUTE)

    assert states(rig) == [("a", "silent"), ("b", "silent"), ("", "desk")]


def test_not_my_field_asks_the_next_at_once_and_is_remembered(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A, B)
    rig.feed("cap", alert(severity="Moderate"), at=AT)
    tick(rig)
    answer(rig, "a", Purpose.DECLINE)
    tick(rig)
    assert states(rig) == [("a", "declined"), ("b", "asked")]

    later = AT + 5 * MINUTE
    rig.feed("cap", alert("R2", at=later, kind="Update"), at=later)  # red now: asked anew, but not who knows nothing
    tick(rig)
    assert states(rig) == [("a", "declined"), ("b", "closed"), ("b", "asked")]


def test_an_answer_ends_the_chain(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A, B)
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    answer(rig, "a", Purpose.CONFIRM)
    tick(rig, 60 * MINUTE)

    assert states(rig) == [("a", "confirmed")]
    assert "expert_confirmed" in rig.reasons()


def test_a_late_answer_counts_and_frees_the_desk(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A, asking=Asking(answer_minutes=10, desk_minutes=10))
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    tick(rig, 10 * MINUTE)
    assert states(rig) == [("a", "silent"), ("", "desk")]
    answer(rig, "a", Purpose.CONFIRM)

    assert states(rig) == [("a", "confirmed"), ("", "closed")]
    with rig.database.reading() as conn:
        assert asks.at_desk(conn) == []


def test_who_is_asleep_is_asked_only_where_the_policy_says_so(tmp_path: Path) -> None:
    asleep = expert("a", duty=(DutyWindow(start="03:00", end="04:00"),))
    for number, off_duty in enumerate((False, True)):
        folder = tmp_path / str(number)
        folder.mkdir()
        rig = rig_of(folder, asleep, asking=Asking(off_duty=off_duty))
        rig.feed("cap", alert(), at=AT)
        tick(rig)
        assert states(rig) == ([("a", "asked")] if off_duty else [("", "desk")])


def test_without_a_key_the_desk_is_told_at_once_and_the_public_all_the_same(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A)
    rig.services.links = None
    rig.feed("cap", alert(), at=AT)
    tick(rig)

    assert states(rig) == [("", "desk")]
    assert [target for target, _ in rig.accepted("sms")] == ["+p-1"]


def test_an_exercise_reaches_experts_on_drill_channels_only(tmp_path: Path) -> None:
    base = steps.settings(steps=())
    drill = next(name for name, raw in base.channels.items() if raw.get("drill"))
    policies = tuple(msgspec.structs.replace(each, drill_channels=(drill,)) for each in base.policies)
    base = msgspec.structs.replace(base, policies=policies)
    ways = (PrivateChannel(channel="sms", target="+x-b"), PrivateChannel(channel=drill, target="b"))
    rig = rig_of(tmp_path, A, expert("b", private=ways), found=base)
    rig.feed("cap", alert().replace(b"Actual", b"Exercise"), at=AT)
    tick(rig)

    assert states(rig) == [("b", "asked")]
    assert told(rig) == []
    [(_, text)] = [found for found in rig.accepted(drill) if found[0] == "b"]
    assert text.startswith("【演练】")


def test_an_exercise_without_experts_troubles_nobody(tmp_path: Path) -> None:
    base = steps.settings(steps=())
    drill = next(name for name, raw in base.channels.items() if raw.get("drill"))
    policies = tuple(msgspec.structs.replace(each, drill_channels=(drill,)) for each in base.policies)
    rig = rig_of(tmp_path, A, found=msgspec.structs.replace(base, policies=policies))
    rig.feed("cap", alert().replace(b"Actual", b"Exercise"), at=AT)
    tick(rig)

    assert states(rig) == []
    assert "no_expert" not in rig.reasons()


def test_who_fell_ill_is_neither_named_nor_asked_and_the_substitute_is(tmp_path: Path) -> None:
    ill = expert("a", hotline="000-1", substitutes=("s",))
    stands_in = expert("s", fields=("x",), hotline="000-2")
    rig = rig_of(tmp_path, ill, B, stands_in)
    away = AbsenceRow(
        expert="a", starts_at=AT - MINUTE, ends_at=AT + timedelta(hours=8), created_by="li", comment="ill"
    )
    with rig.database.begin() as conn:
        send_away(conn, rig.settings.experts, away, now=AT - MINUTE)
    rig.feed("cap", alert(), at=AT)
    tick(rig)

    assert rig.campaigns()[0].spec.facts.hotline == "000-2"
    assert told(rig) == ["+x-b"]
    tick(rig, timedelta(minutes=15))
    assert sorted(told(rig)) == ["+x-b", "+x-s"]


# --- the way to them ----------------------------------------------------------------------------------------------


def test_a_failing_channel_is_tried_again_then_the_next_one_then_the_next_expert(tmp_path: Path) -> None:
    base = steps.settings(steps=())
    other = next(name for name, raw in base.channels.items() if not raw.get("drill") and name != "sms")
    ways = (PrivateChannel(channel="sms", target="+x-a"), PrivateChannel(channel=other, target="room-a"))
    rig = rig_of(tmp_path, expert("a", private=ways), B, found=base)
    refused = Outcome(verdict=Verdict.FAILED, reason=Reason.RECIPIENT_REFUSED, detail="no such number +x-a")
    busy = Outcome(verdict=Verdict.RETRY, reason=Reason.PROVIDER_BUSY)
    rig.channels["sms"].answer = lambda message, tries: (
        (busy if tries == 1 else refused) if message.target == "+x-a" else Outcome(verdict=Verdict.SENT)
    )
    rig.channels[other].answer = lambda message, tries: refused
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    assert states(rig) == [("a", "queued")]
    tick(rig, MINUTE)

    assert states(rig) == [("a", "unreachable"), ("b", "asked")]
    assert rig.channels["sms"]._asked["+x-a"] == 2
    assert "+x-a" not in asked(rig)[0].detail, "a private number is on no record"
    assert told(rig) == ["+x-b"]


def test_who_opted_out_is_not_written_to(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A, B)
    with rig.database.begin() as conn:
        recipients.opt_out(conn, channel="sms", target="+x-a", at=AT, source="STOP")
    rig.feed("cap", alert(), at=AT)
    tick(rig)

    assert told(rig) == ["+x-b"]


def test_after_a_crash_only_what_was_out_goes_again_and_is_counted(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A, B)
    rig.feed("cap", alert(), at=AT)
    telling = Telling(rig.services)
    with rig.database.begin() as conn:
        errands = telling._look(conn)  # claimed, and then the process dies
    assert len(errands) == 1
    tick(rig, timedelta(seconds=59))
    assert told(rig) == []
    tick(rig, timedelta(seconds=2))

    assert told(rig) == ["+x-a"]
    assert asked(rig)[0].possible_duplicates == 1
    with rig.database.begin() as conn:  # the dead process was only slow: what it says is too late
        telling._settle(conn, errands[0], Outcome(verdict=Verdict.FAILED))
    assert states(rig) == [("a", "asked")]


def test_two_schedulers_send_one_message(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A)
    rig.feed("cap", alert(), at=AT)
    one, two = Telling(rig.services), Telling(rig.services)
    with rig.database.begin() as conn:
        assert [len(telling._look(conn)) for telling in (one, two)] == [1, 0]


def test_when_it_is_over_nobody_is_told_and_no_link_acts(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A, B)
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    later = AT + 5 * MINUTE
    rig.feed("cap", alert("R2", at=later, kind="Cancel"), at=later)
    with pytest.raises(Refused) as refused:
        answer(rig, "a", Purpose.CONFIRM)
    assert refused.value.reason is Reason.ALL_CLEAR
    tick(rig, 60 * MINUTE)

    assert states(rig) == [("a", "closed")]
    assert told(rig) == ["+x-a"]


# --- links ----------------------------------------------------------------------------------------------------------


def test_a_link_is_signed_and_for_one_purpose() -> None:
    house, other = Links(Secret("k" * 32), "https://a"), Links(Secret("j" * 32), "https://a")
    ask = Ask(
        id="00" * 8,
        incident_id="i",
        round="r1",
        expert="a",
        state=AskState.ASKED,
        created_at=AT,
        created_by="x",
        answer_minutes=1,
        desk_at=AT,
        expires_at=AT,
    )
    token = house.token(ask, Purpose.CONFIRM)
    found = house.read(token)
    assert found == Link(ask=ask.id, purpose=Purpose.CONFIRM, expires_at=AT)
    assert other.read(token) is None
    raw = house.token(ask, Purpose.DECLINE)
    assert house.read(raw[:2] + token[2:]) is None, "the purpose of one with the signature of another"
    for broken in ("", "x", token[:-1], token + "A", token.swapcase(), "é" * 39, "../" + token):
        assert house.read(broken) is None


def test_each_link_works_until_its_end_and_once(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A)
    rig.feed("cap", alert(hours=48), at=AT)
    tick(rig)
    answer(rig, "a", Purpose.CONFIRM)
    for again in (Purpose.CONFIRM, Purpose.DECLINE):
        with pytest.raises(Refused):
            answer(rig, "a", again)
    rig.clock.at += timedelta(hours=24)
    with pytest.raises(Refused) as refused:
        answer(rig, "a", Purpose.CORRECT, zh_Hans="迟了")
    assert refused.value.reason is Reason.EXPIRED


# --- interpretations ------------------------------------------------------------------------------------------------

WORDS = "积水可能比看上去深，井盖可能已被冲走"


def test_a_correction_becomes_the_next_step_after_approval_to_those_reached(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, expert("a", institutions={"zh-Hans": "示例市气象台"}), B)
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    with rig.database.begin() as conn:  # came to live there since
        recipients.save_all(conn, [someone("p-2")])
    answer(rig, "a", Purpose.CORRECT, zh_Hans=WORDS)

    [first, step] = rig.campaigns()
    assert (step.kind, step.state, step.approvals_needed) == (CampaignKind.STEP, CampaignState.WAITING, 1)
    assert (step.created_by, step.lane) == ("expert a", Lane.IMMEDIATE)
    assert len(rig.accepted("sms")) == 2, "nothing goes out before somebody approves"
    tick(rig, AGAIN)
    tick(rig, AGAIN)
    assert len(rig.campaigns()) == 2

    approve(rig, first.id, "li")
    [(target, text)] = rig.accepted("sms")[2:]
    assert target == "+p-1"
    assert f"专家解读（示例市气象台 专家a）：{WORDS}。" in text
    tick(rig, AGAIN)
    tick(rig, AGAIN)
    assert len(rig.campaigns()) == 2
    assert asked(rig)[0].next_at is None


def test_a_policy_that_wants_two_wants_two_for_the_expert_too(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A, found=steps.settings(steps=(), mode="approve", approvers=2))
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    answer(rig, "a", Purpose.CORRECT, zh_Hans=WORDS)
    [first] = rig.campaigns()  # nobody has been told anything yet: the words wait for the message that they explain
    approve(rig, first.id, "li", "wang")
    tick(rig, AGAIN)

    [_, step] = rig.campaigns()
    assert (step.state, step.approvals_needed) == (CampaignState.WAITING, 2)


def test_only_readers_of_the_languages_written_get_it(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, expert("a", languages=("en", "zh-Hans")))
    address = Address(channel="sms", target="+p-en")
    reader = Recipient(id="p-en", kind=RecipientKind.PERSON, locale="en", place="500103", addresses=(address,))
    with rig.database.begin() as conn:
        recipients.save_all(conn, [reader])
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    answer(rig, "a", Purpose.CORRECT, en="The water may be deeper than it looks", zh_Hans=" \n ")
    approve(rig, rig.campaigns()[0].id, "li")

    assert [target for target, _ in rig.accepted("sms")][3:] == ["+p-en"]
    skipped = [row for row in rig.deliveries() if row["revision"] == 2 and row["state"] == "skipped"]
    assert [(row["recipient_id"], row["reason"]) for row in skipped] == [("p-1", "no_locale")]


def test_words_of_an_expert_are_never_a_template_nor_markup(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A)
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    answer(rig, "a", Purpose.CORRECT, zh_Hans="{{ 7*7 }}<at user_id='all'>\x00@所有人\u202e 危险！")
    approve(rig, rig.campaigns()[0].id, "li")

    text = rig.accepted("sms")[-1][1]
    assert "7 7" in text
    assert "49" not in text.split("专家解读")[1][:20]
    assert not set("<>{}@\x00\u202e") & set(text)


@pytest.mark.parametrize(("texts", "error"), [({}, UserError), ({"zh_Hans": "长" * 301}, UserError)])
def test_what_cannot_be_sent_is_refused_and_the_link_still_works(
    tmp_path: Path, texts: dict[str, str], error: type[Exception]
) -> None:
    rig = rig_of(tmp_path, A)
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    with pytest.raises(error):
        answer(rig, "a", Purpose.CORRECT, **texts)
    with pytest.raises(ContentError):
        answer(rig, "a", Purpose.CORRECT, zh_Hans="长" * 290)  # not beside source, place, time and action in an SMS
    assert states(rig) == [("a", "asked")]
    answer(rig, "a", Purpose.CORRECT, zh_Hans=WORDS)
    assert states(rig) == [("a", "corrected")]


def test_a_planned_step_overtakes_it_and_it_comes_back(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A, found=steps.settings(steps=(Step(after_minutes=30, say="why"),)))
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    answer(rig, "a", Purpose.CORRECT, zh_Hans=WORDS)
    rig.run(until=31 * MINUTE)
    assert [row.state.value for row in rig.campaigns()] == ["finished", "superseded", "finished"]
    tick(rig)

    assert [row.state.value for row in rig.campaigns()] == ["finished", "superseded", "finished", "waiting"]
    approve(rig, rig.campaigns()[0].id, "li")
    assert sum(WORDS in text for _, text in rig.accepted("sms")) == 1


def test_an_update_overtakes_it_and_it_comes_back_with_the_new_facts(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A)
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    answer(rig, "a", Purpose.CORRECT, zh_Hans=WORDS)
    later = AT + 10 * MINUTE
    rig.feed("cap", alert("R2", at=later, kind="Update", hours=9), at=later)
    assert [row.state.value for row in rig.campaigns()] == ["finished", "superseded", "finished"]
    tick(rig, AGAIN)

    again = rig.campaigns()[-1]
    assert (again.kind, again.state) == (CampaignKind.STEP, CampaignState.WAITING)
    assert again.spec.facts.until == rig.campaigns()[2].spec.facts.until
    assert again.spec.only_reached_by == (1, 3)


def test_a_rejected_one_does_not_come_back(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A)
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    answer(rig, "a", Purpose.CORRECT, zh_Hans=WORDS)
    with rig.database.begin() as conn:
        operations.reject(conn, rig.campaigns()[0].id, actor="li", now=rig.clock.now())
    tick(rig, AGAIN)
    tick(rig, AGAIN)

    assert [row.state.value for row in rig.campaigns()] == ["finished", "rejected"]
    assert asked(rig)[0].next_at is None


def test_what_nobody_approved_in_time_cannot_be_approved_any_more(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A)
    rig.feed("cap", alert(hours=1), at=AT)
    tick(rig)
    answer(rig, "a", Purpose.CORRECT, zh_Hans=WORDS)
    assert rig.campaigns()[-1].state is CampaignState.WAITING
    tick(rig, timedelta(hours=1))

    assert [row.state.value for row in rig.campaigns()] == ["finished", "cancelled"]
    assert asked(rig)[0].next_at is None
    assert "expired" in rig.reasons()


def test_two_experts_are_decided_one_after_the_other(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A, B)
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    tick(rig, 15 * MINUTE)
    answer(rig, "b", Purpose.CORRECT, zh_Hans=WORDS)
    answer(rig, "a", Purpose.CORRECT, zh_Hans="另一位专家的话")
    for _ in range(3):
        tick(rig, AGAIN)
    assert [row.created_by for row in rig.campaigns()] == ["intake", "expert b"]
    approve(rig, rig.campaigns()[0].id, "li")
    tick(rig, AGAIN)

    assert [(row.created_by, row.state.value) for row in rig.campaigns()[1:]] == [
        ("expert b", "finished"),
        ("expert a", "waiting"),
    ]


def test_the_all_clear_reaches_whom_it_reached_and_ends_what_waits(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A)
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    answer(rig, "a", Purpose.CORRECT, zh_Hans=WORDS)
    later = AT + 10 * MINUTE
    rig.feed("cap", alert("R2", at=later, kind="Cancel"), at=later)
    tick(rig, AGAIN)

    assert [row.state.value for row in rig.campaigns()] == ["finished", "superseded", "finished"]
    assert WORDS not in rig.accepted("sms")[-1][1]
    assert "已解除" in rig.accepted("sms")[-1][1]
    assert asked(rig)[0].next_at is None
    assert not any(WORDS in text for _, text in rig.accepted("sms"))


def test_who_confirmed_and_then_finds_a_mistake_may_correct_once(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A)
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    answer(rig, "a", Purpose.CONFIRM)
    answer(rig, "a", Purpose.CORRECT, zh_Hans=WORDS)
    with pytest.raises(Refused):
        answer(rig, "a", Purpose.CORRECT, zh_Hans="again")

    assert len(rig.campaigns()) == 2


def test_a_lost_record_is_handed_on_again_by_the_clock(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A)
    rig.feed("cap", alert(), at=AT)
    tick(rig)
    link = link_to(rig, "a", Purpose.CORRECT)
    with rig.database.begin() as conn:  # and the process dies before the record is published
        texts = {"zh-Hans": WORDS}
        answers.answer(conn, Around.of(rig.services), link, texts=texts, channel_kinds={}, now=rig.clock.now())
    tick(rig)

    assert rig.campaigns()[-1].state is CampaignState.WAITING


# --- by hand --------------------------------------------------------------------------------------------------------


def test_somebody_asks_by_hand_and_takes_up_what_nobody_answers(tmp_path: Path) -> None:
    rig = rig_of(tmp_path, A, expert("far", fields=("x",)), asking=Asking(answer_minutes=10, desk_minutes=10))
    rig.feed("cap", alert(), at=AT)
    incident = rig.campaigns()[0].incident_id
    tick(rig)
    tick(rig, 10 * MINUTE)
    around = Around.of(rig.services)
    with rig.database.begin() as conn, pytest.raises(Refused):
        chain.by_hand(conn, around, incident, expert="", actor="li", now=rig.clock.now())
    rig.clock.at += MINUTE
    with rig.database.begin() as conn:
        chain.by_hand(conn, around, incident, expert="far", actor="li", now=rig.clock.now())
    tick(rig)
    assert states(rig) == [("a", "silent"), ("", "taken"), ("far", "asked")]
    with rig.database.begin() as conn, pytest.raises(Refused):
        chain.by_hand(conn, around, incident, expert="far", actor="li", now=rig.clock.now())
    tick(rig, 60 * MINUTE)
    assert states(rig)[2:] == [("far", "silent"), ("", "desk")]
    with rig.database.begin() as conn:
        assert chain.take(conn, around, incident, actor="li", now=rig.clock.now()) == 1
    with rig.database.begin() as conn, pytest.raises(Refused):
        chain.take(conn, around, incident, actor="li", now=rig.clock.now())
