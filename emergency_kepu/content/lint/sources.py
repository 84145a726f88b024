"""Every claim names who says so, every name is explained, and nothing is listed that no text uses."""

from __future__ import annotations

from collections.abc import Iterator

from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Subject

NAME = "sources"


def check(subject: Subject) -> Iterator[Finding]:
    """Errors: a claim without a source, a source that is not there. Warnings: unused ones, weak ones."""
    if subject.topic is None:
        return
    meta = subject.topic.meta
    used = {passage.id: passage for passage in reversed(subject.passages) if passage.id}
    for name, passage in sorted(used.items()):
        if not meta.claims.get(name):
            message = f"{name!r} has no source under claims ({passage.texts[0]!r})"
            yield subject.found(NAME, Severity.ERROR, message, key=f"claims.{name}")
    for name, sources in meta.claims.items():
        unknown = [source for source in sources if source not in meta.sources]
        if unknown:
            message = f"{', '.join(unknown)}: not under sources"
            yield subject.found(NAME, Severity.ERROR, message, key=f"claims.{name}")
        elif sources and all(meta.sources[source].grade == "C" for source in sources):
            message = "only sources of grade C: find an authority"
            yield subject.found(NAME, Severity.WARNING, message, key=f"claims.{name}")
        if name not in used:
            message = "no text has this id; a claim that was removed, or a spelling"
            yield subject.found(NAME, Severity.WARNING, message, key=f"claims.{name}")
    named = {source for sources in meta.claims.values() for source in sources}
    for source in sorted(set(meta.sources) - named):
        yield subject.found(NAME, Severity.WARNING, "no claim names it", key=f"sources.{source}")
