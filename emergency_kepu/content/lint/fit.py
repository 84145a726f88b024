"""Every message that can be built fits its channel with the five elements intact, whatever the facts.

Each hazard in each language, phase, kind, layout and audience, also as an exercise, with the longest names, with a
usual warning, and with an authority named in another script.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from emergency_kepu.content.catalog import Catalog, Topic
from emergency_kepu.content.facts import local_time, place_name, variables
from emergency_kepu.content.limits import LIMITS
from emergency_kepu.content.lint.elements import names_hazard
from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Subject
from emergency_kepu.content.render import RenderedMessage, RenderRequest, render
from emergency_kepu.content.sms import unaccented
from emergency_kepu.content.specimen import FOREIGN, LONGEST, USUAL
from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.hazard import HAZARDS

NAME = "fit"
SPECIMENS = {"usual": USUAL, "longest": LONGEST, "foreign": FOREIGN}


class Combination(msgspec.Struct, frozen=True, kw_only=True):
    """One message that can be asked for."""

    request: RenderRequest
    specimen: str


def combinations(catalog: Catalog, topic: Topic) -> Iterator[Combination]:
    """Everything that can be asked for about a hazard; an all-clear has no phase and no audience of its own.

    The longest facts go through all of it; usual facts, exercises and foreign names only where they can differ.
    """
    layouts = [name for name in LIMITS if name in catalog.layouts]
    for locale, text in topic.locales.items():
        variants = [(topic.meta.phases[0], CampaignKind.ALL_CLEAR, "")]
        for kind in (CampaignKind.ISSUE, CampaignKind.UPDATE):
            variants += [(phase, kind, audience) for phase in topic.meta.phases for audience in ("", *text.audiences)]
        for phase, kind, audience in variants:
            request = RenderRequest(
                hazard=topic.meta.hazard,
                locale=locale,
                layout="",
                phase=phase,
                kind=kind,
                audience=audience,
                facts=LONGEST,
            )
            for layout in layouts:
                for specimen, drill in _trials(layout, kind):
                    asked = replace(request, layout=layout, facts=SPECIMENS[specimen], drill=drill)
                    yield Combination(request=asked, specimen=specimen)


def _trials(layout: str, kind: CampaignKind) -> Iterator[tuple[str, bool]]:
    """(facts, exercise) to try."""
    yield "longest", False
    if kind is CampaignKind.ISSUE:
        yield "usual", False
        yield "longest", True
    if LIMITS[layout].unit == "parts":
        yield "foreign", False


def check(subject: Subject) -> Iterator[Finding]:
    """Errors: it does not render, does not fit, or an element is lost. Warnings: a usual message loses advice."""
    if subject.topic is None:
        for layout in sorted(set(LIMITS) - set(subject.catalog.layouts)):
            yield Finding(file=f"layouts/{layout}.j2", key="", rule=NAME, severity=Severity.ERROR, message="missing")
        return
    seen: set[tuple[str, str, str]] = set()
    for each in combinations(subject.catalog, subject.topic):
        request = each.request
        for severity, key, message in _judge(subject.catalog, each):
            # where a draft does not fit, its readers are sent the default language: see `pipeline.compose`
            if subject.topic.locales[request.locale].draft:
                severity = Severity.WARNING
            if (request.locale, key, message) not in seen:
                seen.add((request.locale, key, message))
                yield subject.found(NAME, severity, message, file=f"{request.locale}.yaml", key=key)


def _judge(catalog: Catalog, each: Combination) -> Iterator[tuple[Severity, str, str]]:
    request = each.request
    key = f"audiences.{request.audience}.actions.{request.phase}" if request.audience else f"actions.{request.phase}"
    if request.kind is CampaignKind.ALL_CLEAR:
        key = "all_clear"
    try:
        message = render(catalog, request)
    except ContentError as problem:
        yield Severity.ERROR, key, f"{request.layout}, {each.specimen} facts: {problem}"
        return
    lost = _lost(catalog, request, message)
    if lost:
        yield Severity.ERROR, key, f"{request.layout}, {each.specimen} facts: the text lacks the {lost}"
    advice = [name for name in message.dropped if name.startswith(("avoid", "action"))]
    if advice and each.specimen == "usual" and request.kind is CampaignKind.ISSUE:
        most = catalog.parts(request.locale) if request.layout == "sms" else LIMITS[request.layout].most
        parts = f"{most} {message.unit}"
        yield Severity.WARNING, key, f"{request.layout}, usual facts: {', '.join(sorted(advice))} left out ({parts})"


def _lost(catalog: Catalog, request: RenderRequest, message: RenderedMessage) -> str:
    """The first of the five elements that the text lacks; empty when all are there."""
    locale = request.locale
    known = variables(request.facts, hazard=request.hazard, locale=locale, phrases=catalog.phrases[locale],
                      kind=request.kind.value, drill=request.drill)  # fmt: skip
    named = HAZARDS[request.hazard].names
    place = place_name(request.facts, locale)

    def there(words: str) -> bool:
        return words in message.text or unaccented(words) in message.text

    present = {
        "source": there(known["source"]),
        "hazard": locale not in named
        or names_hazard(message.text, named[locale], chinese=locale.startswith("zh"))
        or names_hazard(message.text, unaccented(named[locale]), chinese=False),
        "place": there(place),
        "time": there(local_time(request.facts.issued_at, request.facts.tz, locale)),
        "first action": bool(message.actions) and there(message.actions[0]),
        "note that it is an exercise": not request.drill or there(catalog.phrases[locale].drill_note),
    }
    return next((name for name, there in present.items() if not there), "")
