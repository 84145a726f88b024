"""Each guard objects where it should, and only there; the most restrictive answer wins."""

from datetime import UTC, datetime, timedelta

import pytest

from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.guards import AGREES, GUARDS, NOT_ASKED, decide
from emergency_kepu.matching.guards.context import ReviewState
from emergency_kepu.matching.policy import QuietHours

AUTO = Decision(action=Action.LAUNCH, reason=Reason.POLICY_AUTO, guard="policy", detail="policy 'p' sends it")
APPROVE = Decision(action=Action.DRAFT, reason=Reason.POLICY_APPROVE, guard="policy", detail="policy 'p' prepares it")
NOW = datetime(2026, 7, 4, 2, 5, tzinfo=UTC)  # 10:05 in Shanghai
NIGHT = datetime(2026, 7, 4, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai
QUIET = QuietHours(start="22:00", end="07:00")

OBJECTIONS = [
    ("authority", {"official": False}, Action.DRAFT, Reason.AUTHORITY),
    ("scope", {"scope": "Private"}, Action.WATCH, Reason.SCOPE_NOT_PUBLIC),
    ("scope", {"scope": ""}, Action.WATCH, Reason.SCOPE_NOT_PUBLIC),
    ("scope", {"status": "System"}, Action.IGNORE, Reason.STATUS_NOT_ACTUAL),
    ("scope", {"status": "Draft"}, Action.IGNORE, Reason.STATUS_NOT_ACTUAL),
    ("drill", {"status": "Exercise"}, Action.LAUNCH, Reason.DRILL_ONLY),
    ("drill", {"status": "Test"}, Action.LAUNCH, Reason.DRILL_ONLY),
    ("review", {"review": ReviewState.MISSING}, Action.WATCH, Reason.CONTENT_MISSING),
    ("review", {"review": ReviewState.EXPIRED}, Action.DRAFT, Reason.CONTENT_REVIEW_EXPIRED),
    ("review", {"review": ReviewState.SHIPPED}, Action.DRAFT, Reason.CONTENT_UNREVIEWED),
    ("staleness", {"expires": NOW}, Action.WATCH, Reason.EXPIRED),
    ("staleness", {"sent": None}, Action.DRAFT, Reason.STALE),
    ("staleness", {"sent": NOW - timedelta(hours=6, seconds=1)}, Action.WATCH, Reason.STALE),
    ("staleness", {"happened": NOW - timedelta(days=3)}, Action.WATCH, Reason.STALE),
    ("staleness", {"backlog": True}, Action.DRAFT, Reason.FIRST_SEEN_AT_STARTUP),
    ("staleness", {"places_known": False}, Action.DRAFT, Reason.UNKNOWN_PLACE),
    ("silence", {"silenced_by": "s-1: pump test"}, Action.WATCH, Reason.SILENCED),
    (
        "cooldown",
        {
            "last_similar": NOW - timedelta(minutes=59),
            "last_similar_severity": Severity.SEVERE,
            "cooldown_minutes": 60.0,
        },
        Action.DRAFT,
        Reason.COOLDOWN,
    ),
    ("quiet_hours", {"now": NIGHT, "sent": NIGHT, "quiet": QUIET}, Action.DRAFT, Reason.QUIET_HOURS),
    ("blast_radius", {"audience": 1_001}, Action.DRAFT, Reason.BLAST_RADIUS),
    ("flood", {"automatic_last_hour": 12}, Action.DRAFT, Reason.FLOOD),
    ("foreign_words", {"foreign_words": True}, Action.DRAFT, Reason.CONTENT_UNREVIEWED),
]

AGREEMENTS = [
    ("review", {"review": ReviewState.SHIPPED, "trust_shipped": True}),
    ("staleness", {"sent": NOW - timedelta(hours=6)}),
    ("staleness", {"expires": None}),
    ("staleness", {"happened": NOW - timedelta(hours=1)}),
    (
        "cooldown",
        {
            "last_similar": NOW - timedelta(minutes=60),
            "last_similar_severity": Severity.SEVERE,
            "cooldown_minutes": 60.0,
        },
    ),
    (
        "cooldown",
        {
            "last_similar": NOW - timedelta(minutes=1),
            "last_similar_severity": Severity.MODERATE,
            "cooldown_minutes": 60.0,
        },
    ),
    ("quiet_hours", {"quiet": QUIET}),
    ("quiet_hours", {"now": NIGHT, "quiet": QUIET, "severity": Severity.EXTREME}),
    ("quiet_hours", {"now": NIGHT, "quiet": QUIET, "tz": "America/Lima"}),
    ("blast_radius", {"audience": 1_000}),
    ("blast_radius", {"audience": 10**9, "blast_radius": 0}),
    ("flood", {"automatic_last_hour": 11}),
]


@pytest.mark.parametrize(("guard", "changes", "action", "reason"), OBJECTIONS)
def test_objects(context, guard, changes, action, reason):
    said = GUARDS[guard](context(**changes))
    assert said is not None
    assert (said.action, said.reason, said.guard) == (action, reason, guard)
    assert said.detail
    assert decide(context(**changes), AUTO).action is action


@pytest.mark.parametrize(("guard", "changes"), AGREEMENTS)
def test_agrees(context, guard, changes):
    assert GUARDS[guard](context(**changes)) is None


def test_every_guard_is_tried_here():
    assert {case[0] for case in OBJECTIONS} == set(GUARDS) == set(AGREES)


def test_a_calm_case_launches_without_a_person(context):
    verdict = decide(context(), AUTO)
    assert (verdict.action, verdict.approvals) == (Action.LAUNCH, 0)
    assert verdict.decisions == (AUTO,)


@pytest.mark.parametrize(
    ("changes", "says", "approvals"),
    [
        ({"official": False}, AUTO, 1),
        ({}, APPROVE, 1),
        ({"policy_approvers": 2}, APPROVE, 2),
        ({"audience": 2_000}, AUTO, 2),
        ({"audience": 2_000, "policy_approvers": 3}, APPROVE, 3),
        ({"scope": "Private", "audience": 2_000}, AUTO, 0),
    ],
)
def test_how_many_people_must_approve(context, changes, says, approvals):
    assert decide(context(**changes), says).approvals == approvals


def test_the_most_restrictive_answer_wins_and_all_are_kept(context):
    verdict = decide(context(official=False, scope="Restricted", audience=5_000), APPROVE)
    assert verdict.action is Action.WATCH
    assert [decision.guard for decision in verdict.decisions] == ["policy", "scope", "authority", "blast_radius"]


def test_the_trace_has_a_sentence_of_every_guard(context):
    verdict = decide(context(official=False), AUTO, only=("scope", "authority"))
    assert [answer.guard for answer in verdict.trace] == list(GUARDS)
    said = {answer.guard: answer for answer in verdict.trace}
    assert said["authority"].objection is not None
    assert said["authority"].sentence == said["authority"].objection.detail
    assert said["scope"].sentence == AGREES["scope"]
    assert said["flood"].sentence == NOT_ASKED


def test_quiet_hours_within_one_day(context):
    noon = QuietHours(start="12:00", end="14:00")
    at_one = datetime(2026, 7, 4, 5, 0, tzinfo=UTC)
    assert GUARDS["quiet_hours"](context(now=at_one, quiet=noon)) is not None
    assert GUARDS["quiet_hours"](context(now=at_one + timedelta(hours=1), quiet=noon)) is None, "the end is excluded"
