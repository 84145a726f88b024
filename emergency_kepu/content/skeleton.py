"""Files for a new hazard that an author fills in: complete in shape, and refused by lint until all is written."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from emergency_kepu.content.lint.placeholder import CLOSE, OPEN
from emergency_kepu.domain.hazard import Hazard
from emergency_kepu.domain.plain import capital

PHASES = ("now", "after")


def files(hazard: Hazard, locales: Iterable[str]) -> dict[str, str]:
    """File name to text: `meta.yaml` and one file a language."""
    found = {"meta.yaml": _meta(hazard)}
    for locale in locales:
        found[f"{locale}.yaml"] = _locale(hazard, locale)
    return found


def _ask(what: str) -> str:
    return f"{OPEN}{what}{CLOSE}"


def _meta(hazard: Hazard) -> str:
    claims = ("harm", "first", "second", "recover", "notthis", "science", "belief")
    return _dump(
        {
            "hazard": hazard.code,
            "category": hazard.category,
            "phases": list(PHASES),
            "experts": [_ask("field of the expert who must sign")],
            "sources": {
                "authority": {
                    "title": _ask("title of the page or paper"),
                    "publisher": _ask("who says so"),
                    "grade": "A",
                }
            },
            "claims": {claim: ["authority"] for claim in claims},
            "first": {"now": "first", "after": "recover"},
            "review": {"state": "shipped"},
        }
    )


def _locale(hazard: Hazard, locale: str) -> str:
    chinese = locale.startswith("zh")
    name = hazard.names.get(locale, hazard.names["en"])
    headline = "{{ place }}" + name if chinese else capital(name) + ": {{ place }}"
    what = (
        "{{ source }}{{ time }}：{{ place }}" + name + "。"
        if chinese
        else "{{ source }}, {{ time }}: " + name + ", {{ place }}."
    )
    return _dump(
        {
            "locale": locale,
            "headline": headline,
            "what": what,
            "impact": _entry("harm", "whom it harms, and how, in one sentence"),
            "actions": {
                "now": [_entry("first", "what saves lives, first"), _entry("second", "what to do next")],
                "after": [_entry("recover", "what to do when it is over")],
            },
            "avoid": [_entry("notthis", "what not to do: Do not ... / 不要……")],
            "why": _entry("science", "why the first action helps, in two sentences"),
            "myths": [{"id": "belief", "claim": _ask("what some believe"), "fact": _ask("what is so")}],
            "more": "",
        }
    )


def _entry(name: str, what: str) -> dict[str, str]:
    return {"id": name, "text": _ask(what)}


def _dump(value: dict[str, object]) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=120)
