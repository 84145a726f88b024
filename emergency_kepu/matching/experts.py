"""Which expert to name, tell or ask: pure ranking with its reasons in words, and the reader of `experts.yaml`."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import yaml

from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.domain.expert import DutyWindow, Expert
from emergency_kepu.domain.recipient import place_prefix
from emergency_kepu.places.gazetteer import contains

_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


class RankedExpert(msgspec.Struct, frozen=True, kw_only=True):
    """One candidate, the best first, and why it stands there."""

    expert: Expert
    on_duty: bool
    why: tuple[str, ...]


def match_experts(
    experts: Sequence[Expert], *, fields: Collection[str], places: Collection[str], locale: str, now: datetime
) -> tuple[RankedExpert, ...]:
    """Experts of at least one of these fields who serve at least one of these places, best first.

    Without places regions do not count. In order of weight: more shared fields, on duty now, the narrower region,
    the reader's language; then the id, so that the same question always has the same answer.
    """
    wanted = {_field(name) for name in fields}
    ranked = []
    for expert in experts:
        shared = [field for field in expert.fields if _field(field) in wanted]
        region = _region(expert, places)
        if not shared or region is None:
            continue
        duty = is_on_duty(expert, now)
        language = _language(expert, locale)
        why = (
            f"knows {', '.join(shared)}",
            "on duty now" if duty else "not on duty now",
            f"serves {region}" if region else "serves every region",
            f"speaks {language[1]}" if language[0] else f"does not speak {locale}",
        )
        rank = (-len(shared), not duty, -len(place_prefix(region)), -language[0], expert.id)
        ranked.append((rank, RankedExpert(expert=expert, on_duty=duty, why=why)))
    return tuple(found for _, found in sorted(ranked, key=lambda pair: pair[0]))


def public_contact(ranked: Sequence[RankedExpert]) -> Expert | None:
    """The first whose hotline a message may name at this hour: on duty, or keeping no fixed hours.

    A number that nobody answers at 3 a.m. costs a frightened reader the minute that counts.
    """
    return next(
        (item.expert for item in ranked if item.expert.hotline and (item.on_duty or not item.expert.duty)), None
    )


def _field(name: str) -> str:
    """Fields are compared as people write them: `public_health` and `Public health` are one."""
    return name.casefold().replace("_", " ").strip()


def is_on_duty(expert: Expert, now: datetime) -> bool:
    """Whether a duty window of the expert's own time zone holds this instant."""
    local = now.astimezone(ZoneInfo(expert.tz))
    return any(_holds(window, local) for window in expert.duty)


def _holds(window: DutyWindow, local: datetime) -> bool:
    start, end = time.fromisoformat(window.start), time.fromisoformat(window.end)
    clock = local.time()
    if start < end:
        return start <= clock < end and local.isoweekday() in window.days
    # past midnight, or all day where both are equal: the small hours belong to the evening before
    if clock >= start:
        return local.isoweekday() in window.days
    return clock < end and (local - timedelta(days=1)).isoweekday() in window.days


def _region(expert: Expert, places: Collection[str]) -> str | None:
    """The narrowest region that holds one of the places; "" for everywhere, None for elsewhere."""
    if not expert.regions or not places:
        return ""
    fitting = [region for region in expert.regions if any(contains(region, place) for place in places)]
    return max(fitting, key=lambda region: (len(place_prefix(region)), region), default=None)


def _language(expert: Expert, locale: str) -> tuple[int, str]:
    """2 for the very locale, 1 for the same language in another form, 0 for none (BCP 47 primary subtag)."""
    if locale in expert.languages:
        return 2, locale
    primary = locale.split("-")[0]
    found = next((language for language in expert.languages if language.split("-")[0] == primary), None)
    return (0, "") if found is None else (1, found)


def load_experts(path: Path) -> tuple[Expert, ...]:
    """Read `experts.yaml`. ConfigError names file, expert, key and mend."""
    try:
        raw: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        msg = f"{path}: not valid YAML: {' '.join(str(problem).split())}"
        raise ConfigError(msg) from problem
    if not isinstance(raw, dict) or set(raw) - {"experts"} or not isinstance(raw.get("experts", []), list):
        msg = f"{path}: must hold one list named `experts`"
        raise ConfigError(msg)
    found: dict[str, Expert] = {}
    for number, entry in enumerate(raw.get("experts", []), start=1):
        where = f"{path}: expert {number}"
        try:
            expert = msgspec.convert(entry, Expert)
        except msgspec.ValidationError as problem:
            msg = f"{where}: {problem}; see docs/reference/policies.md#experts (times and codes stand in quotes)"
            raise ConfigError(msg) from problem
        _check(expert, f"{where} ({expert.id})")
        if expert.id in found:
            msg = f"{where}: another expert has the id {expert.id!r} already"
            raise ConfigError(msg)
        found[expert.id] = expert
    return tuple(found.values())


def _check(expert: Expert, where: str) -> None:
    if not expert.names or not expert.fields or not expert.languages:
        msg = f"{where}: `names`, `fields` and `languages` each need at least one entry"
        raise ConfigError(msg)
    if expert.tz not in available_timezones():
        msg = f"{where}: `tz` {expert.tz!r} is no IANA time zone, such as Asia/Shanghai"
        raise ConfigError(msg)
    for window in expert.duty:
        if not (_CLOCK.fullmatch(window.start) and _CLOCK.fullmatch(window.end)):
            msg = f'{where}: duty from {window.start!r} to {window.end!r}; write times as "08:00"'
            raise ConfigError(msg)
        if not window.days or not set(window.days) <= set(range(1, 8)):
            msg = f"{where}: duty `days` are 1 (Monday) to 7 (Sunday)"
            raise ConfigError(msg)
