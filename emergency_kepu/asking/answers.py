"""What an expert's answer does: one transaction, and only what the question still allows.

Confirming is for the record. Declining asks the next expert. A correction is the expert's own words: they become the
next step of the campaign, and people at the desk approve them like every step.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection

from emergency_kepu.asking import chain
from emergency_kepu.asking.around import Around
from emergency_kepu.asking.links import Link
from emergency_kepu.bus.port import Record
from emergency_kepu.campaigns.drafting import campaign_id
from emergency_kepu.content.limits import LAYOUT_OF_KIND
from emergency_kepu.content.locales import resolve
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.domain.ask import OPEN, Ask, AskState, Purpose
from emergency_kepu.domain.campaign import CampaignKind, Interpretation
from emergency_kepu.domain.decision import Action, Reason
from emergency_kepu.domain.errors import NotFound, Refused, UserError
from emergency_kepu.domain.expert import Expert
from emergency_kepu.domain.incident import Incident, IncidentStatus
from emergency_kepu.domain.plain import plain
from emergency_kepu.pipeline.jobs import answer_record
from emergency_kepu.store import asks, campaigns, incidents
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.locks import one_at_a_time

LONGEST = 300
"""Characters of an interpretation in one language: it must fit an SMS beside source, place, time and first action."""
_MAY = {
    Purpose.CONFIRM: (*OPEN, AskState.SILENT, AskState.DECLINED),
    Purpose.CORRECT: (*OPEN, AskState.SILENT, AskState.DECLINED, AskState.CONFIRMED),
    Purpose.DECLINE: (*OPEN, AskState.SILENT),
}
"""Whoever clicked the wrong link may still correct: what was said stays on record."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What a link leads to now."""

    ask: Ask
    incident: Incident
    expert: Expert
    refusal: Reason | None
    """Why it acts no more; None: it still does."""


def standing(conn: Connection, around: Around, link: Link, now: datetime) -> Standing:
    """NotFound for a question that is not there (any more), whose expert has gone or whose incident was forgotten."""
    ask = asks.find(conn, link.ask)
    incident = incidents.find(conn, ask.incident_id) if ask else None
    expert = around.expert(ask.expert) if ask else None
    if ask is None or incident is None or expert is None:
        msg = "this question is not known here any more"
        raise NotFound(msg)
    refusal: Reason | None = None
    if link.expires_at <= now:
        refusal = Reason.EXPIRED
    elif incident.status is not IncidentStatus.OPEN:
        refusal = Reason.ALL_CLEAR
    elif ask.state not in _MAY[link.purpose]:
        refusal = Reason.SUPERSEDED if ask.state is AskState.CLOSED else Reason.NO_CHANGE
    return Standing(ask=ask, incident=incident, expert=expert, refusal=refusal)


def answer(
    conn: Connection,
    around: Around,
    link: Link,
    *,
    texts: Mapping[str, str],
    channel_kinds: Mapping[str, str],
    now: datetime,
) -> tuple[Ask, list[Record]]:
    """Carry out what the link is for; the records to publish in the same transaction.

    Refused where the question does not allow it any more, UserError for words that cannot be sent. `texts`: locale to
    the words, only of a correction.
    """
    known = asks.find(conn, link.ask)
    if known is not None:
        one_at_a_time(conn, f"ask/{known.incident_id}")
    found = standing(conn, around, link, now)
    if found.refusal is not None:
        raise Refused(found.refusal, f"this link does nothing any more: the question is {found.ask.state.value}")
    actor = f"expert {found.expert.id}"
    if link.purpose is Purpose.DECLINE:
        after = _change(conn, found.ask, state=AskState.DECLINED, next_at=None, answered_at=now)
        detail = f"{found.expert.id}: not my field"
        around.say(conn, after, Reason.EXPERT_DECLINED, detail, now=now, actor=actor, action=Action.WATCH)
        chain.advance(conn, around, found.incident, after, now=now)
        return after, []
    if link.purpose is Purpose.CONFIRM:
        after = _change(conn, found.ask, state=AskState.CONFIRMED, next_at=None, answered_at=now)
        detail = f"{found.expert.id} confirms what is told to the public"
        around.say(conn, after, Reason.EXPERT_CONFIRMED, detail, now=now, actor=actor, action=Action.WATCH)
        _desk_is_free(conn, after)
        return after, []
    written = _checked(conn, around, found, texts, channel_kinds)
    # due at once: the record below is the fast way, the clock is the sure one
    after = _change(conn, found.ask, state=AskState.CORRECTED, next_at=now, answered_at=now, answer=written)
    detail = f"{found.expert.id} wrote an interpretation ({', '.join(written)}): it waits to become a step"
    around.say(conn, after, Reason.EXPERT_CORRECTED, detail, now=now, actor=actor, action=Action.DRAFT)
    _desk_is_free(conn, after)
    return after, [answer_record(after.id, incident_id=after.incident_id, tries=0)]


