"""One recipient and one way to them become one planned delivery: language, rendered variant, or why nothing is sent.

Used by planning and by failover, so that a spare address gets exactly the text that planning would have given it.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, bindparam, select

from emergency_kepu.content.checks import check_locales
from emergency_kepu.content.limits import LAYOUT_OF_KIND, kind_of
from emergency_kepu.content.locales import resolve
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.delivery.addressing import NoRoute, Route
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.factcheck import FactCheck
from emergency_kepu.domain.recipient import Recipient
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.codec import pack
from emergency_kepu.store.ledger import PlannedDelivery
from emergency_kepu.store.tables import messages
from emergency_kepu.store.upsert import insert_new

NOWHERE = "-"
"""The channel of recipients who cannot be reached: they are on record, with the reason."""

_KNOWN = select(messages.c.id).where(messages.c.id == bindparam("message"))

Rendered = dict[tuple[str, str, str], str | ContentError]
"""(channel, locale, audience) to the message's id, or why it cannot be rendered. One for each page or batch."""


def compose(
    conn: Connection,
    services: Services,
    row: CampaignRow,
    recipient: Recipient,
    route: Route | NoRoute,
    rendered: Rendered,
) -> tuple[str, PlannedDelivery]:
    """(channel, delivery). A recipient who gets nothing is a SKIPPED delivery on NOWHERE, with its reason."""
    if isinstance(route, NoRoute):
        return NOWHERE, _skipped(recipient, "", route.reason, route.detail)
    channel = services.channels.get(route.channel)
    if channel is None or channel.drill is not row.drill:
        detail = f"channel {route.channel!r} takes {'only' if channel and channel.drill else 'no'} drills"
        return NOWHERE, _skipped(recipient, route.target, Reason.DRILL_ONLY, detail)
    known, default = _languages(services, row)
    choice = resolve(recipient.locale, known, default)
    if choice is None:
        return NOWHERE, _skipped(recipient, route.target, Reason.NO_LOCALE, f"no text for {recipient.locale}")
    locale, fell_back = choice
    key = (route.channel, locale, recipient.audience)
    if key not in rendered:
        rendered[key] = _message(conn, services, row, key, channel.kind)
    message = rendered[key]
    if isinstance(message, ContentError) and locale != default and default in known:
        # better another language than nothing: some languages need twice the room of Chinese
        locale, fell_back, key = default, True, (route.channel, default, recipient.audience)
        if key not in rendered:
            rendered[key] = _message(conn, services, row, key, channel.kind)
        message = rendered[key]
    if isinstance(message, ContentError):
        return NOWHERE, _skipped(recipient, route.target, Reason.TOO_LONG, str(message))
    return route.channel, PlannedDelivery(
        recipient_id=recipient.id,
        target=route.target,
        locale=locale,
        message_id=message,
        reason=Reason.LOCALE_FALLBACK if fell_back else None,
        detail=f"asked for {recipient.locale}" if fell_back else "",
    )


def _languages(services: Services, row: CampaignRow) -> tuple[tuple[str, ...], str]:
    """(languages with a text, the one for readers of any other). What an expert wrote is nobody's translation: readers
    of other languages keep what they were told, rather than get words that they cannot read."""
    known = check_locales(services.catalog, row.hazard, row.spec.facts.check)
    said, usual = row.spec.interpretation, services.settings.content.default_locale
    if said is None:
        # a fact-check that is not written in the usual language is still better read in another than not at all
        return known, known[0] if row.spec.facts.check and known and usual not in known else usual
    return tuple(locale for locale in known if locale in said.texts), ""


def _skipped(recipient: Recipient, target: str, reason: Reason, detail: str) -> PlannedDelivery:
    return PlannedDelivery(
        recipient_id=recipient.id,
        target=target,
        locale=recipient.locale,
        message_id="",
        state=DeliveryState.SKIPPED,
        reason=reason,
        detail=detail,
    )


def _message(
    conn: Connection, services: Services, row: CampaignRow, key: tuple[str, str, str], kind: str
) -> str | ContentError:
    """Rendered once a variant: another page finds its row, also when the texts were changed in between."""
    channel, locale, audience = key
    name = "|".join((row.id, str(row.revision), *key))
    message_id = "m-" + hashlib.blake2b(name.encode(), digest_size=10).hexdigest()
    if conn.execute(_KNOWN, {"message": message_id}).first() is not None:
        return message_id
    request = RenderRequest(
        hazard=row.hazard,
        locale=locale,
        layout=LAYOUT_OF_KIND[kind_of(services.settings.channels.get(channel, {"kind": kind}))],
        phase=row.spec.phase,
        kind=row.kind,
        audience=audience,
        drill=row.drill,
        facts=row.spec.facts,
        say=row.spec.say,
        interpretation=row.spec.interpretation,
    )
    try:
        message = render(services.catalog, request)
    except ContentError as problem:
        return problem
    insert_new(
        conn,
        messages,
        [
            {
                "id": message_id,
                "campaign_id": row.id,
                "revision": row.revision,
                "channel": channel,
                "locale": locale,
                "audience": audience,
                "title": message.title,
                "text": message.text,
                "payload": pack(_payload(row)),
                "template_version": message.template_version,
            }
        ],
    )
    return message_id


def _payload(row: CampaignRow) -> dict[str, object]:
    """What machines that read along need: the text is for people."""
    facts = row.spec.facts
    return {
        "campaign": row.id,
        "revision": row.revision,
        "kind": row.kind.value,
        "hazard": row.hazard,
        "severity": facts.severity,
        "level_colour": facts.level_colour,
        "places": list(facts.place_codes),
        "source": facts.source_name,
        "issued_at": facts.issued_at.isoformat(),
        "until": facts.until.isoformat() if facts.until else None,
        **({"check": _checked(facts.check)} if facts.check else {}),
    }


def _checked(check: FactCheck) -> dict[str, object]:
    """A machine that reads along must not take the claim for news."""
    return {
        "verdict": check.verdict.value,
        "about": check.about,
        "claims": {locale: words.claim for locale, words in check.words.items()},
        "document": check.document,
    }
