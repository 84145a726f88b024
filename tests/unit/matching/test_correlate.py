"""Which incident an alert belongs to, and what it did to it: one test a rule, each with its counterpart."""

from datetime import timedelta

import msgspec
import pytest

from emergency_kepu.domain.alert import Effect
from emergency_kepu.domain.incident import AlertKey, IncidentStatus
from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.correlate import Change, applied, correlate


def test_an_unknown_event_is_new_and_an_unknown_cancel_opens_nothing(rain):
    assert correlate(rain(), []).change is Change.NEW
    match = correlate(rain(effect=Effect.CANCEL), [])
    assert (match.incident, match.change) == (None, Change.NOTHING_TO_END)


def test_a_chinese_list_chains_by_office_hazard_and_place(rain, opened, follow):
    incident = opened(rain())
    match, red = follow(incident, rain(30, id="rain-2", severity=Severity.EXTREME, colour="red"))
    assert match.change is Change.ESCALATED
    assert (red.id, red.severity, red.colour, red.revision) == (incident.id, Severity.EXTREME, "red", 2)
    match, ended = follow(red, rain(90, id="rain-3", effect=Effect.CANCEL, severity=Severity.UNKNOWN))
    assert match.change is Change.ENDED
    assert ended.status is IncidentStatus.CANCELLED
    assert ended.severity is Severity.EXTREME, "people are told the end of what they were warned of"


@pytest.mark.parametrize(
    "other",
    [{"hazard": "hail"}, {"issuer": "nmc|兴文县气象台|511528", "place_codes": ("511528",)}],
    ids=["hazard", "office"],
)
def test_another_hazard_or_office_is_another_incident(rain, opened, follow, other):
    assert follow(opened(rain()), rain(30, id="rain-2", **other))[0].change is Change.NEW


def test_a_lower_level_is_a_downgrade(rain, opened, follow):
    match, after = follow(opened(rain()), rain(30, id="rain-2", severity=Severity.MODERATE, colour="yellow"))
    assert (match.change, after.severity) == (Change.DOWNGRADED, Severity.MODERATE)


def test_a_warning_after_the_all_clear_is_a_new_incident_and_a_late_copy_is_not(rain, opened, follow):
    _, ended = follow(opened(rain()), rain(60, id="rain-2", effect=Effect.CANCEL))
    assert follow(ended, rain(120, id="rain-3"))[0].change is Change.NEW
    assert follow(ended, rain(20, id="rain-1b"))[0].change is Change.OLDER


def test_after_it_ran_out_the_same_office_opens_a_new_incident(rain, opened, follow):
    incident = opened(rain())
    lapsed = msgspec.structs.replace(incident, status=IncidentStatus.EXPIRED)
    assert follow(lapsed, rain(26 * 60, id="rain-2"))[0].change is Change.NEW
    assert follow(incident, rain(24 * 60 + 30, id="rain-2"))[0].change is not Change.NEW, "renewed a little late"


def test_what_was_sent_earlier_changes_nothing_even_a_cancel(rain, opened, follow):
    _, later = follow(opened(rain()), rain(60, id="rain-2", severity=Severity.EXTREME))
    for late in (rain(30, id="rain-x"), rain(30, id="rain-x", effect=Effect.CANCEL)):
        match, after = follow(later, late)
        assert match.change is Change.OLDER
        assert (after.severity, after.status, after.revision) == (later.severity, later.status, later.revision)


def test_references_join_by_sender_and_identifier(rain, opened, follow):
    incident = opened(rain(feed="cap", issuer="cap|A|", id="1"))
    update = rain(
        10,
        feed="cap",
        issuer="cap|county-office|",
        id="2",
        references=(AlertKey(sender="county-office", identifier="1"),),
        severity=Severity.EXTREME,
    )
    assert follow(incident, update)[0].change is Change.ESCALATED


def test_an_identifier_alone_counts_within_one_feed_only(rain, opened, follow):
    incident = opened(rain(feed="cap", issuer="cap|A|", id="1"))
    named = (AlertKey(sender="the same centre by another name", identifier="1"),)
    cancel = rain(10, id="2", sender="B", effect=Effect.CANCEL, references=named, place_codes=(), hazard="")
    same = msgspec.structs.replace(cancel, feed="cap", issuer="cap|B|")
    other = msgspec.structs.replace(cancel, feed="elsewhere", issuer="elsewhere|B|")
    assert follow(incident, same)[0].change is Change.ENDED
    assert follow(incident, other)[0].change is Change.NOTHING_TO_END


