"""All rules over a library, or some of them over some of it: pure, and the same each time."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from emergency_kepu.content.catalog import Catalog
from emergency_kepu.content.lint import placeholder
from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.fit import combinations
from emergency_kepu.content.lint.passages import Subject, common_of, subject_of
from emergency_kepu.content.lint.rules import RULES


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at, and what was found, by file and key."""

    hazards: tuple[str, ...]
    locales: tuple[str, ...]
    rendered: int
    """Messages that were built; 0 when the rule `fit` was not asked for."""
    errors: int
    warnings: int
    findings: tuple[Finding, ...]


def lint(catalog: Catalog, hazards: Collection[str] = (), rules: Collection[str] = ()) -> Report:
    """Findings for `hazards` by `rules`; empty means all, and then the shared phrases are read too.

    KeyError for a hazard or a rule that there is not: callers check what people type.
    """
    chosen = tuple(sorted(hazards or catalog.topics))
    checks = {name: RULES[name] for name in rules or RULES}
    subjects = [subject_of(catalog, hazard) for hazard in chosen]
    if not hazards:
        subjects.append(common_of(catalog))
    found = sorted(
        item for subject in subjects for name, check in checks.items() for item in check(_for(name, subject))
    )
    topics = [catalog.topics[hazard] for hazard in chosen]
    return Report(
        hazards=chosen,
        locales=tuple(sorted({locale for topic in topics for locale in topic.locales})),
        rendered=sum(1 for topic in topics for _ in combinations(catalog, topic)) if "fit" in checks else 0,
        errors=sum(item.severity is Severity.ERROR for item in found),
        warnings=sum(item.severity is Severity.WARNING for item in found),
        findings=tuple(found),
    )


def _for(rule: str, subject: Subject) -> Subject:
    """Unwritten texts are one finding each, not one a rule: their wording is nobody's wording yet."""
    if rule in ("placeholder", "sources"):
        return subject
    written = tuple(passage for passage in subject.passages if not placeholder.unwritten(passage))
    return msgspec.structs.replace(subject, passages=written)
