"""Short words for a source, a hazard, a place and a time: for 90 characters. Whole words, never a cut one.

An office of the very place that is named needs no second place name: `Weather office: landslide, Changning County`.
What has no short form is said in full, and if that does not fit, nothing is sent on such a layout.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

import msgspec
import yaml
from babel.dates import format_datetime

from emergency_kepu.content import sms
from emergency_kepu.content.facts import place_name, safe
from emergency_kepu.domain.campaign import MessageFacts
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.places import gazetteer
from emergency_kepu.places.authority import authority_name, office_of, place_before


class Phrases(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one language needs."""

    what: str
    all_clear: str
    all_clear_last: str
    """Without the time: when even the clock does not fit."""
    withdrawn: str
    withdrawn_last: str
    """Of what happened and is not lifted: only the report of it is taken back."""
    drill: str
    not_real: str
    guidance: str
    more_places: str
    authorities: str
    time: str
    """A pattern of CLDR."""


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table beside this file."""

    offices: dict[str, str]
    national: dict[str, str]
    hazards: dict[str, str]
    phrases: dict[str, Phrases]


@cache
def table() -> Words:
    """Read once."""
    text = (resources.files(__package__) / "short.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), Words)


def phrases(locale: str) -> Phrases:
    """ContentError for a language without short phrases."""
    found = table().phrases.get(locale)
    if found is None:
        msg = f"{locale}: there are no short phrases; 90 characters are written in {', '.join(table().phrases)}"
        raise ContentError(msg)
    return found


def source(facts: MessageFacts, locale: str) -> str:
    """Who says so. Chinese names are short enough as they are."""
    full = safe(facts.source_names.get(locale) or authority_name(facts.source_name, locale))
    if locale != "en":
        return full
    if full in table().national:
        return table().national[full]
    if locale in facts.source_names:
        return full
    found = office_of(facts.source_name)
    if found is not None:
        place, office = found
        words = table().offices[office]
        if any(gazetteer.contains(place.code, code) for code in facts.place_codes[:1]) and place.level == "county":
            return words
        return f"{place.names['en']} {words[0].lower()}{words[1:]}"
    return full if sms.plain(full) else readable_source(facts, locale)


def readable_source(facts: MessageFacts, locale: str) -> str:
    """For a name that the GSM alphabet cannot write: the authorities of the place that the name begins with.

    ContentError when there is no such place."""
    full = safe(facts.source_names.get(locale) or authority_name(facts.source_name, locale))
    if sms.plain(full):
        return full
    place = place_before(facts.source_name)
    if place is None:
        msg = f"the name of the source, {full!r}, cannot be written in this alphabet"
        raise ContentError(msg)
    return phrases(locale).authorities.format(place=sms.folded(place.names.get(locale, place.names["en"])))


def hazard(code: str, locale: str) -> str:
    """What happens."""
    names = HAZARDS[code].names
    return (table().hazards.get(code) if locale == "en" else None) or names.get(locale, names["en"])


def place(facts: MessageFacts, locale: str) -> str:
    """The first place by its own name, and how many more there are."""
    if not facts.place_codes:
        return place_name(facts, locale)
    first = gazetteer.name(facts.place_codes[0], locale)
    count = len(facts.place_codes)
    return first if count == 1 else phrases(locale).more_places.format(place=first, more=count - 1, count=count)


def times(facts: MessageFacts, locale: str) -> tuple[str, str]:
    """(day and clock, clock alone) as people there read them."""
    local = facts.issued_at.astimezone(ZoneInfo(facts.tz))
    return format_datetime(local, phrases(locale).time, locale=locale.replace("-", "_")), f"{local:%H:%M}"
