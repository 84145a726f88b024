"""Whatever arrives in whatever order: drills and private messages change nothing public, and repeats change nothing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from emergency_kepu.domain.alert import Effect
from emergency_kepu.domain.incident import AlertKey, Incident
from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.correlate import Change, applied, correlate
from emergency_kepu.matching.keys import kept_under, looked_for, places_holding
from emergency_kepu.matching.observe import Observation
from emergency_kepu.places.gazetteer import contains

T0 = datetime(2026, 7, 4, tzinfo=UTC)


@st.composite
def observations(draw: st.DrawFn, *, wide: bool = False) -> Observation:
    """Few values of each kind, so that messages do meet. `wide`: also places that hold others, and several at once."""
    feed = draw(st.sampled_from(["a", "b"]))
    hazard, category = draw(
        st.sampled_from([("rainstorm", "natural"), ("earthquake", "natural"), ("cholera", "health")])
    )
    place = draw(st.sampled_from(["511524", "511500", "110101"]))
    places = st.lists(st.sampled_from(["511524", "511525", "511500", "510000", "CN", "JP", "110101"]), max_size=2)
    sent = T0 + timedelta(minutes=draw(st.integers(0, 60)))
    number = draw(st.integers(0, 8))
    references = draw(st.sets(st.integers(0, 8), max_size=2))
    return Observation(
        key=AlertKey(sender=feed, identifier=f"m{number}", sent=sent),
        feed=feed,
        issuer=f"{feed}|office|{place}",
        hazard=hazard,
        category=category,
        effect=draw(st.sampled_from(list(Effect))),
        status=draw(st.sampled_from(["Actual", "Actual", "Actual", "Exercise", "Test", "System", "Draft"])),
        scope=draw(st.sampled_from(["Public", "Public", "Public", "Restricted", "Private", ""])),
        severity=draw(st.sampled_from(list(Severity))),
        colour=None,
        sent=sent,
        onset=T0,
        expires=draw(st.sampled_from([None, T0 + timedelta(hours=1), T0 + timedelta(hours=2)])),
        expires_stated=True,
        place_codes=tuple(draw(places)) if wide else draw(st.sampled_from([(), (place,)])),
        place_text="",
        lat=28.0,
        lon=draw(st.sampled_from([104.0, 104.5, 110.0])),
        source_name="office",
        references=tuple(AlertKey(sender=feed, identifier=f"m{other}") for other in sorted(references)),
        headlines={},
        values={"magnitude": draw(st.sampled_from([4.0, 5.0, 5.2]))},
    )


def _live_through(messages: list[Observation], world: dict[str, Incident] | None = None) -> dict[str, Incident]:
    """What intake does with messages, without its store: candidates newest first, ids from the opening message."""
    incidents = dict(world or {})
    for message in messages:
        candidates = sorted(incidents.values(), key=lambda item: (item.updated_at, item.id), reverse=True)
        match = correlate(message, candidates)
        if match.change is Change.NOTHING_TO_END:
            continue
        digest = f"{message.key.sender}-{message.key.identifier}-{message.key.sent}-{message.status}-{message.scope}"
        incident = applied(message, match, incident_id=f"i-{message.hazard}-{digest}", tz="UTC")
        incidents[incident.id] = incident
    return incidents


def _for_the_public(message: Observation) -> bool:
    return message.status == "Actual" and message.scope == "Public"


@settings(max_examples=150, deadline=None)
@given(st.lists(observations(), max_size=10))
def test_the_public_world_is_the_same_without_drills_and_private_messages(messages: list[Observation]) -> None:
    everything = _live_through(messages)
    public = {key: item for key, item in everything.items() if item.public and not item.drill}
    assert public == _live_through([message for message in messages if _for_the_public(message)])


@settings(max_examples=150, deadline=None)
@given(st.lists(observations(), max_size=8))
def test_what_is_over_never_opens_again_by_an_older_message(messages: list[Observation]) -> None:
    world: dict[str, Incident] = {}
    for message in messages:
        before, world = world, _live_through([message], world)
        for key, incident in before.items():
            if message.sent < incident.updated_at and message.feed == incident.feeds[0]:
                after = world[key]
                assert (after.status, after.severity, after.revision, after.updated_at) == (
                    incident.status,
                    incident.severity,
                    incident.revision,
                    incident.updated_at,
                )


@settings(max_examples=150, deadline=None)
@given(st.lists(observations(), max_size=8), observations())
def test_a_message_handed_over_twice_in_a_row_counts_once(messages: list[Observation], last: Observation) -> None:
    once = _live_through([*messages, last])
    twice = _live_through([last], once)
    assert {key: item.revision for key, item in twice.items()} == {key: item.revision for key, item in once.items()}


@settings(max_examples=300, deadline=None)
@given(st.lists(observations(wide=True), max_size=12), observations(wide=True))
def test_what_is_found_by_keys_is_what_is_found_among_all(messages: list[Observation], last: Observation) -> None:
    world = sorted(_live_through(messages).values(), key=lambda item: (item.updated_at, item.id), reverse=True)
    wanted = looked_for(last)
    named = {last.key.identifier, *(key.identifier for key in last.references)}
    few = [
        incident
        for incident in world
        if wanted is None
        or set(wanted) & set(kept_under(incident))
        or named & {key.identifier for key in incident.alerts}
    ]
    assert correlate(last, few) == correlate(last, world)


CODES = st.sampled_from(["511524", "511525", "511500", "510000", "500112", "110101", "110000", "CN", "JP", "KR"])


@given(CODES, CODES)
def test_every_place_that_holds_another_is_among_its_keys(outer: str, inner: str) -> None:
    assert not contains(outer, inner) or outer in places_holding(inner)
