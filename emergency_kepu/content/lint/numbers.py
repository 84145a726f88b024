"""The same numbers with the same units in every language: a wrong dose or distance is a wrong order."""

from __future__ import annotations

from collections.abc import Iterator

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Passage, Subject
from emergency_kepu.content.lint.quantities import Quantity, quantities

NAME = "numbers"


def check(subject: Subject) -> Iterator[Finding]:
    """Errors: a number that another language does not have, or has with another unit."""
    if subject.topic is None:
        return
    by_key: dict[str, list[Passage]] = {}
    for passage in subject.passages:
        if passage.role not in ("headline", "what"):
            by_key.setdefault(passage.key, []).append(passage)
    for passages in by_key.values():
        model, *others = sorted(passages, key=lambda passage: passage.locale)
        wanted = quantities(model.static)
        for passage in others:
            found = quantities(passage.static)
            only_here, only_there = _beyond(found, wanted), _beyond(wanted, found)
            if only_here or only_there:
                message = f"says {_listed(only_here)}, where {model.locale} says {_listed(only_there)}"
                yield passage.found(NAME, Severity.ERROR, message)


def _beyond(some: frozenset[Quantity], others: frozenset[Quantity]) -> list[Quantity]:
    """Those that the others lack. A bare number is the same with any unit; 1 is often `a`, in every language."""
    return sorted(
        item
        for item in some
        if item.value != 1
        and not any(
            item.value == other.value and (item.unit == other.unit or not item.unit or not other.unit)
            for other in others
        )
    )


def _listed(items: list[Quantity]) -> str:
    return ", ".join(str(item) for item in items) or "no number"
