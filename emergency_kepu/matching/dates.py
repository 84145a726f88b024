"""Rules for dates that come again, and the days that they name: pure.

A day of the year, the nth weekday of a month, a season, or days that an authority announces anew every year (for those
no formula is right: the week of 12 May began on the 6th, 8th, 9th and 12th in different years).
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal

import msgspec

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LEAP_YEAR = 2024
"""Any: `02-29` is a date, in some years."""


class Span(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, order=True):
    """Whole days, both ends included."""

    first: date = msgspec.field(name="from")
    last: date = msgspec.field(name="to")


class Dates(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly one way of naming days."""

    date: str = ""
    """`MM-DD`, every year; 02-29 only in years that have it."""
    month: int = 0
    weekday: Weekday | None = None
    nth: int = 0
    """Of the weekdays of the month: 1 is the first, -1 the last."""
    first: str = msgspec.field(default="", name="from")
    """`MM-DD`; a season may cross the new year."""
    last: str = msgspec.field(default="", name="to")
    announced: tuple[Span, ...] | None = None
    """Days as they were announced, with the year; empty while nothing is announced."""


def problem_of(rule: Dates) -> str:
    """What is wrong with a rule, in one line; empty when nothing is."""
    ways = [
        bool(rule.date),
        bool(rule.month or rule.weekday or rule.nth),
        bool(rule.first or rule.last),
        rule.announced is not None,
    ]
    if sum(ways) != 1:
        return "`when` takes one of: date; month, weekday and nth; from and to; announced"
    if ways[1] and not (1 <= rule.month <= 12 and rule.weekday and rule.nth in (-1, 1, 2, 3, 4)):
        return "`when` needs month (1 to 12), weekday (monday ...) and nth (1 to 4, or -1 for the last)"
    for text in (rule.date,) if ways[0] else (rule.first, rule.last) if ways[2] else ():
        if _on(_LEAP_YEAR, text) is None:
            return f'`when`: {text!r} is no day of the year; write it as "05-12"'
    if any(span.last < span.first for span in rule.announced or ()):
        return "`when`: an announced span ends before it begins"
    return ""


def spans(rule: Dates, first: date, last: date) -> list[Span]:
    """The days of a rule that touch `first` to `last`, in order."""
    return sorted(span for span in _all(rule, first, last) if span.first <= last and span.last >= first)


def _all(rule: Dates, first: date, last: date) -> Iterator[Span]:
    if rule.announced is not None:
        yield from rule.announced
        return
    for year in range(first.year - 1, last.year + 1):  # the season of last winter may go on
        if rule.first:
            start, end = _on(year, rule.first), _on(year, rule.last)
            if start and end and end < start:
                end = _on(year + 1, rule.last)
            if start and end:
                yield Span(first=start, last=end)
            continue
        day = _on(year, rule.date) if rule.date else _nth(year, rule)
        if day is not None:
            yield Span(first=day, last=day)


def _nth(year: int, rule: Dates) -> date:
    assert rule.weekday is not None
    wanted = _WEEKDAYS.index(rule.weekday)
    if rule.nth < 0:
        end = date(year, rule.month, calendar.monthrange(year, rule.month)[1])
        return end - timedelta(days=(end.weekday() - wanted) % 7)
    start = date(year, rule.month, 1)
    return start + timedelta(days=(wanted - start.weekday()) % 7 + 7 * (rule.nth - 1))


def _on(year: int, text: str) -> date | None:
    try:
        return date.fromisoformat(f"{year:04}-{text}")
    except ValueError:
        return None
