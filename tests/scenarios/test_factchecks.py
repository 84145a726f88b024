"""Rumours over time: entered at the desk or seen in a feed, never sent unread, corrected and taken back."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.campaigns import authoring, operations
from emergency_kepu.checking.seen import rumours, what_was_seen
from emergency_kepu.checking.wish import CheckWish
from emergency_kepu.checking.write import write
from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import Refused, UserError
from emergency_kepu.domain.factcheck import CheckWords, Verdict
from emergency_kepu.domain.incident import Incident
from emergency_kepu.domain.recipient import Recipient
from emergency_kepu.matching.policy import Audience, Policy, When
from emergency_kepu.settings import FeedSettings, Settings
from emergency_kepu.store import incidents, recipients
from emergency_kepu.store.campaigns import CampaignRow
from tests.scenarios import test_steps as steps
from tests.scenarios.rig import Rig
from tests.scenarios.test_steps import AT, someone

WORDS = {
    "zh-Hans": CheckWords(claim="今晚有8级地震", fact="没有部门发布过地震预报。", evidence="“预报单”是拼接的图片。"),
    "en": CheckWords(
        claim="A quake will hit tonight.", fact="Nobody has forecast one.", evidence="The notice is a forged picture."
    ),
}
WISH = CheckWish(
    verdict=Verdict.REFUTED,
    words=WORDS,
    places=("500103",),
    source="重庆市地震局",
    channels=("sms",),
    about="earthquake",
)
REVIEW = {
    "@type": "ClaimReview",
    "url": "https://checks.example.org/1",
    "claimReviewed": "今晚有8级地震",
    "inLanguage": "zh-CN",
    "datePublished": AT.isoformat(),
    "author": {"name": "重庆市地震局"},
    "reviewBody": "没有部门发布过地震预报。",
    "reviewRating": {"alternateName": "谣言", "ratingExplanation": "“预报单”是拼接的图片。"},
    "contentLocation": {"name": "渝中区", "identifier": "500103"},
}


def rig_with(folder: Path, *people: Recipient, policy: Policy | None = None, trusted: bool = False) -> Rig:
    return Rig(folder, people or [someone()], settings(policy, trusted=trusted))


def settings(policy: Policy | None = None, *, trusted: bool = False) -> Settings:
    found = steps.settings(steps=())
    rule = policy or Policy(name="rumours", when=When(hazards=("rumour",)), mode="auto", channels=("sms",))
    content = msgspec.structs.replace(found.content, trust_shipped=trusted)
    feeds = {"checks": FeedSettings(format="claim_review", official=True)}
    return msgspec.structs.replace(found, policies=(rule, *found.policies), feeds=feeds, content=content)


def draft(rig: Rig, wish: CheckWish = WISH, actor: str = "qian") -> CampaignRow:
    rig.clock.at = max(rig.clock.at, AT)
    with rig.database.begin() as conn:
        return write(conn, wish, rig.settings, actor=actor, now=rig.clock.now(), wall=0.0, contact=None)


def send(rig: Rig, row: CampaignRow) -> None:
    """Two people say yes."""
    with rig.database.begin() as conn:
        if row.state.value == "draft":
            operations.submit(conn, row.id, actor="qian", now=rig.clock.now())
        publish_in(
            conn,
            operations.approve(
                conn, row.id, actor="wang", now=rig.clock.now(), wall=0.0, unsigned=rig.services.unsigned, override=True
            ),
            rig.clock,
        )
    rig.run()


def review(**changes: object) -> bytes:
    return json.dumps({**REVIEW, **changes}).encode()


def incident(rig: Rig) -> Incident:
    with rig.database.reading() as conn:
        (found,) = incidents.listing(conn, hazard="rumour")
        return found


def told(rig: Rig) -> list[tuple[str, str]]:
    return rig.accepted("sms")


def test_what_is_entered_goes_out_after_another_person_has_read_it(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    row = draft(rig)
    assert draft(rig).id == row.id, "pressed twice is one draft"
    rig.run(until=timedelta(hours=1))
    assert told(rig) == []
    with rig.database.begin() as conn:
        operations.submit(conn, row.id, actor="qian", now=rig.clock.now())
    with rig.database.begin() as conn, pytest.raises(Refused):
        operations.approve(conn, row.id, actor="qian", now=rig.clock.now(), wall=0.0, unsigned=rig.services.unsigned)
    send(rig, rig.campaigns()[0])
    ((_, text),) = told(rig)
    for part in ("市地震局", "渝中区", "没有部门发布过", "今晚有8级地震", "不是真的", "拼接的图片", "只信官方"):
        assert part in text
    assert rig.campaigns()[0].title == "今晚有8级地震", "the desk sees what it is about"


def test_readers_of_a_language_that_nobody_wrote_get_the_desks_own(tmp_path: Path) -> None:
    people = [msgspec.structs.replace(someone(f"p-{tag}"), locale=tag) for tag in ("en-GB", "zh-TW", "ja")]
    rig = rig_with(tmp_path, *people)
    send(rig, draft(rig))
    texts = dict(told(rig))
    assert "This is false." in texts["+p-en-GB"]
    assert "不是真的" in texts["+p-ja"]
    assert "不是真的" in texts["+p-zh-TW"], "simplified, since nobody wrote it in traditional characters"
    reasons = {str(row["recipient_id"]): row["reason"] for row in rig.deliveries()}
    assert reasons["p-ja"] == Reason.LOCALE_FALLBACK.value


def test_one_that_is_not_written_in_the_default_language_is_sent_in_another(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    send(rig, draft(rig, msgspec.structs.replace(WISH, words={"en": WORDS["en"]})))
    assert "This is false." in told(rig)[0][1]


def test_a_correction_says_so_to_those_who_were_told_and_to_newcomers(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    send(rig, draft(rig))
    with rig.database.begin() as conn:
        recipients.save_all(conn, [someone("p-2")])
    other = msgspec.structs.replace(WISH, verdict=Verdict.UNPROVEN, incident=incident(rig).id)
    row = draft(rig, other)
    assert (row.revision, row.kind) == (2, CampaignKind.UPDATE)
    send(rig, row)
    assert [target for target, _ in told(rig)] == ["+p-1", "+p-1", "+p-2"]
    assert "更正：此前的核实结论是“不实”，现在改为“没有证据”。" in told(rig)[1][1]
    with pytest.raises(Refused, match="says just that already"):
        draft(rig, other)


def test_a_draft_that_nobody_has_approved_is_replaced_whole(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    first = draft(rig)
    second = draft(rig, msgspec.structs.replace(WISH, verdict=Verdict.MISLEADING, incident=first.incident_id))
    assert (second.revision, second.kind) == (2, CampaignKind.ISSUE)
    assert [row.state.value for row in rig.campaigns()] == ["superseded", "draft"]
    send(rig, second)
    assert "误导" in told(rig)[0][1]
    assert "更正" not in told(rig)[0][1], "nobody was told the first"


def test_what_is_taken_back_is_told_to_those_who_got_it_and_does_not_name_the_claim(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    send(rig, draft(rig))
    rig.clock.at += timedelta(days=20)
    rig.run()
    with rig.database.begin() as conn:
        row = authoring.end(conn, incident(rig).id, source="重庆市地震局", actor="qian", now=rig.clock.now(), wall=0.0)
    assert row is not None
    send(rig, row)
    text = told(rig)[1][1]
    assert "撤回" in text
    assert "8级" not in text
    with pytest.raises(Refused, match="taken back"):
        draft(rig, msgspec.structs.replace(WISH, incident=incident(rig).id))
    with pytest.raises(Refused, match="taken back"):
        draft(rig)


@pytest.mark.parametrize("trusted", [False, True])
def test_a_fact_checkers_words_wait_even_where_a_policy_sends_by_itself(tmp_path: Path, trusted: bool) -> None:
    rig = rig_with(tmp_path, trusted=trusted)
    rig.feed("checks", review(), at=AT + timedelta(minutes=1))
    (row,) = rig.campaigns()
    assert row.state.value == "waiting"
    assert Reason.CONTENT_UNREVIEWED.value in rig.reasons()
    assert told(rig) == []
    send(rig, row)
    assert "不是真的" in told(rig)[0][1]
    rig.feed("checks", review(), at=AT + timedelta(minutes=9))
    assert len(told(rig)) == 1


def test_another_verdict_is_a_correction_that_waits_and_other_words_are_no_news(tmp_path: Path) -> None:
    rig = rig_with(tmp_path, trusted=True)
    rig.feed("checks", review(), at=AT + timedelta(minutes=1))
    send(rig, rig.campaigns()[0])
    later = (AT + timedelta(minutes=20)).isoformat()
    rig.feed("checks", review(dateModified=later, reviewBody="没有任何预报。"), at=AT + timedelta(minutes=21))
    assert len(rig.campaigns()) == 1
    later = (AT + timedelta(minutes=30)).isoformat()
    other = {"alternateName": "没有证据", "ratingExplanation": "还在核实。"}
    rig.feed("checks", review(dateModified=later, reviewRating=other), at=AT + timedelta(minutes=31))
    assert [row.state.value for row in rig.campaigns()] == ["finished", "waiting"]
    send(rig, rig.campaigns()[1])
    assert "更正" in told(rig)[1][1]


def test_a_correction_that_was_refused_hides_no_later_one(tmp_path: Path) -> None:
    rig = rig_with(tmp_path, trusted=True)
    rig.feed("checks", review(), at=AT + timedelta(minutes=1))
    send(rig, rig.campaigns()[0])
    row = draft(rig, msgspec.structs.replace(WISH, verdict=Verdict.UNPROVEN, incident=incident(rig).id))
    with rig.database.begin() as conn:
        operations.submit(conn, row.id, actor="qian", now=rig.clock.now())
        operations.reject(conn, row.id, actor="wang", now=rig.clock.now())
    stands = incident(rig).check
    assert stands is not None
    assert stands.verdict is Verdict.REFUTED, "what the public was told"
    later = (AT + timedelta(minutes=30)).isoformat()
    other = {"alternateName": "没有证据", "ratingExplanation": "还在核实。"}
    rig.feed("checks", review(dateModified=later, reviewRating=other), at=AT + timedelta(minutes=31))
    assert rig.campaigns()[-1].state.value == "waiting"


def test_two_rumours_of_one_place_and_one_checker_are_two(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    other = {**REVIEW, "url": "https://checks.example.org/2", "claimReviewed": "水库垮了"}
    rig.feed("checks", json.dumps([REVIEW, other]).encode(), at=AT + timedelta(minutes=1))
    assert sorted(row.title for row in rig.campaigns()) == ["今晚有8级地震", "水库垮了"]


def test_one_without_a_verdict_waits_for_somebody_to_check_it(tmp_path: Path) -> None:
    rig = rig_with(tmp_path)
    rig.feed("checks", review(reviewRating={"alternateName": "看情况"}), at=AT + timedelta(minutes=1))
    assert rig.campaigns() == []
    assert Reason.CHECK_INCOMPLETE.value in rig.reasons()
    with rig.database.reading() as conn:
        (view,) = rumours(conn)
        seen = what_was_seen(conn, view.incident)
    assert view.check is None
    assert seen == {"zh-Hans": CheckWords(claim="今晚有8级地震", fact="没有部门发布过地震预报。", evidence="")}
    row = draft(rig, msgspec.structs.replace(WISH, incident=view.incident))
    send(rig, row)
    assert "不是真的" in told(rig)[0][1]
    with rig.database.reading() as conn:
        (after,) = rumours(conn)
    assert after.check is not None
    assert after.state == "finished"


def test_a_check_without_a_place_goes_where_its_policy_says(tmp_path: Path) -> None:
    rule = Policy(
        name="rumours",
        when=When(hazards=("rumour",)),
        mode="approve",
        channels=("sms",),
        audience=Audience(within="places", places=("500000",)),
    )
    rig = rig_with(tmp_path, policy=rule)
    rig.feed("checks", review(contentLocation=None), at=AT + timedelta(minutes=1))
    send(rig, rig.campaigns()[0])
    assert "重庆市" in told(rig)[0][1]


def test_only_a_rumour_can_be_checked(tmp_path: Path) -> None:
    rig = steps.rig_with(tmp_path)
    rig.feed("cap", steps.alert(), at=AT)
    with pytest.raises(UserError, match="is no rumour"):
        draft(rig, msgspec.structs.replace(WISH, incident=rig.campaigns()[0].incident_id))


def test_what_reaches_many_needs_a_second_person(tmp_path: Path) -> None:
    rig = rig_with(tmp_path, someone(), someone("p-2"))
    guards = msgspec.structs.replace(rig.settings.guards, blast_radius=1)
    rig.settings = msgspec.structs.replace(rig.settings, guards=guards)
    assert draft(rig).approvals_needed == 2
