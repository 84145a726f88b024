"""The five elements are written in every language: source, hazard, place and time in `what`, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from emergency_kepu.content.catalog import LocaleText
from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Passage, Subject
from emergency_kepu.content.lint.sentences import sentences
from emergency_kepu.domain.hazard import HAZARDS

NAME = "elements"
MOST_SENTENCES_OF_WHY = 3
"""Two explain; a third may say what follows from it."""
MOST_ACTIONS = 7


def check(subject: Subject) -> Iterator[Finding]:
    """Errors for what is missing; warnings for a long list of actions, a long why, or nothing to avoid."""
    for passage in subject.passages:
        if not passage.static and not passage.source.strip():
            yield passage.found(NAME, Severity.ERROR, "is blank")
        elif passage.role == "what":
            yield from _what(passage)
        elif passage.role == "headline" and "place" not in passage.source:
            yield passage.found(NAME, Severity.ERROR, "does not name the place: {{ place }}")
        elif passage.role == "why" and len(sentences(passage.texts[0])) > MOST_SENTENCES_OF_WHY:
            yield passage.found(NAME, Severity.WARNING, f"more than {MOST_SENTENCES_OF_WHY} sentences are not read")
    if subject.topic is None:
        return
    # a language of which there are only drafts is a beginning: its readers get another one for now
    for locale in sorted(set(subject.catalog.whole_locales()) - set(subject.topic.locales)):
        message = f"no text in {locale}; readers of that language get another one"
        yield subject.found(NAME, Severity.ERROR, message, file=f"{locale}.yaml")
    for text in subject.topic.locales.values():
        yield from _lists(subject, text)


def _what(passage: Passage) -> Iterator[Finding]:
    for name in ("source", "time", "place"):
        if f"{{{{ {name}" not in passage.source and f"{{{{{name}" not in passage.source:
            yield passage.found(NAME, Severity.ERROR, f"does not say the {name}: {{{{ {name} }}}}")
    names = HAZARDS[passage.hazard].names
    named = names.get(passage.locale, names["en"])
    missing = [text for text in passage.texts if not names_hazard(text, named, chinese=passage.chinese)]
    # where the taxonomy has no name only the translator knows the word
    if missing and passage.locale in names and "hazard" not in passage.source:
        yield passage.found(NAME, Severity.ERROR, f"does not name the hazard ({named}): {missing[0]!r}")


def names_hazard(text: str, named: str, *, chinese: bool) -> bool:
    """Whether a text names a hazard: the whole name in Chinese, its first word of weight in other languages."""
    if chinese:
        return named in text
    weighty = [word for word in named.lower().replace(",", "").split() if len(word) > 3] or [named.lower()]
    return any(word.rstrip("s") in text.lower() for word in weighty)


def _lists(subject: Subject, text: LocaleText) -> Iterator[Finding]:
    file = f"{text.locale}.yaml"
    for phase, entries in text.actions.items():
        if len(entries) > MOST_ACTIONS:
            message = f"{len(entries)} actions; more than {MOST_ACTIONS} are not remembered"
            yield subject.found(NAME, Severity.WARNING, message, file=file, key=f"actions.{phase}")
        if subject.topic and phase not in subject.topic.meta.phases:
            message = f"phase {phase!r} is not in meta.yaml: nobody ever gets it"
            yield subject.found(NAME, Severity.ERROR, message, file=file, key=f"actions.{phase}")
    if not text.avoid:
        yield subject.found(NAME, Severity.WARNING, "nothing to avoid", file=file, key="avoid")
