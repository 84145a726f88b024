"""The calendar of a desk, `calendar.yaml`: commemorative days, seasons and drills, and when each comes next. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
import yaml

from emergency_kepu.domain.campaign import CalendarDay
from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.domain.recipient import RecipientKind
from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.dates import Dates, problem_of, spans
from emergency_kepu.places import gazetteer
from emergency_kepu.places.gazetteer import is_place

_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_MOST_DAYS = 90
LOCALES = ("zh-Hans", "zh-Hant", "en")


class Hours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Local time of the place, `HH:MM`, within one day: nobody is woken for a commemorative day."""

    start: str = msgspec.field(default="09:00", name="from")
    end: str = msgspec.field(default="20:00", name="to")


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the calendar."""

    name: str
    """Names its drafts: with another name the same day is prepared again."""
    titles: dict[str, str]
    """Locale to what readers know it as; zh-Hans, zh-Hant and en."""
    kind: Literal["day", "season", "drill"] = "day"
    when: Dates
    hazard: str
    """What is explained. One entry, one topic."""
    places: tuple[str, ...]
    source: str = ""
    """Who keeps the day, as messages name it; empty: the desk."""
    source_names: dict[str, str] = {}
    """Its name by locale."""
    channels: tuple[str, ...]
    """For a drill: drill channels."""
    phase: Literal["before", "now", "after"] = "before"
    kinds: tuple[RecipientKind, ...] = ()
    tags: tuple[str, ...] = ()
    hours: Hours = Hours()
    prepare_days: int = 14
    """How long before its first day the draft is laid before people."""
    approvers: int = 1
    severity: str = "Severe"
    """Of a drill: CAP's word."""


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """One time that an entry comes round. Instants UTC: `opens` is when it goes out, after `closes` it does not."""

    entry: Entry
    day: CalendarDay
    tz: str
    prepare_at: datetime
    opens: datetime
    closes: datetime

    @property
    def incident_id(self) -> str:
        """Derived from the entry's name and its first day: prepared twice, it is one."""
        name = f"{self.entry.name}|{self.day.first.isoformat()}"
        digest = hashlib.blake2b(name.encode(), digest_size=6, person=b"kepu.calendar").hexdigest()
        return f"i-{self.entry.hazard}-{digest}"


def occasions(entry: Entry, start: datetime, end: datetime) -> list[Occasion]:
    """What of an entry is not over at `start` and begins before `end`, the next first."""
    tz = gazetteer.timezone_of(entry.places, None, None)
    zone = ZoneInfo(tz)
    found = []
    for span in spans(entry.when, start.astimezone(zone).date(), end.astimezone(zone).date()):
        opens = _at(span.first, entry.hours.start, zone)
        occasion = Occasion(
            entry=entry,
            day=CalendarDay(titles=entry.titles, first=span.first, last=span.last),
            tz=tz,
            prepare_at=opens - timedelta(days=entry.prepare_days),
            opens=opens,
            closes=_at(span.last, entry.hours.end, zone),
        )
        if occasion.closes > start and occasion.opens < end:
            found.append(occasion)
    return found


def to_prepare(entries: Sequence[Entry], now: datetime) -> list[Occasion]:
    """Whose time for drafts has come and whose days are not over, also where that time was missed."""
    return [
        occasion
        for entry in entries
        for occasion in occasions(entry, now, now + timedelta(days=entry.prepare_days + 2))
        if occasion.prepare_at <= now
    ]


def within_hours(moment: datetime, tz: str, start: str, end: str) -> bool:
    """Whether it is between two times of the day there."""
    return start <= f"{moment.astimezone(ZoneInfo(tz)):%H:%M}" < end


def load_calendar(path: Path) -> tuple[Entry, ...]:
    """Read `calendar.yaml`. ConfigError names file, entry, key and mend."""
    try:
        raw: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        msg = f"{path}: not valid YAML: {' '.join(str(problem).split())}"
        raise ConfigError(msg) from problem
    if not isinstance(raw, dict) or set(raw) - {"calendar"} or not isinstance(raw.get("calendar", []), list):
        msg = f"{path}: must hold one list named `calendar`"
        raise ConfigError(msg)
    found: dict[str, Entry] = {}
    for number, item in enumerate(raw.get("calendar", []), start=1):
        where = f"{path}: entry {number}"
        try:
            entry = msgspec.convert(item, Entry)
        except msgspec.ValidationError as problem:
            msg = f"{where}: {problem} (dates, times and place codes in quotes); see docs/reference/calendar.md"
            raise ConfigError(msg) from problem
        said = _problem(entry) or ("two entries have this name" if entry.name in found else "")
        if said:
            msg = f"{where} ({entry.name}): {said}"
            raise ConfigError(msg)
        found[entry.name] = entry
    return tuple(found.values())


def _problem(entry: Entry) -> str:
    if not entry.name:
        return "an entry needs a `name`"
    if missing := [locale for locale in LOCALES if not entry.titles.get(locale, "").strip()]:
        return f"`titles` has none in {missing[0]}"
    if entry.hazard not in HAZARDS:
        return f"no hazard {entry.hazard!r}; `kepu templates list` shows them"
    if not entry.places or not entry.channels:
        return "`places` and `channels` need one or more each"
    for code in entry.places:
        if not is_place(code):
            return f"no place {code!r}; give a 6-digit adcode or an ISO 3166 country code"
    for text in (entry.hours.start, entry.hours.end):
        if not _CLOCK.fullmatch(text):
            return f'`hours`: {text!r}; write it as "09:00"'
    if entry.hours.start >= entry.hours.end:
        return "`hours` must end later on the day than they begin"
    if not 0 <= entry.prepare_days <= _MOST_DAYS or not 1 <= entry.approvers <= 9:
        return f"`prepare_days` is 0 to {_MOST_DAYS} and `approvers` 1 to 9"
    if Severity.of(entry.severity) is Severity.UNKNOWN:
        return f"`severity` {entry.severity!r}: one of Minor, Moderate, Severe, Extreme"
    return problem_of(entry.when)


def _at(day: Any, clock: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), zone).astimezone(UTC)
