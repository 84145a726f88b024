"""Plan: a launched revision becomes messages, batches and deliveries, one page of recipients at a time.

Every id is derived from campaign, revision and page, so planning a page twice writes nothing twice. First the audience,
then (for an escalation) those reached before who are no longer in it; an update or an all-clear goes to those reached,
and to nobody else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection

from emergency_kepu.bus.port import Record
from emergency_kepu.content.limits import LAYOUT_OF_KIND
from emergency_kepu.content.locales import resolve
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.delivery.addressing import NoRoute, Route, first_route
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.recipient import AudienceQuery, Recipient, RecipientKind
from emergency_kepu.pipeline.jobs import Launch, decode, dispatch_record, launch_record
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns, ledger, progress, reach, recipients
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.codec import pack
from emergency_kepu.store.ledger import PlannedBatch, PlannedDelivery
from emergency_kepu.store.tables import messages
from emergency_kepu.store.upsert import insert_new

NOWHERE = "-"
"""The channel of recipients who cannot be reached: they are on record, with the reason."""


async def plan(record: Record, services: Services) -> list[Record]:
    """The handler of `kepu.launch`."""
    launch = decode(record, Launch)
    return await services.database.write(lambda conn: _page(conn, services, launch))


def _page(conn: Connection, services: Services, launch: Launch) -> list[Record]:
    row = campaigns.get(conn, launch.campaign_id, launch.revision)
    if row is None or row.state is not CampaignState.LAUNCHED:
        return []  # cancelled or superseded since: nothing more goes out
    size = services.settings.delivery.plan_page
    select = _reached if launch.reached_only else _audience
    ways = select(conn, row, launch.after, size)
    planned, out = _write(conn, services, row, launch, ways)
    last = ways[-1][0].id if ways else launch.after
    onward = _onward(row, launch, more=len(ways) == size, last=last)
    campaigns.add_planned(conn, row.id, row.revision, planned=planned, complete=onward is None)
    if onward is None:
        if not out and progress.open_count(conn, row.id, row.revision) == 0:
            campaigns.finish(conn, row.id, row.revision, services.clock.now())
        return out
    return [*out, launch_record(onward)]


def _onward(row: CampaignRow, launch: Launch, *, more: bool, last: str) -> Launch | None:
    """The next page, the second pass over those reached before, or nothing."""
    if more:
        return msgspec.structs.replace(launch, step=launch.step + 1, after=last)
    if not launch.reached_only and row.spec.also_audience and row.spec.only_reached_by:
        return msgspec.structs.replace(launch, step=launch.step + 1, after="", reached_only=True)
    return None


_Way = tuple[Recipient, Route | NoRoute]


def _audience(conn: Connection, row: CampaignRow, after: str, size: int) -> list[_Way]:
    query = msgspec.convert(row.spec.audience, AudienceQuery)
    # a drill selects drill sinks and anything else selects none of them, whatever was stored
    query = msgspec.structs.replace(query, drill=row.drill)
    found = recipients.page(conn, query, after=after, limit=size)
    targets = [address.target for recipient in found for address in recipient.addresses]
    refused = recipients.opted_out(conn, targets)
    return [(recipient, first_route(recipient, row.spec.channels, refused)) for recipient in found]


def _reached(conn: Connection, row: CampaignRow, after: str, size: int) -> list[_Way]:
    """The way by which they were reached: it worked, and it is where they look."""
    found = reach.reached(conn, row.id, row.spec.only_reached_by, after=after, limit=size)
    known = recipients.by_ids(conn, [item[0] for item in found])
    refused = recipients.opted_out(conn, [item[2] for item in found])
    ways: list[_Way] = []
    for recipient_id, channel, target, locale in found:
        recipient = known.get(recipient_id) or Recipient(
            id=recipient_id, kind=RecipientKind.PERSON, locale=locale, place="", addresses=()
        )
        route: Route | NoRoute = Route(channel=channel, target=target)
        if (channel, target) in refused:
            route = NoRoute(reason=Reason.OPTED_OUT, detail="opted out since")
        ways.append((recipient, route))
    return ways


def _write(
    conn: Connection, services: Services, row: CampaignRow, launch: Launch, ways: Sequence[_Way]
) -> tuple[int, list[Record]]:
    done = reach.already_planned(conn, row.id, row.revision, [recipient.id for recipient, _ in ways])
    by_channel: dict[str, list[PlannedDelivery]] = {}
    rendered: dict[tuple[str, str, str], str | ContentError] = {}
    for recipient, route in ways:
        if recipient.id not in done:
            channel, item = _delivery(conn, services, row, recipient, route, rendered)
            by_channel.setdefault(channel, []).append(item)
    planned, out = 0, []
    for channel, items in by_channel.items():
        for index, part in enumerate(_cut(items, services.settings.delivery.batch_size)):
            batch = PlannedBatch(
                id=f"{row.id}.{row.revision}.{channel}.{launch.step}-{index}",
                campaign_id=row.id,
                revision=row.revision,
                incident_id=row.incident_id,
                channel=channel,
                lane=row.lane,
                deliveries=tuple(part),
            )
            if ledger.add_batch(conn, batch, now=services.clock.now()):
                planned += len(part)
            if channel != NOWHERE and any(item.state is DeliveryState.QUEUED for item in part):
                one_owner = bool(services.channels[channel].rates)
                out.append(dispatch_record(batch.id, channel=channel, lane=row.lane, one_owner=one_owner))
    return planned, out


def _cut(items: list[PlannedDelivery], size: int) -> Iterable[list[PlannedDelivery]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _delivery(
    conn: Connection,
    services: Services,
    row: CampaignRow,
    recipient: Recipient,
    route: Route | NoRoute,
    rendered: dict[tuple[str, str, str], str | ContentError],
) -> tuple[str, PlannedDelivery]:
    if isinstance(route, NoRoute):
        return NOWHERE, _skipped(recipient, "", route.reason, route.detail)
    channel = services.channels.get(route.channel)
    if channel is None or channel.drill is not row.drill:
        detail = f"channel {route.channel!r} takes {'only' if channel and channel.drill else 'no'} drills"
        return NOWHERE, _skipped(recipient, route.target, Reason.DRILL_ONLY, detail)
    choice = resolve(recipient.locale, services.catalog.locales(row.hazard), services.settings.content.default_locale)
    if choice is None:
        return NOWHERE, _skipped(recipient, route.target, Reason.NO_LOCALE, f"no text for {recipient.locale}")
    locale, fell_back = choice
    key = (route.channel, locale, recipient.audience)
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
    """Rendered once a variant; the same variant on another page is the same row."""
    channel, locale, audience = key
    name = "|".join((row.id, str(row.revision), *key))
    message_id = "m-" + hashlib.blake2b(name.encode(), digest_size=10).hexdigest()
    request = RenderRequest(
        hazard=row.hazard,
        locale=locale,
        layout=LAYOUT_OF_KIND[kind],
        phase=row.spec.phase,
        kind=row.kind,
        audience=audience,
        drill=row.drill,
        facts=row.spec.facts,
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
        "places": list(facts.place_codes),
        "source": facts.source_name,
        "issued_at": facts.issued_at.isoformat(),
        "until": facts.until.isoformat() if facts.until else None,
    }
