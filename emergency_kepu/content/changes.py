"""What is different from the last message, in the reader's words: level, places, end, figures. Pure.

Only what the library has words for is named (`changes` and `figures` in `_common/<locale>.yaml`): a half-translated
line would be worse than none. Levels are named by the colours of the source, never by ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from babel.numbers import format_decimal

from emergency_kepu.content.catalog import Phrases
from emergency_kepu.content.facts import local_time, place_name
from emergency_kepu.domain.campaign import Before, MessageFacts
from emergency_kepu.domain.severity import Severity

Fill = Callable[[str, dict[str, str]], str]
"""(template, what it may use) to one line of text."""


def changes(facts: MessageFacts, phrases: Phrases, fill: Fill) -> str:
    """One sentence a change, joined; empty when nothing changed or nothing was said before."""
    if facts.before is None:
        return ""
    said = [
        fill(phrases.changes[key], values)
        for key, values in _found(facts, facts.before, phrases)
        if phrases.changes.get(key)
    ]
    if phrases.check and facts.check and facts.before.verdict not in ("", facts.check.verdict.value):
        names = {"before": phrases.check.names[facts.before.verdict], "now": phrases.check.names[facts.check.verdict]}
        said.insert(0, fill(phrases.check.corrected, names))
    return phrases.joiner.join(said)


def _found(facts: MessageFacts, before: Before, phrases: Phrases) -> Iterator[tuple[str, dict[str, str]]]:
    yield from _level(facts, before, phrases)
    for key, codes in (
        ("places_more", tuple(code for code in facts.place_codes if code not in before.place_codes)),
        ("places_less", tuple(code for code in before.place_codes if code not in facts.place_codes)),
    ):
        if codes and before.place_codes and facts.place_codes:
            yield key, {"place": _names(facts, codes, phrases.locale)}
    if facts.until is not None and before.until is not None and facts.until != before.until:
        yield "until", {"now": local_time(facts.until, facts.tz, phrases.locale)}
    for name, words in phrases.figures.items():
        now, was = facts.values.get(name), before.values.get(name)
        if isinstance(now, int | float) and isinstance(was, int | float) and now != was:
            yield "figure", {"name": words, "now": _number(now, phrases), "before": _number(was, phrases)}


def _level(facts: MessageFacts, before: Before, phrases: Phrases) -> Iterator[tuple[str, dict[str, str]]]:
    now, was = Severity.of(facts.severity), Severity.of(before.severity)
    names = {
        "now": phrases.levels.get(facts.level_colour or "", ""),
        "before": phrases.levels.get(before.level_colour or "", ""),
    }
    if Severity.UNKNOWN in (now, was) or now == was:
        return
    way = "raised" if now > was else "lowered"
    named = all(names.values()) and names["now"] != names["before"]
    yield (f"{way}_from_to" if named else way), names


def _names(facts: MessageFacts, codes: tuple[str, ...], locale: str) -> str:
    return place_name(MessageFacts(source_name="", place_codes=codes, issued_at=facts.issued_at), locale)


def _number(value: float, phrases: Phrases) -> str:
    return str(format_decimal(round(float(value), 1), locale=phrases.locale.replace("-", "_")))
