"""No configuration can make a drill leak, and nothing launches by itself against a guard."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from emergency_kepu.campaigns.drafting import draft, facts_of
from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.incident import AlertKey, Incident
from emergency_kepu.domain.recipient import AudienceQuery, Recipient, RecipientKind
from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.audience import felt_radius_km, query_for, selects
from emergency_kepu.matching.guards import decide
from emergency_kepu.matching.guards.context import GuardContext, ReviewState
from emergency_kepu.matching.policy import Audience, Policy, QuietHours
from emergency_kepu.store import recipients as stored
from emergency_kepu.store.tables import metadata

NOW = datetime(2026, 7, 4, 2, 0, tzinfo=UTC)
PLACES = ("511524", "511500", "510000", "110101", "CN", "SD")
CHANNELS = ("sms", "rooms", "drills")
AUTO = Decision(action=Action.LAUNCH, reason=Reason.POLICY_AUTO, guard="policy", detail="automatic")

places = st.lists(st.sampled_from(PLACES), max_size=3).map(tuple)
tags = st.lists(st.sampled_from(("school", "clinic", "travel")), max_size=2, unique=True).map(tuple)
channels = st.lists(st.sampled_from(CHANNELS), max_size=3, unique=True).map(tuple)
locales = st.lists(st.sampled_from(("zh-Hans", "en")), max_size=2, unique=True).map(tuple)
kinds = st.lists(st.sampled_from(list(RecipientKind)), max_size=2, unique=True).map(tuple)

audiences = st.builds(
    Audience,
    within=st.sampled_from(["incident", "felt", "places"]),
    places=places,
    kinds=kinds,
    tags_any=tags,
    tags_all=tags,
    locales=locales,
)
policies = st.builds(
    Policy,
    name=st.just("any"),
    mode=st.sampled_from(["auto", "approve"]),
    channels=channels,
    drill_channels=channels,
    audience=audiences,
)
readers = st.builds(
    Recipient,
    id=st.uuids().map(str),
    kind=st.sampled_from(list(RecipientKind)),
    locale=st.sampled_from(("zh-Hans", "en")),
    place=st.sampled_from(PLACES),
    addresses=st.just(()),
    tags=tags,
    drill=st.booleans(),
)


def _incident(*, drill: bool, codes: tuple[str, ...]) -> Incident:
    return Incident(
        id="i",
        hazard="earthquake",
        title="t",
        opened_at=NOW,
        updated_at=NOW,
        place_codes=codes,
        lat=28.4,
        lon=104.9,
        drill=drill,
        values={"magnitude": 5.5, "depth_km": 10.0},
        latest=AlertKey(sender="s", identifier="x", sent=NOW),
    )


@settings(max_examples=100, deadline=None)
@given(policies, st.booleans(), places, st.lists(readers, max_size=6))
def test_a_drill_and_the_real_thing_never_share_a_channel_list_or_a_recipient(
    policy: Policy, drill: bool, codes: tuple[str, ...], people: list[Recipient]
) -> None:
    incident = _incident(drill=drill, codes=codes)
    query = query_for(incident, policy)
    row = draft(
        incident,
        policy,
        kind=CampaignKind.ISSUE,
        revision=1,
        query=query,
        reached=(),
        also_audience=False,
        approvals=0,
        facts=facts_of(incident, issued_at=NOW, source_names={}),
        now=NOW,
        accepted_at=NOW,
        accepted_wall=0.0,
    )
    assert (row.drill, row.spec.drill, query.drill) == (drill, drill, drill)
    assert row.spec.channels == (policy.drill_channels if drill else policy.channels)
    assert all(person.drill is drill for person in people if selects(query, person))


contexts = st.builds(
    GuardContext,
    now=st.just(NOW),
    tz=st.sampled_from(["Asia/Shanghai", "UTC", "America/Lima"]),
    hazard=st.just("rainstorm"),
    severity=st.sampled_from(list(Severity)),
    status=st.sampled_from(["Actual", "Exercise", "Test", "System", "Draft", ""]),
    scope=st.sampled_from(["Public", "Restricted", "Private", ""]),
    official=st.booleans(),
    source_name=st.just("office"),
    sent=st.none() | st.timedeltas(timedelta(0), timedelta(hours=12)).map(lambda age: NOW - age),
    expires=st.none() | st.timedeltas(timedelta(hours=-2), timedelta(hours=2)).map(lambda left: NOW + left),
    backlog=st.booleans(),
    places_known=st.booleans(),
    review=st.sampled_from(list(ReviewState)),
    trust_shipped=st.booleans(),
    max_age_hours=st.just(6.0),
    silenced_by=st.sampled_from(["", "s-1"]),
    quiet=st.none() | st.just(QuietHours(start="22:00", end="07:00")),
    audience=st.integers(0, 10),
    blast_radius=st.just(5),
    automatic_last_hour=st.integers(0, 4),
    flood_per_hour=st.just(3),
)


@settings(max_examples=300, deadline=None)
@given(contexts)
def test_what_launches_by_itself_is_official_public_current_reviewed_and_within_bounds(context: GuardContext) -> None:
    verdict = decide(context, AUTO)
    if verdict.action is not Action.LAUNCH:
        return
    assert verdict.approvals == 0
    assert context.official
    assert context.scope == "Public"
    assert context.status in ("Actual", "Exercise", "Test")
    assert context.sent is not None
    assert context.sent >= NOW - timedelta(hours=6)
    assert context.expires is None or context.expires > NOW
    assert context.places_known
    assert not context.backlog
    assert not context.silenced_by
    assert context.review is ReviewState.VALID or (context.review is ReviewState.SHIPPED and context.trust_shipped)
    assert context.audience <= context.blast_radius
    assert context.automatic_last_hour < context.flood_per_hour


@settings(max_examples=200, deadline=None)
@given(contexts, st.sampled_from([Action.LAUNCH, Action.DRAFT, Action.WATCH, Action.IGNORE]))
def test_no_guard_loosens_what_the_policy_says(context: GuardContext, said: Action) -> None:
    order = [Action.LAUNCH, Action.DRAFT, Action.WATCH, Action.IGNORE]
    says = Decision(action=said, reason=Reason.OPERATOR, guard="policy", detail="")
    verdict = decide(context, says)
    assert order.index(verdict.action) >= order.index(said)
    assert (verdict.approvals > 0) is (verdict.action is Action.DRAFT)


queries = st.builds(
    AudienceQuery,
    places=places,
    kinds=kinds,
    tags_any=tags,
    tags_all=tags,
    locales=locales,
    nobody=st.booleans(),
    drill=st.booleans(),
)


@settings(max_examples=80, deadline=None)
@given(queries, st.lists(readers, max_size=8))
def test_the_store_selects_whom_the_pure_rule_selects(query: AudienceQuery, people: list[Recipient]) -> None:
    engine = create_engine("sqlite://")
    metadata.tables["recipients"].create(engine)
    with engine.begin() as conn:
        stored.save_all(conn, people)
        found = {person.id for person in stored.page(conn, query, after="", limit=100)}
    engine.dispose()
    assert found == {person.id for person in people if selects(query, person)}


@given(st.floats(3, 8), st.floats(0, 1), st.floats(1, 100))
def test_a_stronger_earthquake_is_felt_at_least_as_far(magnitude: float, more: float, depth: float) -> None:
    assert felt_radius_km(magnitude + more, depth) >= felt_radius_km(magnitude, depth)
