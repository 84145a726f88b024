"""One revision that went out, as a CAP 1.2 message of our own.

It explains a warning of somebody else and says so in its description: `source` is that authority, `senderName` the
desk. What CAP wants to know and we were not told (how certain it is) stays `Unknown`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from emergency_kepu.content.catalog import Catalog, Phrases, hazard_name
from emergency_kepu.content.facts import place_name, safe
from emergency_kepu.content.render import Elements, RenderRequest, elements
from emergency_kepu.desk.cap_words import RESPONSE, URGENCY, category
from emergency_kepu.domain.alert import Alert, Area, Effect, Info, Reference
from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.hazard import event_codes
from emergency_kepu.store.campaigns import CampaignRow

_EFFECT = {"Alert": Effect.ISSUE, "Update": Effect.UPDATE, "Cancel": Effect.CANCEL}


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """Whose messages these are: `sender` for machines, `name` for people."""

    sender: str
    name: str


def identifier_of(row: CampaignRow) -> str:
    """Of the message that a revision is; never used for another."""
    return f"{row.id}-r{row.revision}"


def withdrawal_identifier(row: CampaignRow) -> str:
    """Of the message that takes a revision back."""
    return f"{identifier_of(row)}-x"


def message_of(
    row: CampaignRow, before: Sequence[CampaignRow], catalog: Catalog, speaker: Speaker, *, incident: str
) -> Alert | None:
    """`row` was launched, and `before` it the earlier revisions of its campaign that it replaces, oldest first.

    None when the library has no text that it could be said with: a message without words is no help.
    """
    infos = [_info(row, catalog, locale, speaker) for locale in catalog.locales(row.hazard)]
    said = tuple(info for info in infos if info is not None)
    if not said:
        return None
    msg_type = "Alert" if not before else "Cancel" if row.kind is CampaignKind.ALL_CLEAR else "Update"
    return _alert(row, msg_type, identifier_of(row), row.launched_at, before, speaker, incident, said)


def withdrawal_of(
    row: CampaignRow,
    before: Sequence[CampaignRow],
    at: datetime,
    catalog: Catalog,
    speaker: Speaker,
    *,
    incident: str,
) -> Alert:
    """The desk took a launched revision back at an instant: a Cancel of it and of what it replaced."""
    infos = tuple(_gone(row, catalog.phrases[locale], speaker) for locale in catalog.locales(row.hazard))
    return _alert(row, "Cancel", withdrawal_identifier(row), at, (*before, row), speaker, incident, infos)


def _alert(
    row: CampaignRow,
    msg_type: str,
    identifier: str,
    sent: datetime | None,
    before: Sequence[CampaignRow],
    speaker: Speaker,
    incident: str,
    infos: tuple[Info, ...],
) -> Alert:
    return Alert(
        identifier=identifier,
        sender=speaker.sender,
        sent=_whole(sent),
        status="Exercise" if row.drill else "Actual",
        msg_type=msg_type,
        scope="Public",
        effect=_EFFECT[msg_type],
        source=safe(row.spec.facts.source_name) or None,
        references=tuple(
            Reference(sender=speaker.sender, identifier=identifier_of(other), sent=_whole(other.launched_at))
            for other in before
        ),
        incidents=(incident,),
        infos=infos,
    )


def _info(row: CampaignRow, catalog: Catalog, locale: str, speaker: Speaker) -> Info | None:
    spec = row.spec
    request = RenderRequest(
        hazard=row.hazard,
        locale=locale,
        layout="full",
        phase=spec.phase,
        kind=row.kind,
        drill=spec.drill,
        facts=spec.facts,
        say=spec.say,
        interpretation=spec.interpretation,
    )
    try:
        said = elements(catalog, request)
    except ContentError:
        return None  # in this language it was not sent either
    over = row.kind is CampaignKind.ALL_CLEAR
    facts, phrases = spec.facts, catalog.phrases[locale]
    return Info(
        language=locale,
        categories=(category(row.hazard),),
        event=hazard_name(row.hazard, phrases),
        hazard=row.hazard,
        response_types=("AllClear" if over else RESPONSE[spec.phase],),
        urgency="Past" if over else URGENCY[spec.phase],
        severity=facts.severity,
        effective=_whole(row.launched_at),
        expires=_whole(None if over else row.expires_at or facts.until),
        sender_name=speaker.name,
        headline=said.lead + said.headline,
        description=_description(said, phrases),
        instruction=phrases.joiner.join((*said.actions, *said.avoid)),
        web=facts.link or None,
        contact=safe(facts.hotline) or None,
        event_codes=event_codes(row.hazard),
        parameters={"revision": (str(row.revision),)},
        areas=_areas(row, locale),
    )


def _gone(row: CampaignRow, phrases: Phrases, speaker: Speaker) -> Info:
    """Says what is taken back and nothing of what it advised."""
    return Info(
        language=phrases.locale,
        categories=(category(row.hazard),),
        event=hazard_name(row.hazard, phrases),
        hazard=row.hazard,
        urgency="Past",
        severity=row.spec.facts.severity,
        sender_name=speaker.name,
        event_codes=event_codes(row.hazard),
        parameters={"revision": (str(row.revision),), "withdrawn": ("true",)},
        areas=_areas(row, phrases.locale),
    )


def _description(said: Elements, phrases: Phrases) -> str:
    parts = (said.changed, said.what, said.impact, said.why, said.hotline, said.relay, said.drill_note)
    return phrases.joiner.join(part for part in parts if part)


def _areas(row: CampaignRow, locale: str) -> tuple[Area, ...]:
    facts = row.spec.facts
    desc = place_name(facts, locale)
    if not desc:
        return ()
    codes: dict[str, tuple[str, ...]] = {}
    for name, fits in (("adcode", str.isdigit), ("ISO 3166-1", str.isalpha)):
        if found := tuple(code for code in facts.place_codes if fits(code)):
            codes[name] = found
    return (Area(desc=desc, geocodes=codes),)


def _whole(at: datetime | None) -> datetime | None:
    """CAP counts whole seconds."""
    return None if at is None else at.replace(microsecond=0)
