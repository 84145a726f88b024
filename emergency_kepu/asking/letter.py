"""What an expert is sent: the incident in one sentence, three links, until when. In the expert's first language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from emergency_kepu.asking.links import Links
from emergency_kepu.content.catalog import Catalog
from emergency_kepu.content.facts import local_time, safe
from emergency_kepu.domain.ask import Ask, Purpose
from emergency_kepu.domain.expert import Expert
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.domain.incident import Incident
from emergency_kepu.places import gazetteer
from emergency_kepu.places.authority import authority_name


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """Ready to send."""

    title: str
    text: str
    locale: str


def letter(
    ask: Ask, expert: Expert, incident: Incident, *, links: Links, catalog: Catalog, desk: str, until: datetime
) -> Letter:
    """`until`: when the next expert is asked. Times are of the expert's own zone."""
    locale = _locale(expert)
    words = _words()[locale]
    known = {
        "desk": desk,
        "what": _what(incident, locale),
        "source": safe(authority_name(incident.source_name, locale)),
        "time": local_time(incident.latest.sent or incident.opened_at, expert.tz, locale),
        "until": local_time(until, expert.tz, locale),
        "drill": words["drill"] if incident.drill else "",
        "level": _level(incident, locale, words, catalog),
        **{purpose.value: links.url(ask, purpose) for purpose in Purpose},
    }
    parts = (words["lead"], *words["lines"], words["end"])
    return Letter(
        title=known["drill"] + words["title"].format_map(known),
        text="\n".join(part.format_map(known) for part in parts),
        locale=locale,
    )


def _locale(expert: Expert) -> str:
    """Chinese in the script that they read, else English."""
    first = expert.languages[0]
    return (first if first in ("zh-Hans", "zh-Hant") else "zh-Hans") if first.startswith("zh") else "en"


def _what(incident: Incident, locale: str) -> str:
    hazard = HAZARDS[incident.hazard].names.get(locale) or HAZARDS[incident.hazard].names["en"]
    places = [gazetteer.name(code, locale, full=len(incident.place_codes) == 1) for code in incident.place_codes[:3]]
    where = (", " if locale == "en" else "、").join(places) or safe(incident.place_text)
    return f"{hazard}, {where}" if locale == "en" else f"{where}{hazard}"


def _level(incident: Incident, locale: str, words: Mapping[str, str], catalog: Catalog) -> str:
    """As the source gave it, or nothing: ours would not be comparable."""
    phrases = catalog.phrases.get(locale)
    level = phrases.levels.get(incident.colour or "", "") if phrases else ""
    return words["level"].format(level=level) if level else ""


@cache
def _words() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(
        (Path(__file__).parent / "letter.yaml").read_text(encoding="utf-8")
    )
    return found
