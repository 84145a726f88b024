"""All that one short template can become: rendered with every combination of the optional facts that it names."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from emergency_kepu.content.catalog import Phrases
from emergency_kepu.content.facts import variables
from emergency_kepu.content.render import fill_in
from emergency_kepu.content.specimen import LONGEST, USUAL, VALUES
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.scripts import one_line

_VALUE = re.compile(r"values\s*(?:\.\s*|\[\s*['\"]|\.get\(\s*['\"])(\w+)")
_OPTIONAL: dict[str, dict[str, Any]] = {
    "level": {"level_colour": None},
    "until": {"until": None},
    "hotline": {"hotline": ""},
}
"""What a message may lack, and how the facts say so. `link` has no text of its own."""


def figures_of(source: str) -> tuple[str, ...]:
    """The names under `values` that a template mentions, in any spelling."""
    return tuple(dict.fromkeys(_VALUE.findall(source)))


def outcomes(
    source: str,
    *,
    hazard: str,
    phrases: Phrases,
    always: tuple[str, ...] = (),
    given: Mapping[str, str] = MappingProxyType({}),
) -> tuple[tuple[str, ...], str]:
    """(every text it can become, "") or ((), why it cannot be filled in). `always`: facts never missing there;
    `given`: what else may be used there, with a specimen."""
    if "{" not in source:
        return (one_line(source),), ""
    optional = [name for name in _OPTIONAL if name not in always and re.search(rf"\b{name}\b", source)]
    figures = [name for name in figures_of(source) if name in VALUES]
    found: dict[str, None] = {}
    full = msgspec.structs.replace(USUAL, hotline=LONGEST.hotline)
    for absent in _subsets([*optional, *figures]):
        facts = msgspec.structs.replace(full, values={name: VALUES[name] for name in VALUES if name not in absent})
        for name in absent:
            facts = msgspec.structs.replace(facts, **_OPTIONAL.get(name, {}))
        for kind, drill in (("issue", False), ("update", True)):
            known = variables(facts, hazard=hazard, locale=phrases.locale, phrases=phrases, kind=kind, drill=drill)
            known.update(given)
            try:
                found[fill_in(source, known, where=f"{hazard}/{phrases.locale}", locale=phrases.locale)] = None
            except ContentError as problem:
                without = f" when there is no {', '.join(absent)}" if absent else ""
                return (), f"{problem}{without}"
    return tuple(found), ""


def _subsets(names: list[str]) -> list[tuple[str, ...]]:
    return [chosen for size in range(len(names) + 1) for chosen in itertools.combinations(names, size)]
