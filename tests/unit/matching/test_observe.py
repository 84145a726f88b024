"""One alert becomes one observation a hazard, whatever its languages and holes."""

from datetime import UTC, datetime, timedelta

from emergency_kepu.domain.alert import Alert, Area, Circle, Effect, Info, Reference
from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.correlate import Change, applied, correlate
from emergency_kepu.matching.observe import Observation, observe

NOW = datetime(2026, 7, 4, 2, 0, tzinfo=UTC)
AREA = Area(desc="长宁县", geocodes={"adcode": ("511524",)})


def _alert(*infos: Info, **changes: object) -> Alert:
    fields: dict[str, object] = {
        "identifier": "A1",
        "sender": "office@example.cn",
        "sent": NOW,
        "status": "Actual",
        "msg_type": "Alert",
        "scope": "Public",
        "effect": Effect.ISSUE,
        "infos": infos,
    }
    return Alert(**{**fields, **changes})  # type: ignore[arg-type]


def _see(alert: Alert, feed: str = "cap") -> tuple[Observation, ...]:
    return observe(alert, feed=feed, expires=NOW + timedelta(hours=6), now=NOW)


def test_two_languages_are_one_observation():
    infos = (
        Info(language="zh-CN", event="高温", hazard="heat", severity="Severe", headline="高温橙色预警", areas=(AREA,)),
        Info(language="en", event="odd words", hazard=None, severity="Severe", headline="Heat warning", areas=(AREA,)),
    )
    (seen,) = _see(_alert(*infos))
    assert seen.headlines == {"zh-CN": "高温橙色预警", "en": "Heat warning"}
    assert (seen.place_codes, seen.severity, seen.category) == (("511524",), Severity.SEVERE, "natural")


def test_two_hazards_are_two_observations_and_an_unknown_one_is_none():
    both = _alert(Info(event="a", hazard="heat"), Info(event="b", hazard="wildfire"), Info(event="c"))
    assert [seen.hazard for seen in _see(both)] == ["heat", "wildfire"]
    assert _see(_alert(Info(event="lost child"))) == ()


def test_a_cancel_without_infos_still_ends_what_it_names():
    (seen,) = _see(_alert(Info(event="暴雨", hazard="rainstorm", sender_name="长宁县气象台", areas=(AREA,))))
    incident = applied(seen, correlate(seen, []), incident_id="i", tz="UTC")
    named = (Reference(sender="office@example.cn", identifier="A1", sent=NOW),)
    later = NOW + timedelta(hours=1)
    (cancel,) = _see(_alert(identifier="A2", sent=later, effect=Effect.CANCEL, msg_type="Cancel", references=named))
    match = correlate(cancel, [incident])
    assert match.change is Change.ENDED
    assert applied(cancel, match, incident_id="i", tz="UTC").source_name == "长宁县气象台"


def test_numbers_are_read_and_other_words_left_out():
    info = Info(hazard="earthquake", parameters={"magnitude": ("5.9",), "depth_km": ("shallow",), "note": ("7",)})
    (seen,) = _see(_alert(info))
    assert seen.values == {"magnitude": 5.9}


def test_a_point_comes_from_the_first_circle():
    area = Area(desc="near", circles=(Circle(lat=28.58, lon=104.92),))
    (seen,) = _see(_alert(Info(hazard="earthquake", areas=(area,))))
    assert (seen.lat, seen.lon, seen.place_codes) == (28.58, 104.92, ("511524",))


def test_who_is_for_the_public():
    info = Info(hazard="heat")
    cases = {("Actual", "Public"): True, ("Exercise", "Public"): True, ("Draft", "Public"): False}
    cases[("Actual", "Private")] = False
    for (status, scope), public in cases.items():
        assert _see(_alert(info, status=status, scope=scope))[0].public is public


def test_a_stated_end_is_told_from_an_assumed_one():
    stated = Info(hazard="heat", expires=NOW + timedelta(hours=1))
    assert _see(_alert(stated))[0].expires_stated
    assert not _see(_alert(Info(hazard="heat")))[0].expires_stated


def test_an_upgraded_warning_is_no_end():
    (seen,) = _see(_alert(Info(hazard="heat"), effect=Effect.CANCEL, flags=("upgraded",)))
    assert seen.effect is Effect.INFO
