"""What a campaign's page says in one language: everything the library has, where a message has room for a part."""

from __future__ import annotations

import msgspec

from emergency_kepu.content.catalog import Catalog
from emergency_kepu.content.facts import variables
from emergency_kepu.content.render import Elements, RenderRequest, elements, fill_in
from emergency_kepu.domain.campaign import CampaignKind, CampaignSpec
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.scripts import direction, vertical
from emergency_kepu.pages.understanding import Question, questions


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Readers whose advice differs: whole lists, as they would get them in a message."""

    audience: str
    actions: tuple[str, ...]
    avoid: tuple[str, ...]


class PageText(msgspec.Struct, frozen=True, kw_only=True):
    """One page. Texts are plain; whoever shows them escapes them."""

    locale: str
    direction: str
    """`ltr` or `rtl`, as HTML's `dir`."""
    vertical: bool
    """Lines run from top to bottom, the first at the left."""
    phase: str
    do: str
    """Heading of the advice where it is no order for now; empty: the page's own word for the phase."""
    elements: Elements
    expert: str
    """What an expert wrote in this language, with who it is; empty where nobody did."""
    questions: tuple[Question, ...]
    """None after an all-clear."""
    groups: tuple[Group, ...]
    """Audiences with advice of their own; a page does not know who reads it."""
    aloud: str
    """The same as sentences in the order in which one would say them."""


def page_text(catalog: Catalog, spec: CampaignSpec, kind: CampaignKind, locale: str, *, seed: str) -> PageText:
    """ContentError when the library has no such text. `seed` keeps the order of answers the same at every visit."""
    request = RenderRequest(
        hazard=spec.hazard,
        locale=locale,
        layout="full",
        phase=spec.phase,
        kind=kind,
        drill=spec.drill,
        facts=spec.facts,
    )
    found = elements(catalog, request)
    expert = _expert(catalog, request, spec)
    do = _day_heading(catalog, spec, locale) if kind is CampaignKind.CALENDAR else ""
    asked: tuple[Question, ...] = ()
    if kind is not CampaignKind.ALL_CLEAR:
        asked = _questions(catalog, request, seed)
    return PageText(
        locale=locale,
        direction=direction(locale),
        vertical=vertical(locale),
        phase=spec.phase,
        do=do,
        elements=found,
        expert=expert,
        questions=asked,
        groups=_groups(catalog, request, found),
        aloud=_aloud(found, expert, do),
    )


def _groups(catalog: Catalog, request: RenderRequest, everyone: Elements) -> tuple[Group, ...]:
    if request.facts.check is not None:
        return ()
    found = []
    for audience in catalog.topics[request.hazard].locales[request.locale].audiences:
        own = elements(catalog, msgspec.structs.replace(request, audience=audience))
        if (own.actions, own.avoid) != (everyone.actions, everyone.avoid):
            found.append(Group(audience=audience, actions=own.actions, avoid=own.avoid))
    return tuple(found)


def _day_heading(catalog: Catalog, spec: CampaignSpec, locale: str) -> str:
    """Nothing happens on a day of the calendar: "what to do now" would frighten whoever skims the page."""
    day = catalog.phrases[locale].day
    said = next((text for phase, text in day.do.items() if phase == spec.phase), "") if day else ""
    return said.rstrip(":： ")


def _expert(catalog: Catalog, request: RenderRequest, spec: CampaignSpec) -> str:
    said = spec.interpretation
    if spec.say != "expert" or said is None or not said.texts.get(request.locale):
        return ""
    whole = msgspec.structs.replace(request, say="expert", interpretation=said)
    plain = elements(catalog, request).what
    return elements(catalog, whole).what.removeprefix(plain).strip()


def _questions(catalog: Catalog, request: RenderRequest, seed: str) -> tuple[Question, ...]:
    topic = catalog.topics[request.hazard]
    phase = next((known for known in topic.meta.phases if known == request.phase), None)
    if phase is None:
        return ()
    known = variables(
        request.facts,
        hazard=request.hazard,
        locale=request.locale,
        phrases=catalog.phrases[request.locale],
        kind=request.kind.value,
        drill=request.drill,
    )

    def fill(source: str) -> str:
        return fill_in(source, known, where=f"{request.hazard}/{request.locale}", locale=request.locale)

    try:
        return tuple(
            msgspec.structs.replace(
                asked,
                claim=fill(asked.claim),
                options=tuple(fill(option) for option in asked.options),
                because=fill(asked.because),
            )
            for asked in questions(topic, request.locale, phase, seed=seed)
        )
    except ContentError:
        return ()  # the advice counts; a question that cannot be asked must not take the page away


def _aloud(e: Elements, expert: str, do: str) -> str:
    parts = (e.lead + e.headline, e.changed, e.what, expert, e.impact, do, *e.actions, *e.avoid, e.why, e.hotline)
    return "\n".join(part for part in (*parts, e.relay, e.drill_note) if part)
