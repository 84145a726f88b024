"""What a person enters about a rumour or a question, and whether it can be sent as it is.

Whoever writes it is told at once, and not after the approval, which part is missing or too long for which channel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from emergency_kepu.content.catalog import Catalog
from emergency_kepu.content.checks import check_locales
from emergency_kepu.content.limits import LAYOUT_OF_KIND, kind_of
from emergency_kepu.content.lint import never
from emergency_kepu.content.lint.passages import Passage, Subject
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.domain.campaign import CampaignKind, MessageFacts
from emergency_kepu.domain.errors import UserError
from emergency_kepu.domain.expert import Expert
from emergency_kepu.domain.factcheck import CheckExpert, CheckWords, FactCheck, Verdict, too_long
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.domain.plain import plain
from emergency_kepu.domain.recipient import RecipientKind
from emergency_kepu.matching.observe import RUMOUR
from emergency_kepu.places import gazetteer
from emergency_kepu.places.gazetteer import is_place
from emergency_kepu.settings import Settings

_ADDRESS = re.compile(r"https://[^\s<>\"'\\]{4,300}")
_PARTS = ("claim", "fact", "evidence")


class CheckWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Instants with an offset; places are adcodes or ISO countries."""

    verdict: Verdict
    words: dict[str, CheckWords]
    """By locale, each in the words of whoever writes it."""
    places: tuple[str, ...]
    """Where people hear it."""
    source: str
    """Who has established it: the authority or institution, not the desk's guess."""
    channels: tuple[str, ...]
    source_names: dict[str, str] = {}
    """Locale to its name in that language, where the program does not know it."""
    about: str = ""
    """The hazard that people talk about, a code of the taxonomy."""
    document: str = ""
    """An https address where the evidence is."""
    expert: str = ""
    """Id in `experts.yaml` of who vouches for it."""
    issued_at: datetime | None = None
    """When it was established; None: now."""
    incident: str = ""
    """A rumour that is known here: this is its check, or its correction."""
    kinds: tuple[RecipientKind, ...] = ()
    tags: tuple[str, ...] = ()
    urgent: bool = False
    approvers: int = 1


def plainly(wish: CheckWish) -> CheckWish:
    """The same with every text as one plain line, and without languages that were left empty."""
    words = {
        locale: CheckWords(**{part: plain(getattr(said, part)) for part in said.__struct_fields__})
        for locale, said in wish.words.items()
    }
    kept = {locale: said for locale, said in words.items() if said != CheckWords(claim="", fact="", evidence="")}
    return msgspec.structs.replace(
        wish,
        words=kept,
        source=plain(wish.source),
        source_names={locale: plain(name) for locale, name in wish.source_names.items() if plain(name)},
        document=wish.document.strip(),
        expert=wish.expert.strip(),
    )


def check_of(wish: CheckWish, experts: tuple[Expert, ...]) -> FactCheck:
    """The check as a campaign carries it."""
    found = next((each for each in experts if each.id == wish.expert), None)
    signed = None
    if found is not None:
        signed = CheckExpert(id=found.id, names=found.names, titles=found.titles, institutions=found.institutions)
    return FactCheck(verdict=wish.verdict, words=wish.words, about=wish.about, document=wish.document, expert=signed)


def check_wish(wish: CheckWish, catalog: Catalog, settings: Settings, *, now: datetime) -> None:
    """UserError with one line for the first thing that is wrong, in the order in which one fills it in."""
    problem = _problem(wish, catalog, settings) or _deadly(wish, catalog)
    if problem:
        raise UserError(problem)
    facts = MessageFacts(
        source_name=wish.source,
        source_names=wish.source_names,
        place_codes=wish.places,
        issued_at=wish.issued_at or now,
        tz=gazetteer.timezone_of(wish.places, None, None),
        check=check_of(wish, settings.experts),
    )
    layouts = {LAYOUT_OF_KIND[kind_of(settings.channels[name])] for name in wish.channels}
    for layout in sorted(layouts):
        for locale in wish.words:  # ContentError, which is a UserError, says in which language and by how much
            render(
                catalog,
                RenderRequest(hazard=RUMOUR, locale=locale, layout=layout, kind=CampaignKind.ISSUE, facts=facts),
            )


def _problem(wish: CheckWish, catalog: Catalog, settings: Settings) -> str:
    return (
        _about_words(wish, catalog)
        or _about_places(wish)
        or _about_settings(wish, settings.channels, {expert.id for expert in settings.experts})
    )


def _about_words(wish: CheckWish, catalog: Catalog) -> str:
    if RUMOUR not in catalog.topics:
        return "the content library has no texts about rumours; copy templates/rumour from the shipped one"
    if not wish.words:
        return "words: write claim, fact and evidence in at least one language"
    unknown = sorted(set(wish.words) - set(check_locales(catalog, RUMOUR, check_of(wish, ()))))
    if unknown:
        known = ", ".join(locale for locale in catalog.locales(RUMOUR) if catalog.phrases[locale].check)
        return f"words: {unknown[0]!r}: the library can write fact-checks in {known}"
    for locale, said in wish.words.items():
        missing = next((part for part in _PARTS if not getattr(said, part)), "")
        if missing:
            return f"{locale}: {missing}: is empty; a fact-check without it convinces nobody"
        problem = too_long(locale, said)
        if problem:
            return problem
    return ""


def _about_places(wish: CheckWish) -> str:
    if not wish.places:
        return "places: name at least one; a message for nowhere would reach nobody"
    unknown = next((code for code in wish.places if not is_place(code)), None)
    if unknown is not None:
        return f"place {unknown!r}: give a 6-digit adcode or an ISO 3166 country code"
    if not wish.source:
        return "source: name who has established it; a check without a source is one more rumour"
    if wish.issued_at is not None and wish.issued_at.tzinfo is None:
        return "issued_at: write an instant with an offset, e.g. 2026-06-30T13:30:00+08:00"
    return ""


def _about_settings(wish: CheckWish, channels: Mapping[str, Mapping[str, Any]], experts: set[str]) -> str:
    if wish.about and wish.about not in HAZARDS:
        return f"about {wish.about!r}: not in the taxonomy; `kepu templates list` shows it"
    if wish.document and not _ADDRESS.fullmatch(wish.document):
        return f"document {wish.document!r}: give a whole https address"
    if wish.expert and wish.expert not in experts:
        return f"expert {wish.expert!r}: not in experts.yaml; `kepu experts list` shows them"
    if not 1 <= wish.approvers <= 9:
        return "approvers: 1 to 9"
    if not wish.channels:
        return "channels: name at least one of kepu.yaml"
    for name in wish.channels:
        if name not in channels:
            return f"channel {name!r}: not in kepu.yaml, which has: {', '.join(sorted(channels))}"
        if channels[name].get("drill"):
            return f"channel {name!r}: takes drills only"
    return ""


def _deadly(wish: CheckWish, catalog: Catalog) -> str:
    """An order that has hurt people, by the hazard that the rumour is about: the same list as for the library."""
    passages = tuple(
        Passage(hazard=RUMOUR, locale=locale, key=f"{locale}: {part}", role=role, source=text, texts=(text,))
        for locale, said in wish.words.items()
        for part, role, text in (
            ("fact", "fact", said.fact),
            ("evidence", "fact", said.evidence),
            ("advice", "action", said.advice),
        )
        if text
    )
    for hazard in dict.fromkeys((wish.about or RUMOUR, RUMOUR)):
        subject = Subject(catalog=catalog, name=hazard, topic=None, passages=passages)
        found = next(never.check(subject), None)
        if found is not None:
            return f"{found.key}: {found.message}"
    return ""
