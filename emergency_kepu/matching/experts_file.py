"""The reader of `experts.yaml`: strict, so that a misspelt rota is an error and not a night without an answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import msgspec
import yaml

from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.domain.expert import Expert
from emergency_kepu.matching.rota import instant_of

_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


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
    _check_substitutes(found, str(path))
    return tuple(found.values())


def _check(expert: Expert, where: str) -> None:
    if not expert.id or not expert.names or not expert.fields or not expert.languages:
        msg = f"{where}: `id`, `names`, `fields` and `languages` each need at least one entry"
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
    zone = ZoneInfo(expert.tz)
    for absence in expert.away:
        if instant_of(absence.start, zone) >= instant_of(absence.end, zone):
            msg = f"{where}: away from {absence.start} to {absence.end}: the end must be later than the start"
            raise ConfigError(msg)
    if any(not way.target.strip() for way in expert.private):
        msg = f"{where}: a `private` channel without a target reaches nobody"
        raise ConfigError(msg)


def _check_substitutes(experts: dict[str, Expert], path: str) -> None:
    for expert in experts.values():
        for name in expert.substitutes:
            if name not in experts or name == expert.id:
                msg = f"{path}: {expert.id}: substitute {name!r} is no other expert of this file"
                raise ConfigError(msg)