def locales_of(expert: Expert, available: Collection[str]) -> tuple[str, ...]:
    """The languages with texts that this expert writes, the best first."""
    found = (resolve(language, available, "") for language in expert.languages)
    return tuple(dict.fromkeys(choice[0] for choice in found if choice is not None))


def interpretation(ask: Ask, expert: Expert) -> Interpretation:
    """The answer as a campaign carries it."""
    return Interpretation(
        expert=expert.id, names=expert.names, titles=expert.titles, institutions=expert.institutions, texts=ask.answer
    )


def _change(conn: Connection, ask: Ask, **changes: object) -> Ask:
    after = asks.change(conn, ask, **changes)
    if after is None:
        raise Refused(Reason.NO_CHANGE, "the question was changed just now: open the link again")
    return after


def _desk_is_free(conn: Connection, ask: Ask) -> None:
    """Somebody has answered after all: nobody at the desk has to telephone."""
    for other in asks.of_incident(conn, ask.incident_id):
        if other.round == ask.round and other.state is AskState.DESK:
            asks.change(conn, other, state=AskState.CLOSED, next_at=None, detail=f"{ask.expert} has answered after all")


def _checked(
    conn: Connection, around: Around, found: Standing, texts: Mapping[str, str], channel_kinds: Mapping[str, str]
) -> dict[str, str]:
    """Plain text in the expert's languages that fits every channel of the campaign."""
    allowed = locales_of(found.expert, around.catalog.locales(found.incident.hazard))
    written = {locale: plain(texts.get(locale, "")) for locale in allowed}
    written = {locale: text for locale, text in written.items() if text}
    if not written:
        msg = "please write your interpretation in at least one language"
        raise UserError(msg)
    for locale, text in written.items():
        if len(text) > LONGEST:
            msg = f"{locale}: {len(text)} characters; at most {LONGEST} can be sent"
            raise UserError(msg)
    revisions = campaigns.revisions(conn, campaign_id(found.incident.id))
    if revisions:
        _fits(around, found, revisions[-1], written, channel_kinds)
    return written


def _fits(
    around: Around, found: Standing, row: CampaignRow, written: dict[str, str], channel_kinds: Mapping[str, str]
) -> None:
    """ContentError (a UserError) names the language and by how much it is too long."""
    said = interpretation(msgspec.structs.replace(found.ask, answer=written), found.expert)
    kinds = {channel_kinds[name] for name in row.spec.channels if name in channel_kinds}
    for layout in sorted({LAYOUT_OF_KIND[kind] for kind in kinds}):
        for locale in written:
            render(
                around.catalog,
                RenderRequest(
                    hazard=row.hazard,
                    locale=locale,
                    layout=layout,
                    phase=row.spec.phase,
                    kind=CampaignKind.STEP,
                    drill=row.drill,
                    facts=row.spec.facts,
                    say="expert",
                    interpretation=said,
                ),
            )
