"""Elements, facts and a layout become one message that fits its channel. Deterministic and pure.

What is dropped when a text is too long, in this order: myths, why, the closing notes, the link, what not to do from the
end,
the impact, actions from the end, what changed. Source, hazard, place, time and the first action stay, or nothing is
sent.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, cast

import msgspec
from babel.numbers import format_decimal
from jinja2 import StrictUndefined, Template, UndefinedError
from jinja2.exceptions import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from emergency_kepu.content import sms
from emergency_kepu.content.catalog import Catalog, EndPhrases, Entry, LocaleText, Meta, Phase, Phrases, Topic
from emergency_kepu.content.changes import changes
from emergency_kepu.content.checks import checking, taking_back
from emergency_kepu.content.facts import safe, variables
from emergency_kepu.content.forms.form import Form
from emergency_kepu.content.forms.registry import FORMS
from emergency_kepu.content.limits import LIMITS
from emergency_kepu.domain.campaign import CampaignKind, Interpretation, MessageFacts
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.plain import capital
from emergency_kepu.domain.scripts import direction, isolated, joined_again, one_line

_ENDS = ("。", "！", "？", "…", ".", "!", "?")


class RenderRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One variant: what, for whom, on which layout."""

    hazard: str
    locale: str
    layout: str
    phase: str = "now"
    kind: CampaignKind = CampaignKind.ISSUE
    audience: str = ""
    drill: bool = False
    facts: MessageFacts
    say: str = "actions"
    """`why`: the explanation comes first and stays, with one action. See `domain.step.Step`. `expert`: likewise with
    what an expert wrote."""
    interpretation: Interpretation | None = None


class RenderedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it goes out. `size` counts `unit`; `dropped` names what did not fit."""

    title: str
    text: str
    locale: str
    layout: str
    size: int
    unit: str
    actions: tuple[str, ...]
    dropped: tuple[str, ...]
    template_version: str


class Elements(msgspec.Struct, frozen=True, kw_only=True):
    """What a layout puts together: every text localized, nothing empty but what is absent."""

    lead: str
    headline: str
    what: str
    changed: str = ""
    """What is different from the last message; stands before `what`."""
    impact: str = ""
    actions: tuple[str, ...] = ()
    short: str = ""
    """The first action in few words; empty where the library has none."""
    avoid: tuple[str, ...] = ()
    why: str = ""
    myths: tuple[tuple[str, str], ...] = ()
    more: str = ""
    hotline: str = ""
    relay: str = ""
    link: str = ""
    drill_note: str = ""
    withdrawn: bool = False
    """An end that only takes a report back (`Meta.ending`)."""
    document: str = ""
    """Where evidence can be read in full: only a page has room for it."""


def render(catalog: Catalog, request: RenderRequest) -> RenderedMessage:
    """The message. ContentError when there is no such text, or when the five elements do not fit."""
    topic, text = _text(catalog, request)
    form = FORMS.get(request.layout) or _plain(catalog, request)
    layout = form.version if form.write else catalog.layouts.get(request.layout)
    if layout is None:
        msg = f"no layout {request.layout!r}; there are: {', '.join(sorted(catalog.layouts))}"
        raise ContentError(msg)
    if form.locales and request.locale not in form.locales:
        msg = f"{request.hazard}/{request.locale}: {request.layout} is written in {', '.join(form.locales)}"
        raise ContentError(msg)
    phrases = _own_phrases(catalog.phrases[request.locale], request)
    request = form.adapt(request) if form.adapt else request
    whole = _elements(text, phrases, request, topic.meta)
    if request.kind is CampaignKind.CALENDAR and not form.headings and "p.do" not in layout:
        # a layout without headings: the advice must still not sound like an order
        whole = msgspec.structs.replace(whole, what=phrases.joiner.join((whole.what, phrases.do)))
    limit, refused = form.limit, ""
    for elements, dropped in form.narrow(whole, request) if form.narrow else _shrinking(whole):
        said = _said(_joined(elements, phrases), form, request.locale)
        if form.write:
            body = form.write(said, phrases, request)
        else:
            body = _tidy(_compiled(request.locale, layout).render(e=said, p=phrases))
        if form.fold:
            body = sms.folded(joined_again(body))
        size = limit.measure(body)
        if size <= limit.most and not (refused := form.refuses(body, request.locale)):
            words = topic.draft_hashes.get(request.locale, topic.text_hash) + catalog.frame_hash + layout
            version = hashlib.blake2b(words.encode(), digest_size=8).hexdigest()
            return RenderedMessage(
                title=elements.lead + elements.headline,
                text=body,
                locale=request.locale,
                layout=request.layout,
                size=size,
                unit=limit.unit,
                actions=elements.actions,
                dropped=dropped,
                template_version=version,
            )
    where = f"{request.hazard}/{request.locale}"
    needs = f"source, place, time and first action need more than {limit.most} {limit.unit}"
    msg = f"{where}: {refused or needs}"
    raise ContentError(msg)


def _plain(catalog: Catalog, request: RenderRequest) -> Form:
    limit = LIMITS[request.layout]
    if request.layout != "sms":
        return Form(limit=limit)
    return Form(limit=msgspec.structs.replace(limit, most=catalog.parts(request.locale)), fold=True)


def elements(catalog: Catalog, request: RenderRequest) -> Elements:
    """Everything there is to say, for a page that has room for it: `request.layout` plays no part. ContentError when
    there is no such text."""
    topic, text = _text(catalog, request)
    return _elements(text, _own_phrases(catalog.phrases[request.locale], request), request, topic.meta)


def _text(catalog: Catalog, request: RenderRequest) -> tuple[Topic, LocaleText]:
    topic = catalog.topics.get(request.hazard)
    text = topic.locales.get(request.locale) if topic else None
    if topic is None or text is None:
        msg = f"no text about {request.hazard} in {request.locale}; `kepu templates list` shows what there is"
        raise ContentError(msg)
    return topic, text


def fill_in(source: str, known: Mapping[str, Any], *, where: str, locale: str) -> str:
    """One short template as one line of text. ContentError names `where` and what is undefined or no template."""
    try:
        return one_line(_compiled(locale, source).render(known))
    except UndefinedError as problem:
        msg = f"{where}: {problem} in {source!r}"
        raise ContentError(msg) from problem
    except (TypeError, ValueError, ArithmeticError) as problem:
        msg = f"{where}: {source!r} cannot be filled in: {problem}"
        raise ContentError(msg) from problem


def _own_phrases(phrases: Phrases, request: RenderRequest) -> Phrases:
    """Advice for a day of the calendar is not for now: it gets the lead that says when it is for."""
    if request.kind is not CampaignKind.CALENDAR:
        return phrases
    if phrases.day is None or request.facts.day is None:
        msg = f"_common/{request.locale}.yaml has no `day`: the library has no messages for the calendar"
        raise ContentError(msg)
    phase: Any = request.phase
    return msgspec.structs.replace(phrases, do=phrases.day.do.get(phase, phrases.do))


_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]$")


def _ending(meta: Meta, phrases: Phrases) -> EndPhrases:
    """What is over says so in words of its kind: a gas leak leaves no standing water, an earthquake is not lifted."""
    kinds: dict[Any, EndPhrases] = {**phrases.all_clear_of}
    usual = EndPhrases(
        headline=phrases.all_clear_headline, what=phrases.all_clear_what, actions=phrases.all_clear_actions
    )
    return kinds.get(meta.ending) or kinds.get(meta.category) or usual


def _actions(text: LocaleText, audience: str, phase: str) -> tuple[Entry, ...]:
    """An audience's own where it has some."""
    variant, known = text.audiences.get(audience), cast("Phase", phase)
    return (variant.actions.get(known) if variant else None) or text.actions.get(known, ())


