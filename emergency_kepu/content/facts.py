"""What a feed said, made safe and put into the reader's words: places, times, numbers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from emergency_kepu.content.catalog import Phrases, hazard_name
from emergency_kepu.domain.campaign import CalendarDay, MessageFacts
from emergency_kepu.domain.plain import ACTIVE
from emergency_kepu.domain.scripts import one_line, shown
from emergency_kepu.places import gazetteer
from emergency_kepu.places.authority import authority_name

MAX_PLACES = 3
"""More are summed up by the first: a list of forty counties is not read."""
_MAX_LENGTH = 60
_DAYS = {
    "zh-Hans": "M月d日",
    "zh-Hant": "M月d日",
    "ja": "M月d日",
    "ko": "M월 d일",
    "ug": "d-MMM",
    "bo": "MMMཚེས་d",
    "mn": "MMM'ын' d",
    "mn-Mong": "yyyy-MM-dd",
}
"""As CLDR has them. It has no names of months in traditional Mongolian: numbers, as ISO 8601 writes them."""
_PATTERNS = {
    "zh-Hans": "M月d日HH:mm",
    "zh-Hant": "M月d日HH:mm",
    "en": "HH:mm, d MMM",
    "ja": "M月d日HH:mm",
    "ko": "M월 d일 HH:mm",
    **{locale: f"{_DAYS[locale]} HH:mm" for locale in ("ug", "bo", "mn", "mn-Mong")},
}
_BETWEEN = {"zh-Hans": "、", "zh-Hant": "、", "ja": "、", "ar": "، "}
_MORE = {
    "zh-Hans": "等地",
    "zh-Hant": "等地",
    "ja": "など",
    "ko": " 등",
    "ru": " и другие районы",
    "es": " y otras zonas",
    "fr": " et autres zones",
    "ar": " ومناطق أخرى",
}
_UNTIL = {
    "zh-Hans": "至",
    "zh-Hant": "至",
    "en": " to ",
    "ja": "～",
    "ko": "~",
    "es": " a ",
    "fr": " au ",
    "ar": " إلى ",
}


def safe(text: str) -> str:
    """A feed's wording as plain text: no control characters, no markup, one line, not endless."""
    plain = one_line(ACTIVE.sub(" ", shown(text)))
    return plain if len(plain) <= _MAX_LENGTH else plain[: _MAX_LENGTH - 1].rstrip() + "…"


def place_name(facts: MessageFacts, locale: str) -> str:
    """Up to three places in the reader's language; a feed's own wording where no code is known."""
    if not facts.place_codes:
        return safe(facts.place_text)
    shown = [gazetteer.name(code, locale, full=len(facts.place_codes) == 1) for code in facts.place_codes[:MAX_PLACES]]
    joined = _BETWEEN.get(locale, ", ").join(shown)
    if len(facts.place_codes) <= MAX_PLACES:
        return joined
    return joined + _MORE.get(locale, " and other areas")


def source_name(facts: MessageFacts, locale: str) -> str:
    """The authority in the reader's language, else in English where the reader's script is not Chinese."""
    own = facts.source_names.get(locale)
    if own is None and not locale.startswith("zh") and locale != "ja":
        own = facts.source_names.get("en")
    return own or authority_name(facts.source_name, locale)


def local_time(moment: datetime, tz: str, locale: str) -> str:
    """The instant as people there read it on their clocks."""
    pattern = _PATTERNS.get(locale, "d MMM HH:mm")
    return format_datetime(moment.astimezone(ZoneInfo(tz)), pattern, locale=locale.replace("-", "_"))


def day_text(day: CalendarDay, locale: str) -> str:
    """One day, or from when to when."""
    written = [
        format_date(moment, _DAYS.get(locale, "d MMM"), locale=locale.replace("-", "_"))
        for moment in dict.fromkeys((day.first, day.last))
    ]
    return _UNTIL.get(locale, " - ").join(written)


def variables(
    facts: MessageFacts, *, hazard: str, locale: str, phrases: Phrases, kind: str, drill: bool
) -> dict[str, Any]:
    """Everything that a text may use. Nothing else is defined, and an undefined name is an error."""
    return {
        "source": safe(source_name(facts, locale)),
        "place": place_name(facts, locale),
        "time": local_time(facts.issued_at, facts.tz, locale),
        "until": local_time(facts.until, facts.tz, locale) if facts.until else "",
        "hazard": hazard_name(hazard, phrases),
        "level": phrases.levels.get(facts.level_colour or "", ""),
        "kind": kind,
        "drill": drill,
        "hotline": _hotline(facts, locale),
        "link": facts.link,
        "occasion": safe(facts.day.titles.get(locale) or facts.day.titles.get("en", "")) if facts.day else "",
        "day": day_text(facts.day, locale) if facts.day else "",
        "values": _values(facts.values),
    }


def _hotline(facts: MessageFacts, locale: str) -> str:
    """Who answers, in the reader's language where known, and the number."""
    if not facts.hotline:
        return ""
    who = facts.hotline_names.get(locale, "")
    return safe(f"{who} {facts.hotline}".strip())


def _values(values: Mapping[str, float | str]) -> dict[str, float | str]:
    return {name: safe(value) if isinstance(value, str) else value for name, value in values.items()}
