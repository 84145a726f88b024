"""Every rule by name, in the order in which an author meets them. A new one: a file here, a line below, a docs line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from emergency_kepu.content.lint import (
    alphabet,
    checks,
    duplicates,
    elements,
    first_action,
    fit,
    forms,
    length,
    markup,
    names,
    needs,
    negated,
    never,
    numbers,
    one_action,
    parity,
    placeholder,
    prediction,
    punctuation,
    reading,
    sources,
    wording,
)
from emergency_kepu.content.lint.finding import Finding
from emergency_kepu.content.lint.passages import Subject

RULES: dict[str, Callable[[Subject], Iterator[Finding]]] = {
    "placeholder": placeholder.check,
    "names": names.check,
    "elements": elements.check,
    "sources": sources.check,
    "never": never.check,
    "needs": needs.check,
    "negated": negated.check,
    "prediction": prediction.check,
    "absolutes": wording.absolutes,
    "calm": wording.calm,
    "blame": wording.blame,
    "levels": wording.levels,
    "first_action": first_action.check,
    "one_action": one_action.check,
    "length": length.check,
    "reading": reading.check,
    "markup": markup.check,
    "punctuation": punctuation.check,
    "alphabet": alphabet.check,
    "parity": parity.check,
    "numbers": numbers.check,
    "duplicates": duplicates.check,
    "fit": fit.check,
    "forms": forms.check,
    "checks": checks.check,
}