def _elements(text: LocaleText, phrases: Phrases, request: RenderRequest, meta: Meta) -> Elements:
    known = variables(
        request.facts,
        hazard=request.hazard,
        locale=request.locale,
        phrases=phrases,
        kind=request.kind.value,
        drill=request.drill,
    )
    if direction(request.locale) == "rtl":
        known |= {name: isolated(known[name]) for name in ("source", "place", "hotline", "occasion")}

    def fill(source: str) -> str:
        return fill_in(source, known, where=f"{request.hazard}/{request.locale}", locale=request.locale)

    def fill_with(source: str, more: Mapping[str, Any]) -> str:
        return fill_in(source, {**known, **more}, where=f"{request.hazard}/{request.locale}", locale=request.locale)

    drill_lead = phrases.drill_lead if request.drill else ""
    drill_note = phrases.drill_note if request.drill else ""
    if request.kind is CampaignKind.ALL_CLEAR:
        ending = _ending(meta, phrases)
        # "contaminated water (do not drink)" is over: the order in brackets is too
        known["hazard"] = _BRACKETS.sub("", known["hazard"])
        advice = ending.actions
        if meta.ending in ("after", "notice"):
            advice = tuple(action.text for action in _actions(text, request.audience, "after"))
        ended = Elements(
            lead=drill_lead,
            headline=fill(ending.headline),
            what=fill(ending.what),
            actions=tuple(fill(action) for action in advice),
            hotline=fill(phrases.hotline) if known["hotline"] else "",
            link=known["link"],
            drill_note=drill_note,
            withdrawn=meta.ending == "withdrawn",
        )
        if request.facts.check is None:
            return ended
        usual = tuple(fill(action.text) for action in next(iter(text.actions.values())))
        return taking_back(ended, request.facts, phrases, usual, fill_with)
    variant = text.audiences.get(request.audience)
    actions = _actions(text, request.audience, request.phase)
    if not actions:
        msg = f"{request.hazard}/{request.locale}: no actions for phase {request.phase!r}"
        raise ContentError(msg)
    if request.say in ("why", "expert"):
        actions = actions[:1]
    impact = (variant.impact if variant else None) or text.impact
    avoid = variant.avoid if variant and variant.avoid is not None else text.avoid
    why = fill(text.why.text)
    leads = {CampaignKind.UPDATE: phrases.update_lead, CampaignKind.STEP: phrases.step_lead}
    whole = Elements(
        lead=drill_lead + leads.get(request.kind, ""),
        headline=fill(text.headline),
        what=fill(text.what),
        changed=changes(
            request.facts,
            phrases,
            lambda source, values: fill_in(source, values, where=request.locale, locale=request.locale),
        ),
        impact=fill(impact.text),
        actions=tuple(fill(action.text) for action in actions),
        short=fill(actions[0].short),
        avoid=tuple(fill(item.text) for item in avoid),
        why=why,
        myths=tuple((fill(myth.claim), fill(myth.fact)) for myth in text.myths),
        more=fill(text.more),
        hotline=fill(phrases.hotline) if known["hotline"] else "",
        relay=fill(phrases.relay),
        link=known["link"],
        drill_note=drill_note,
    )
    if request.kind is CampaignKind.CALENDAR and phrases.day is not None:
        return msgspec.structs.replace(
            whole, headline=fill(phrases.day.headline), what=fill(phrases.day.what), impact="", relay=""
        )
    if request.facts.check is not None:
        whole = checking(whole, request.facts, phrases, fill_with)
    if request.say == "expert":
        return _explaining(whole, phrases, _expert_says(request, phrases, known))
    return _explaining(whole, phrases, f"{phrases.why}{phrases.joiner}{whole.why}") if request.say == "why" else whole


