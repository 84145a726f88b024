"""Days that come again: against dates taken from printed calendars."""

from __future__ import annotations

from datetime import date

import pytest

from emergency_kepu.matching.dates import Dates, Span, problem_of, spans


def days(rule: Dates, year: int) -> list[tuple[date, date]]:
    return [(span.first, span.last) for span in spans(rule, date(year, 1, 1), date(year, 12, 31))]


@pytest.mark.parametrize(
    ("rule", "year", "day"),
    [
        (Dates(date="05-12"), 2026, date(2026, 5, 12)),
        (Dates(month=9, weekday="saturday", nth=3), 2026, date(2026, 9, 19)),
        (Dates(month=5, weekday="sunday", nth=3), 2025, date(2025, 5, 18)),
        (Dates(month=3, weekday="monday", nth=-1), 2020, date(2020, 3, 30)),
        (Dates(month=3, weekday="monday", nth=-1), 2025, date(2025, 3, 31)),
        (Dates(month=2, weekday="sunday", nth=1), 2026, date(2026, 2, 1)),
        (Dates(date="02-29"), 2028, date(2028, 2, 29)),
    ],
)
def test_one_day_a_year(rule: Dates, year: int, day: date) -> None:
    assert days(rule, year) == [(day, day)]


def test_the_leap_day_is_in_leap_years_only() -> None:
    assert days(Dates(date="02-29"), 2026) == []


def test_a_season_across_the_new_year_is_found_from_both_years() -> None:
    rule = Dates(first="11-15", last="03-15")
    winter = (date(2026, 11, 15), date(2027, 3, 15))
    assert winter in days(rule, 2026)
    assert winter in days(rule, 2027)
    assert spans(rule, date(2027, 2, 1), date(2027, 2, 1)) == [Span(first=winter[0], last=winter[1])]
    assert spans(rule, date(2027, 4, 1), date(2027, 10, 1)) == []


def test_announced_days_are_those_and_no_others() -> None:
    week = Span(first=date(2025, 5, 12), last=date(2025, 5, 18))
    rule = Dates(announced=(week,))
    assert spans(rule, date(2025, 5, 18), date(2025, 6, 1)) == [week]
    assert spans(rule, date(2026, 5, 1), date(2026, 6, 1)) == []


@pytest.mark.parametrize(
    "rule",
    [
        Dates(),
        Dates(date="13-01"),
        Dates(date="05-12", month=5),
        Dates(month=5, weekday="sunday"),
        Dates(month=5, nth=5, weekday="sunday"),
        Dates(first="05-01"),
        Dates(announced=(Span(first=date(2026, 5, 2), last=date(2026, 5, 1)),)),
    ],
)
def test_a_rule_that_is_none_is_said(rule: Dates) -> None:
    assert problem_of(rule)
