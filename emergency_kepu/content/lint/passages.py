"""A library as the rules read it: every text with its file, its key, its role, and all that it can become."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from emergency_kepu.content.catalog import Catalog, Entry, LocaleText, Phase, Phrases, Topic
from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.variations import outcomes

_TAGS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
COMMON = "_common"


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """One text of one language. `texts` are all that it can become as optional facts are there or not."""

    hazard: str
    """`_common` for the phrases that all messages share."""
    locale: str
    key: str
    role: str
    """headline, what, impact, action, short, avoid, why, claim, fact, more, phrase."""
    id: str = ""
    phase: str = ""
    audience: str = ""
    source: str
    texts: tuple[str, ...]
    problem: str = ""
    """Why it cannot be filled in; `texts` is then the source without its tags."""

    @property
    def static(self) -> str:
        """Only what the author wrote: every branch, no fact."""
        return " ".join(_TAGS.sub(" ", self.source).split())

    @property
    def chinese(self) -> bool:
        """Characters rather than words."""
        return self.locale.startswith("zh")

    def found(self, rule: str, severity: Severity, message: str) -> Finding:
        """A finding about this passage."""
        file = f"{self.hazard}/{self.locale}.yaml"
        return Finding(file=file, key=self.key, rule=rule, severity=severity, message=message)


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule is given: one hazard, or the shared phrases (then `topic` is None)."""

    catalog: Catalog
    name: str
    topic: Topic | None
    passages: tuple[Passage, ...]

    def found(self, rule: str, severity: Severity, message: str, *, file: str = "meta.yaml", key: str = "") -> Finding:
        """A finding about a file of this hazard."""
        return Finding(file=f"{self.name}/{file}", key=key, rule=rule, severity=severity, message=message)


def subject_of(catalog: Catalog, hazard: str) -> Subject:
    """One hazard with all its passages."""
    topic = catalog.topics[hazard]
    passages = tuple(
        passage for text in topic.locales.values() for passage in _of_locale(hazard, text, catalog.phrases[text.locale])
    )
    return Subject(catalog=catalog, name=hazard, topic=topic, passages=passages)


def common_of(catalog: Catalog) -> Subject:
    """The shared phrases of every language."""
    passages = tuple(passage for phrases in catalog.phrases.values() for passage in _of_phrases(phrases))
    return Subject(catalog=catalog, name=COMMON, topic=None, passages=passages)


def _of_locale(hazard: str, text: LocaleText, phrases: Phrases) -> Iterator[Passage]:
    def passage(key: str, role: str, source: str, **more: str) -> Passage:
        texts, problem = outcomes(source, hazard=hazard, phrases=phrases)
        stripped = (" ".join(_TAGS.sub(" ", source).split()),)
        return Passage(
            hazard=hazard,
            locale=text.locale,
            key=key,
            role=role,
            source=source,
            texts=texts or stripped,
            problem=problem,
            **more,
        )

    yield passage("headline", "headline", text.headline)
    yield passage("what", "what", text.what)
    yield passage(f"impact.{text.impact.id}", "impact", text.impact.text, id=text.impact.id)
    yield passage(f"why.{text.why.id}", "why", text.why.text, id=text.why.id)
    for myth in text.myths:
        yield passage(f"myths.{myth.id}.claim", "claim", myth.claim, id=myth.id)
        yield passage(f"myths.{myth.id}.fact", "fact", myth.fact, id=myth.id)
    if text.more:
        yield passage("more", "more", text.more)
    yield from _entries(passage, text.actions, text.avoid)
    for audience, variant in text.audiences.items():
        yield from _entries(passage, variant.actions, variant.avoid or (), audience)
        if variant.impact:
            key = f"audiences.{audience}.impact.{variant.impact.id}"
            yield passage(key, "impact", variant.impact.text, id=variant.impact.id, audience=audience)


def _entries(
    passage: Callable[..., Passage],
    actions: Mapping[Phase, tuple[Entry, ...]],
    avoid: tuple[Entry, ...],
    audience: str = "",
) -> Iterator[Passage]:
    lead = f"audiences.{audience}." if audience else ""
    for phase, entries in actions.items():
        for entry in entries:
            key = f"{lead}actions.{phase}.{entry.id}"
            yield passage(key, "action", entry.text, id=entry.id, phase=phase, audience=audience)
            if entry.short:
                yield passage(f"{key}.short", "short", entry.short, id=entry.id, phase=phase, audience=audience)
    for entry in avoid:
        yield passage(f"{lead}avoid.{entry.id}", "avoid", entry.text, id=entry.id, audience=audience)


_GIVEN: dict[str, dict[str, str]] = {
    "changes": {"now": "9", "before": "8", "name": "magnitude"},
    "expert": {"who": "Example City Meteorological Observatory, chief forecaster Wu Yangben"},
    "check": {
        "about": "earthquake",
        "claim": "A quake will come tonight.",
        "fact": "No authority has forecast one.",
        "before": "false",
        "now": "true",
        "who": "Example City Earthquake Agency, researcher Li Mou",
    },
    "day": {"occasion": "World Water Day", "day": "22 Mar"},
}
"""What only some phrases may use, with a specimen."""


def _of_phrases(phrases: Phrases) -> Iterator[Passage]:
    for name, value in msgspec.structs.asdict(phrases).items():
        if name in ("locale", "joiner", "sentence_end"):
            continue
        for key, source in _flat(name, value):
            always = (name,) if name == "hotline" else ()  # only printed when there is one
            texts, problem = outcomes(
                source, hazard="flood", phrases=phrases, always=always, given=_GIVEN.get(name, {})
            )
            yield Passage(
                hazard=COMMON,
                locale=phrases.locale,
                key=key,
                role="phrase",
                source=source,
                texts=texts or (" ".join(_TAGS.sub(" ", source).split()),),
                problem=problem,
            )


def _flat(key: str, value: object) -> Iterator[tuple[str, str]]:
    """Every text under a key, with its whole key."""
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.asdict(value)
    if isinstance(value, tuple):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        for part, inner in value.items():
            yield from _flat(f"{key}.{part}", inner)
    elif isinstance(value, str):
        yield key, value
