"""Every text that a campaign would send, as planning would write it: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

import msgspec

from emergency_kepu.content.catalog import Catalog
from emergency_kepu.content.checks import check_locales
from emergency_kepu.content.limits import LAYOUT_OF_KIND
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.domain.campaign import CampaignKind, CampaignSpec
from emergency_kepu.domain.errors import ContentError

_SENTENCE = re.compile(r"(?<=[。！？])|(?<=[.!])\s+(?=\S)")
_NUMBER = re.compile(r"^(?:\d+\.|-)\s+")


class PreviewText(msgspec.Struct, frozen=True, kw_only=True):
    """One variant, or why there is none."""

    channel: str
    locale: str
    audience: str
    """Empty: for everyone."""
    title: str = ""
    text: str = ""
    size: int = 0
    unit: str = ""
    problem: str = ""
    differs: tuple[str, ...] = ()
    """Of an audience's own text: the lines or sentences that the text for everyone does not have."""
    lacks: tuple[str, ...] = ()
    """And those of the text for everyone that it does not have."""


def previews(
    catalog: Catalog, *, hazard: str, kind: CampaignKind, spec: CampaignSpec, channel_kinds: Mapping[str, str]
) -> tuple[PreviewText, ...]:
    """Each channel in each language for each audience that gets other words than everyone. `channel_kinds`: name to
    kind of the channels that are configured."""
    topic = catalog.topics.get(hazard)
    found: list[PreviewText] = []
    for channel in spec.channels:
        for locale in check_locales(catalog, hazard, spec.facts.check):
            ask = partial(_one, catalog, hazard, kind, spec, channel, channel_kinds.get(channel), locale)
            everyone = ask("")
            found.append(everyone)
            for audience in topic.locales[locale].audiences if topic else ():
                own = ask(audience)
                if (own.text, own.problem) != (everyone.text, everyone.problem):
                    differs, lacks = _without(own.text, everyone.text), _without(everyone.text, own.text)
                    found.append(msgspec.structs.replace(own, differs=differs, lacks=lacks))
    return tuple(found)


def _without(text: str, other: str) -> tuple[str, ...]:
    """The lines of a text that another lacks; its sentences where it has one line."""
    known = set(_parts(other))
    return tuple(part for part in _parts(text) if part not in known)


def _parts(text: str) -> list[str]:
    parts = text.splitlines() if "\n" in text else _SENTENCE.split(text)
    return [bare for part in parts if (bare := _NUMBER.sub("", part).strip())]


def _one(
    catalog: Catalog,
    hazard: str,
    kind: CampaignKind,
    spec: CampaignSpec,
    channel: str,
    channel_kind: str | None,
    locale: str,
    audience: str,
) -> PreviewText:
    if channel_kind is None:
        problem = f"channel {channel!r} is not configured: nothing is sent on it"
        return PreviewText(channel=channel, locale=locale, audience=audience, problem=problem)
    request = RenderRequest(
        hazard=hazard,
        locale=locale,
        layout=LAYOUT_OF_KIND[channel_kind],
        phase=spec.phase,
        kind=kind,
        audience=audience,
        drill=spec.drill,
        facts=spec.facts,
        say=spec.say,
        interpretation=spec.interpretation,
    )
    try:
        found = render(catalog, request)
    except ContentError as refused:
        return PreviewText(channel=channel, locale=locale, audience=audience, problem=str(refused))
    return PreviewText(
        channel=channel,
        locale=locale,
        audience=audience,
        title=found.title,
        text=found.text,
        size=found.size,
        unit=found.unit,
    )
