"""Every form (`content/forms`) carries what it promises, whatever the facts: what a reader sees or hears is looked at,
not what was put in.

Each hazard in each language, phase, kind and audience with the longest names; a usual warning, an authority named in
another script and an exercise once a language. A form with room for the longest is tried with less.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from emergency_kepu.content import sms
from emergency_kepu.content.catalog import Catalog, Topic
from emergency_kepu.content.facts import variables
from emergency_kepu.content.forms import short
from emergency_kepu.content.forms.form import Form
from emergency_kepu.content.forms.registry import FORMS
from emergency_kepu.content.lint.elements import names_hazard
from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Subject
from emergency_kepu.content.render import RenderedMessage, RenderRequest, render
from emergency_kepu.content.specimen import FOREIGN, LONGEST, USUAL
from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.hazard import HAZARDS

NAME = "forms"


def requests(topic: Topic) -> Iterator[RenderRequest]:
    """Everything to try on each form, without a layout yet."""
    first = topic.meta.phases[0]
    for locale, text in topic.locales.items():
        asked = RenderRequest(hazard=topic.meta.hazard, locale=locale, layout="", phase=first, facts=LONGEST)
        for facts, drill in ((USUAL, False), (FOREIGN, False), (LONGEST, True)):
            yield replace(asked, facts=facts, drill=drill)
        yield replace(asked, kind=CampaignKind.ALL_CLEAR)
        for phase in topic.meta.phases:
            yield replace(asked, phase=phase, kind=CampaignKind.UPDATE)
            for audience in ("", *text.audiences):
                yield replace(asked, phase=phase, audience=audience)


def check(subject: Subject) -> Iterator[Finding]:
    """Errors: a form does not render, does not fit, or lacks what it promises."""
    if subject.topic is None:
        return
    seen: set[tuple[str, str, str]] = set()
    for asked in requests(subject.topic):
        for layout, form in FORMS.items():
            if form.roomy and (asked.facts is not LONGEST or asked.audience or asked.kind is CampaignKind.UPDATE):
                continue
            if form.locales and asked.locale not in form.locales:
                continue  # not offered in this language
            draft = subject.topic.locales[asked.locale].draft
            problem = wrong_with(subject.catalog, replace(asked, layout=layout), form)
            if problem and (asked.locale, layout, problem) not in seen:
                seen.add((asked.locale, layout, problem))
                key = f"actions.{asked.phase}" if asked.kind is not CampaignKind.ALL_CLEAR else "all_clear"
                severity = Severity.WARNING if draft else Severity.ERROR
                yield subject.found(NAME, severity, f"{layout}: {problem}", file=f"{asked.locale}.yaml", key=key)


def wrong_with(catalog: Catalog, request: RenderRequest, form: Form) -> str:
    """Why one message on one form must not ship; empty: it may."""
    try:
        message = render(catalog, request)
        request = form.adapt(request) if form.adapt else request
    except ContentError as problem:
        return str(problem)
    lost = _lost(catalog, request, form, message) if form.whole else _lost_of_short(request, message)
    return f"the text lacks the {lost}" if lost else ""


def _lost(catalog: Catalog, request: RenderRequest, form: Form, message: RenderedMessage) -> str:
    locale, phrases = request.locale, catalog.phrases[request.locale]
    known = variables(request.facts, hazard=request.hazard, locale=locale, phrases=phrases, kind=request.kind.value,
                      drill=request.drill)  # fmt: skip
    heard = form.read(message.text)

    def there(words: str) -> bool:
        said = form.words(words, locale)
        return said in heard or sms.folded(said) in heard

    named = HAZARDS[request.hazard].names
    present = {
        "source": there(known["source"]),
        "hazard": locale not in named
        or names_hazard(heard, named[locale], chinese=locale.startswith("zh"))
        or names_hazard(heard, sms.unaccented(named[locale]), chinese=False),
        "place": there(known["place"]),
        "time": there(known["time"]),
        "first action": bool(message.actions) and there(message.actions[0]),
        "note that it is an exercise": not request.drill or there(phrases.drill_note),
    }
    return next((name for name, found in present.items() if not found), "")


def _lost_of_short(request: RenderRequest, message: RenderedMessage) -> str:
    """What 90 characters promise: an all-clear may lose its time, and an exercise is told by its first word."""
    locale, facts = request.locale, request.facts
    present = {
        "source": sms.folded(short.source(facts, locale)),
        "hazard": short.hazard(request.hazard, locale),
        "place": sms.folded(short.place(facts, locale)),
        "time": short.times(facts, locale)[1] if request.kind is not CampaignKind.ALL_CLEAR else "",
        "note that it is an exercise": short.phrases(locale).drill.strip() if request.drill else "",
    }
    return next((name for name, words in present.items() if words not in message.text), "")
