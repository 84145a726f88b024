"""Every language says the same: the same ids in the same order, the same audiences, the same optional parts."""

from __future__ import annotations

from collections.abc import Iterator

from emergency_kepu.content.catalog import Entry, LocaleText
from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Subject
from emergency_kepu.content.lint.variations import figures_of

NAME = "parity"


def check(subject: Subject) -> Iterator[Finding]:
    """Errors: an element of one language that another lacks, or has elsewhere."""
    if subject.topic is None or len(subject.topic.locales) < 2:
        return
    shapes = {locale: shape(text) for locale, text in subject.topic.locales.items()}
    reference, model = next(iter(sorted(shapes.items())))
    for locale, found in shapes.items():
        for key in dict.fromkeys((*model, *found)):
            if model.get(key) != found.get(key):
                message = f"{_said(found.get(key))}; {reference} has {_said(model.get(key))}"
                yield subject.found(NAME, Severity.ERROR, message, file=f"{locale}.yaml", key=key)


def shape(text: LocaleText) -> dict[str, tuple[str, ...]]:
    """Key to ids in order; for texts with optional facts, the figures that they name."""
    found = {
        "impact": (text.impact.id,),
        "why": (text.why.id,),
        "myths": tuple(myth.id for myth in text.myths),
        "avoid": _ids(text.avoid),
        "audiences": tuple(sorted(text.audiences)),
        "headline": figures_of(text.headline),
        "what": figures_of(text.what),
    }
    if text.more:
        found["more"] = ("written",)
    found |= {f"actions.{phase}": _ids(entries) for phase, entries in sorted(text.actions.items())}
    for audience, variant in text.audiences.items():
        lead = f"audiences.{audience}"
        found |= {f"{lead}.actions.{phase}": _ids(entries) for phase, entries in sorted(variant.actions.items())}
        if variant.avoid is not None:
            found[f"{lead}.avoid"] = _ids(variant.avoid)
        if variant.impact:
            found[f"{lead}.impact"] = (variant.impact.id,)
    return found


def _ids(entries: tuple[Entry, ...]) -> tuple[str, ...]:
    return tuple(entry.id for entry in entries)


def _said(ids: tuple[str, ...] | None) -> str:
    return "nothing" if not ids else ", ".join(ids)