def _expert_says(request: RenderRequest, phrases: Phrases, known: Mapping[str, Any]) -> str:
    """Who says it, and their own words: those are text and never a template."""
    said, locale = request.interpretation, request.locale
    text = said.texts.get(locale, "") if said else ""
    if said is None or not text:
        msg = f"{request.hazard}/{locale}: the expert wrote nothing in this language"
        raise ContentError(msg)
    by = [part.get(locale) or next(iter(part.values()), "") for part in (said.institutions, said.titles, said.names)]
    who = safe(" ".join(part for part in by if part))
    lead = fill_in(phrases.expert, {**known, "who": who}, where=f"{request.hazard}/{locale}", locale=locale)
    end = "" if text.endswith(_ENDS) else phrases.sentence_end
    return f"{lead}{phrases.joiner}{text}{end}"


def _explaining(whole: Elements, phrases: Phrases, explanation: str) -> Elements:
    """The explanation as part of what happened, so that every layout shows it, SMS too, and nothing drops it: without
    it this message would only repeat the one before."""
    what = phrases.joiner.join((whole.what, explanation))
    return msgspec.structs.replace(whole, what=what, why="", impact="", avoid=())


def _joined(elements: Elements, phrases: Phrases) -> Elements:
    """As layouts see it: what changed is the first thing that is said of what happened."""
    if not elements.changed:
        return elements
    return msgspec.structs.replace(elements, what=f"{elements.changed}{phrases.joiner}{elements.what}")


_NO_WORDS = ("link", "document", "withdrawn")


def _said(elements: Elements, form: Form, locale: str) -> Elements:
    """Every element in the form's own words: what a template puts together can then no longer be markup by accident.

    Links stay: another letter in one is another page."""

    def say(value: str | tuple[Any, ...]) -> str | tuple[Any, ...]:
        return form.words(value, locale) if isinstance(value, str) else tuple(say(part) for part in value)

    words = [name for name in elements.__struct_fields__ if name not in _NO_WORDS]
    return msgspec.structs.replace(elements, **{name: say(getattr(elements, name)) for name in words})


def _shrinking(whole: Elements) -> Iterator[tuple[Elements, tuple[str, ...]]]:
    """The elements, and ever fewer of them, with the names of what is gone."""
    dropped: list[str] = []
    current = whole
    yield current, ()
    for name in ("myths", "why", "relay", "more", "hotline", "link"):
        if getattr(current, name):
            dropped.append(name)
            current = msgspec.structs.replace(current, **{name: () if name == "myths" else ""})
            yield current, tuple(dropped)
    while current.avoid:
        current = msgspec.structs.replace(current, avoid=current.avoid[:-1])
        dropped.append(f"avoid {len(current.avoid) + 1}")
        yield current, tuple(dropped)
    if current.impact:
        current = msgspec.structs.replace(current, impact="")
        dropped.append("impact")
        yield current, tuple(dropped)
    while len(current.actions) > 1:
        current = msgspec.structs.replace(current, actions=current.actions[:-1])
        dropped.append(f"action {len(current.actions) + 1}")
        yield current, tuple(dropped)
    if current.changed:
        dropped.append("changed")
        yield msgspec.structs.replace(current, changed=""), tuple(dropped)


def _tidy(body: str) -> str:
    """Layouts are written with line breaks for people; a message has no blank ends and no empty runs of lines."""
    lines = [line.rstrip() for line in body.strip().splitlines()]
    kept = [line for number, line in enumerate(lines) if line or (number and lines[number - 1])]
    return "\n".join(kept)


@cache
def _environment(locale: str) -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    babel_locale = locale.replace("-", "_")

    def number(value: float, digits: int = 0) -> str:
        return format_decimal(round(float(value), digits), locale=babel_locale)

    environment.filters["number"] = number
    environment.filters["capitalize"] = capital
    return environment


@cache
def _compiled(locale: str, source: str) -> Template:
    try:
        return _environment(locale).from_string(source)
    except TemplateError as problem:
        msg = f"{source!r} is no template: {problem}"
        raise ContentError(msg) from problem
