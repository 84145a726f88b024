"""The life-saving action comes first: `meta.yaml` declares it for each phase, and every language keeps to it.

An audience may put an action of its own before it, not one of everybody's. An SMS that is cut to its shortest still has
the first action, so which one that is must be somebody's decision.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from emergency_kepu.content.catalog import LocaleText, Phase
from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Subject

NAME = "first_action"
_WEAK = re.compile(
    r"^(?:follow|listen to|watch|check) (?:the )?(?:latest )?(?:news|notices|updates|forecasts?)|"
    r"^(?:请|請)?(?:密切)?(?:关注|關注|留意|收听|收聽|收看|注意)(?:最新)?(?:消息|通知|预报|預報|天气|天氣|新闻|新聞|官方)",
    re.IGNORECASE,
)


def check(subject: Subject) -> Iterator[Finding]:
    """Errors: another action comes first than declared. Warnings: none is declared, or it only points to the news."""
    if subject.topic is None:
        return
    first = subject.topic.meta.first
    missing = [phase for phase in subject.topic.meta.phases if phase not in first]
    if missing:
        message = f"`first` does not say which action saves lives for: {', '.join(missing)}"
        yield subject.found(NAME, Severity.WARNING, message, key="first")
    for text in subject.topic.locales.values():
        for phase, wanted in first.items():
            yield from _order(subject, text, phase, wanted)
    for passage in subject.passages:
        if passage.role == "action" and passage.phase == "now" and _WEAK.search(passage.texts[0]):
            listed = subject.topic.locales[passage.locale].actions.get("now", ())
            if listed and listed[0].id == passage.id:
                message = f"the first action only points to the news: {passage.texts[0]!r}"
                yield passage.found(NAME, Severity.WARNING, message)


def _order(subject: Subject, text: LocaleText, phase: Phase, wanted: str) -> Iterator[Finding]:
    file = f"{text.locale}.yaml"
    lists = {"": text.actions, **{name: variant.actions for name, variant in text.audiences.items()}}
    general = [entry.id for entry in text.actions.get(phase, ())]
    for audience, actions in lists.items():
        names = [entry.id for entry in actions.get(phase, ())]
        key = f"audiences.{audience}.actions.{phase}" if audience else f"actions.{phase}"
        if not audience and wanted not in names:
            yield subject.found(
                NAME, Severity.ERROR, f"{wanted!r} is declared first, and not there", file=file, key=key
            )
        elif wanted in names and names[0] != wanted and names[0] in general:
            message = f"{names[0]!r} comes before {wanted!r}, which meta.yaml declares first"
            yield subject.found(NAME, Severity.ERROR, message, file=file, key=key)
