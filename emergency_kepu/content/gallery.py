"""Every text of a hazard as readers get it, from fixed facts: for the golden files and the library pages."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from emergency_kepu.content.catalog import Catalog
from emergency_kepu.content.limits import LIMITS
from emergency_kepu.content.render import RenderedMessage, RenderRequest, render
from emergency_kepu.content.specimen import CHECKS, USUAL
from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.factcheck import Verdict


class Exhibit(msgspec.Struct, frozen=True, kw_only=True):
    """One message, and what was asked for."""

    phase: str
    kind: str
    audience: str
    layout: str
    message: RenderedMessage


def exhibits(catalog: Catalog, hazard: str, locale: str) -> Iterator[Exhibit]:
    """Each phase and audience on each layout, then the update and the all-clear as SMS.

    ContentError for a text that does not render: lint says so in better words. A draft may lack what does not fit.
    """
    topic = catalog.topics[hazard]
    text = topic.locales[locale]
    wanted = [
        (phase, CampaignKind.ISSUE, audience, layout)
        for phase in topic.meta.phases
        for audience in ("", *text.audiences)
        for layout in (LIMITS if not audience else ("sms",))
    ]
    first = topic.meta.phases[0]
    wanted += [(first, kind, "", "sms") for kind in (CampaignKind.UPDATE, CampaignKind.ALL_CLEAR)]
    for phase, kind, audience, layout in wanted:
        request = RenderRequest(
            hazard=hazard, locale=locale, layout=layout, phase=phase, kind=kind, audience=audience, facts=USUAL
        )
        try:
            message = render(catalog, request)
        except ContentError:
            if not text.draft:
                raise
            continue  # its readers get the default language: see `pipeline.compose`
        yield Exhibit(phase=phase, kind=kind.value, audience=audience, layout=layout, message=message)
    if hazard == "rumour" and locale in CHECKS[Verdict.REFUTED].words and catalog.phrases[locale].check:
        yield from _checked(catalog, locale, first)


def _checked(catalog: Catalog, locale: str, phase: str) -> Iterator[Exhibit]:
    """Each verdict as SMS, then one in full, as a correction and taken back."""
    asked = RenderRequest(hazard="rumour", locale=locale, layout="sms", phase=phase, facts=USUAL)
    wanted = [("sms", CampaignKind.ISSUE, verdict) for verdict in Verdict]
    wanted += [("full", CampaignKind.ISSUE, Verdict.REFUTED), ("sms", CampaignKind.UPDATE, Verdict.REFUTED)]
    wanted += [("sms", CampaignKind.ALL_CLEAR, Verdict.REFUTED)]
    for layout, kind, verdict in wanted:
        facts = replace(USUAL, check=CHECKS[verdict])
        if kind is CampaignKind.UPDATE:
            facts = replace(facts, before=replace(facts.as_before(), verdict=Verdict.UNPROVEN.value))
        message = render(catalog, replace(asked, layout=layout, kind=kind, facts=facts))
        name = f"{kind.value}_of_a_check_{verdict.value}"
        yield Exhibit(phase=phase, kind=name, audience="", layout=layout, message=message)


def golden(catalog: Catalog, hazard: str, locale: str) -> str:
    """One text file with everything: a changed layout, phrase, name or word shows as a difference."""
    parts = []
    for item in exhibits(catalog, hazard, locale):
        about = " ".join(filter(None, (item.kind, item.phase, item.layout, item.audience)))
        message = item.message
        left_out = ", ".join(message.dropped) or "nothing"
        parts.append(f"== {about}: {message.size} {message.unit}, left out: {left_out}\n{message.text}\n")
    return "\n".join(parts)