def test_a_message_about_two_hazards_keeps_its_two_incidents_apart(rain, opened):
    wet, flood = opened(rain(id="1")), opened(rain(id="1", hazard="flood"))
    named = (AlertKey(sender="county-office", identifier="1"),)
    update = rain(10, id="2", references=named, severity=Severity.EXTREME)
    for candidates in ([wet, flood], [flood, wet]):
        assert correlate(update, candidates).incident is wet
        flooded = msgspec.structs.replace(update, hazard="flood")
        assert correlate(flooded, candidates).incident is flood
        over = msgspec.structs.replace(update, effect=Effect.CANCEL)
        assert correlate(over, candidates).incident is wet


def test_an_update_that_overtook_its_alert_makes_the_alert_old(rain, opened, follow):
    named = (AlertKey(sender="county-office", identifier="rain-1"),)
    incident = opened(rain(30, id="rain-2", issuer="nmc|county-office|", effect=Effect.UPDATE, references=named))
    assert follow(incident, rain(0))[0].change is Change.OLDER


def test_an_incident_that_ran_out_goes_on_when_an_update_refers_to_it(rain, opened, follow):
    lapsed = msgspec.structs.replace(opened(rain()), status=IncidentStatus.EXPIRED)
    named = (AlertKey(sender="county-office", identifier="rain-1"),)
    update = rain(26 * 60, id="rain-2", references=named, expires=rain().sent + timedelta(hours=40))
    match, after = follow(lapsed, update)
    assert (match.change, after.status, after.expires_at) == (Change.REVISED, IncidentStatus.OPEN, update.expires)


def test_two_feeds_report_one_earthquake(quake, opened, follow):
    incident = opened(quake())
    cenc = quake(
        6,
        id="CD.1",
        sender="cenc",
        feed="cenc",
        issuer="cenc|cenc|",
        onset=quake().onset + timedelta(seconds=20),
        lat=28.9,
        lon=105.2,
        values={"magnitude": 6.4},
    )
    match, after = follow(incident, cenc)
    assert match.change is Change.OTHER_FEED
    assert after.values["magnitude"] == 5.9, "the figures stay with who opened it"
    assert after.feeds == ("usgs", "cenc")
    far = msgspec.structs.replace(cenc, lat=30.2)
    later = msgspec.structs.replace(cenc, onset=quake().onset + timedelta(seconds=61))
    assert follow(incident, far)[0].change is Change.NEW
    assert follow(incident, later)[0].change is Change.NEW


def test_another_feeds_cancel_ends_only_its_own_word(quake, opened, follow):
    incident = opened(quake())
    cancel = quake(9, id="CD.1", sender="cenc", feed="cenc", issuer="cenc|cenc|", effect=Effect.CANCEL)
    match, after = follow(incident, cancel)
    assert (match.change, after.status) == (Change.OTHER_FEED, IncidentStatus.OPEN)


@pytest.mark.parametrize(
    ("magnitude", "change"), [(6.2, Change.REVISED), (6.1, Change.UNCHANGED), (5.6, Change.REVISED)]
)
def test_a_magnitude_matters_from_three_tenths(quake, opened, follow, magnitude, change):
    match, after = follow(opened(quake()), quake(20, values={"magnitude": magnitude}))
    assert match.change is change
    assert after.values == {"magnitude": magnitude, "depth_km": 10.0}


def test_a_level_that_becomes_known_is_news_and_one_left_out_is_not(quake, opened, follow):
    _, known = follow(opened(quake()), quake(20, severity=Severity.EXTREME))
    assert known.revision == 2
    match, after = follow(known, quake(40, severity=Severity.UNKNOWN))
    assert (match.change, after.severity) == (Change.UNCHANGED, Severity.EXTREME)


def test_old_figures_of_an_earthquake_are_no_news(quake, opened, follow):
    lapsed = msgspec.structs.replace(opened(quake()), status=IncidentStatus.EXPIRED)
    assert follow(lapsed, quake(3 * 24 * 60, values={"magnitude": 6.6}))[0].change is Change.OLDER


def test_information_becomes_news_when_it_concerns_the_public(quake, opened, follow):
    small = opened(quake(effect=Effect.INFO, values={"magnitude": 4.4}))
    assert follow(small, quake(5, effect=Effect.INFO, values={"magnitude": 4.0}))[0].change is Change.UNCHANGED
    match, after = follow(small, quake(5, values={"magnitude": 4.6}))
    assert (match.change, after.information_only) == (Change.REVISED, False)


def test_who_first_says_that_it_concerns_the_public_owns_it(quake, opened, follow):
    small = opened(quake(effect=Effect.INFO, values={"magnitude": 4.4}))
    match, after = follow(small, quake(5, id="CD.1", feed="cenc", issuer="cenc|cenc|", values={"magnitude": 4.8}))
    assert (match.change, after.feeds, after.values["magnitude"]) == (Change.REVISED, ("cenc", "usgs"), 4.8)


def test_information_about_a_warning_does_not_shorten_it(rain, opened, follow):
    incident = opened(rain())
    upgraded = rain(10, id="rain-2", effect=Effect.INFO, severity=Severity.MINOR, expires=rain().sent)
    match, after = follow(incident, upgraded)
    assert match.change is Change.UNCHANGED
    assert (after.severity, after.expires_at, after.status) == (incident.severity, incident.expires_at, incident.status)


@pytest.mark.parametrize(
    ("stated", "minutes", "change"),
    [(True, 30, Change.REVISED), (True, 29, Change.UNCHANGED), (False, 600, Change.UNCHANGED)],
)
def test_a_later_end_matters_where_it_is_stated(rain, opened, follow, stated, minutes, change):
    later = rain(10, id="rain-2", expires_stated=stated, expires=rain().expires + timedelta(minutes=minutes))
    assert follow(opened(rain()), later)[0].change is change


def test_a_new_place_matters(rain, opened, follow):
    wider = rain(10, id="rain-2", place_codes=("511524", "511525"))
    match, after = follow(opened(rain()), wider)
    assert (match.change, after.place_codes) == (Change.REVISED, ("511524", "511525"))


@pytest.mark.parametrize(
    ("changes", "change"),
    [
        ({}, Change.OTHER_FEED),
        ({"severity": Severity.EXTREME}, Change.NEW),
        ({"place_codes": ("511524", "511525")}, Change.NEW),
        ({"place_codes": ("510000",)}, Change.NEW),
        ({"place_codes": ()}, Change.NEW),
    ],
    ids=["same", "worse", "one place more", "the province", "nowhere"],
)
def test_another_feed_is_the_same_event_only_where_people_were_told_as_much(rain, opened, follow, changes, change):
    other = rain(10, id="x", sender="cap", feed="cap", issuer="cap|cap|", **changes)
    assert follow(opened(rain()), other)[0].change is change


def test_a_word_about_the_country_is_no_word_to_each_county(rain, opened, follow):
    incident = opened(rain(hazard="typhoon", feed="gdacs", issuer="gdacs||", place_codes=("CN",)))
    assert follow(incident, rain(10, id="t", hazard="typhoon"))[0].change is Change.NEW


def test_two_points_without_a_place_are_one_event_by_distance(rain, opened, follow):
    at_sea = {"hazard": "wildfire", "place_codes": ()}
    incident = opened(rain(lat=10.0, lon=120.0, **at_sea))
    other = rain(10, id="x", sender="b", feed="b", issuer="b||", lat=10.4, lon=120.0, **at_sea)
    assert follow(incident, other)[0].change is Change.OTHER_FEED
    assert follow(incident, msgspec.structs.replace(other, lat=10.5))[0].change is Change.NEW


def test_an_outbreak_is_one_for_ninety_days_even_after_it_ran_out(rain, opened, follow):
    first = rain(hazard="cholera", category="health", feed="who", issuer="who|WHO|SD", place_codes=("SD",))
    incident = opened(first)
    lapsed = msgspec.structs.replace(incident, status=IncidentStatus.EXPIRED)
    later = {"hazard": "cholera", "category": "health", "feed": "who", "issuer": "who|WHO|SD", "place_codes": ("SD",)}
    assert follow(lapsed, rain(40 * 24 * 60, id="DON2", **later))[0].change is Change.REVISED
    assert follow(lapsed, rain(91 * 24 * 60, id="DON3", **later))[0].change is Change.NEW
    elsewhere = {**later, "issuer": "who|WHO|TD", "place_codes": ("TD",)}
    assert follow(incident, rain(40 * 24 * 60, id="DON4", **elsewhere))[0].change is Change.NEW


@pytest.mark.parametrize(
    "changes", [{"status": "Exercise"}, {"status": "System"}, {"status": "Draft"}, {"scope": "Private"}, {"scope": ""}]
)
def test_drills_and_what_is_not_public_never_touch_a_real_incident(rain, opened, follow, changes):
    incident = opened(rain())
    assert follow(incident, rain(10, id="rain-2", severity=Severity.EXTREME, **changes))[0].change is Change.NEW
    cancel = rain(10, id="rain-2", effect=Effect.CANCEL, **changes)
    assert follow(incident, cancel)[0].change is Change.NOTHING_TO_END
    # and the other way round: what came in private does not silence the public warning that follows
    assert follow(opened(rain(**changes)), rain(10, id="rain-2"))[0].change is Change.NEW


def test_applying_twice_is_applying_once(rain, opened, follow):
    update = rain(10, id="rain-2", severity=Severity.EXTREME)
    _, once = follow(opened(rain()), update)
    match = correlate(update, [once])
    assert match.change is Change.UNCHANGED
    assert applied(update, match, incident_id="i", tz="UTC") == once
