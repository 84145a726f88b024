"""Plan: a launched revision becomes messages, batches and deliveries, one page of recipients at a time.

Every id is derived from campaign, revision and page, so planning a page twice writes nothing twice. First the audience,
then (for an escalation) those reached before who are no longer in it; an update or an all-clear goes to those reached,
and to nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec
from sqlalchemy import Connection

from emergency_kepu.bus.port import Record
from emergency_kepu.delivery.addressing import NoRoute, Route, first_route
from emergency_kepu.domain.campaign import CampaignKind, CampaignState, Lane
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.domain.recipient import AudienceQuery, Recipient, RecipientKind
from emergency_kepu.pipeline.compose import NOWHERE, Rendered, compose
from emergency_kepu.pipeline.follow import follow
from emergency_kepu.pipeline.interpret import interpret
from emergency_kepu.pipeline.jobs import Launch, decode, dispatch_record, encoded, launch_record, planned_next
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns, due, ledger, progress, reach, recipients
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.ledger import PlannedBatch, PlannedDelivery
from emergency_kepu.store.line import urgent_writes

_ROUTINE_PAGE = 200
"""While a page is planned the writer does nothing else: an alert that comes then waits for its end."""
_AHEAD = 4_000
"""So many deliveries of a routine campaign may wait to be sent before its planning slows down to a page a second:
what is planned long before it can go out only keeps the writer from others."""
_PACE = timedelta(seconds=1)
_MANY = 16_000
"""From so many recipients on it is better to walk all recipients once than to sort the audience for every page."""


async def plan(record: Record, services: Services) -> list[Record]:
    """The handler of `kepu.launch`."""
    launch = decode(record, Launch)
    if launch.ask:
        return await services.database.write(lambda conn: interpret(conn, services, launch))
    if launch.follow:
        return await services.database.write(lambda conn: follow(conn, services, launch))
    if await services.database.read(lambda conn: _is_urgent(conn, launch)):
        with services.calm.urgent(), urgent_writes():
            return await services.database.write(lambda conn: _page(conn, services, launch))
    await services.calm.come()
    return await services.database.write(lambda conn: _page(conn, services, launch))


def _is_urgent(conn: Connection, launch: Launch) -> bool:
    return campaigns.lane(conn, launch.campaign_id, launch.revision) is Lane.IMMEDIATE


def _page(conn: Connection, services: Services, launch: Launch) -> list[Record]:
    row = campaigns.get(conn, launch.campaign_id, launch.revision)
    if row is None or row.state is not CampaignState.LAUNCHED:
        return []  # cancelled or superseded since: nothing more goes out
    if _is_far_behind(row, launch):
        return []
    size = services.settings.delivery.plan_page
    if row.lane is Lane.ROUTINE:
        size = min(size, _ROUTINE_PAGE)
    if launch.reached_only:
        ways = _reached(conn, row, launch, size)
    else:
        if launch.large is None:
            large = recipients.more_than(conn, _query(row), _MANY)
            launch = msgspec.structs.replace(launch, large=large)
        ways = _audience(conn, row, launch, size)
    planned, out = _write(conn, services, row, launch, ways)
    last = ways[-1][0].id if ways else launch.after
    onward = _onward(row, launch, more=len(ways) == size, last=last)
    now = services.clock.now()
    kept = None if onward is None else encoded(onward)
    campaigns.page_planned(conn, row.id, row.revision, planned=planned, onward=kept, now=now)
    if onward is None:
        if not out and not progress.anything_open(conn, row.id, row.revision):
            campaigns.finish(conn, row.id, row.revision, now)
        return out
    if row.lane is Lane.ROUTINE and progress.more_queued_than(conn, row.id, row.revision, _AHEAD):
        due.put_due(conn, launch_record(onward), now + _PACE)
        return out
    return [*out, launch_record(onward)]


def _is_far_behind(row: CampaignRow, launch: Launch) -> bool:
    """A second chain of pages, begun by a look at what nobody seemed to plan: the first one is ahead. The very last
    page may come again: whoever planned it may have died before its batches were on their way."""
    return row.plan_next is not None and launch.step + 1 < planned_next(row.plan_next).step


def _onward(row: CampaignRow, launch: Launch, *, more: bool, last: str) -> Launch | None:
    """The next page, the second pass over those reached before, or nothing."""
    if more:
        return msgspec.structs.replace(launch, step=launch.step + 1, after=last)
    if not launch.reached_only and row.spec.also_audience and row.spec.only_reached_by:
        return msgspec.structs.replace(launch, step=launch.step + 1, after="", reached_only=True)
    return None


_Way = tuple[Recipient, Route | NoRoute]


def _audience(conn: Connection, row: CampaignRow, launch: Launch, size: int) -> list[_Way]:
    found = recipients.page(conn, _query(row), after=launch.after, limit=size, in_order=bool(launch.large))
    targets = [address.target for recipient in found for address in recipient.addresses]
    refused = recipients.opted_out(conn, targets)
    return [(recipient, first_route(recipient, row.spec.channels, refused)) for recipient in found]


def _query(row: CampaignRow) -> AudienceQuery:
    # a drill selects drill sinks and anything else selects none of them, whatever was stored
    return msgspec.structs.replace(msgspec.convert(row.spec.audience, AudienceQuery), drill=row.drill)


def _reached(conn: Connection, row: CampaignRow, launch: Launch, size: int) -> list[_Way]:
    """The way by which they were reached: it worked, and it is where they look."""
    overtaken = row.kind is not CampaignKind.ALL_CLEAR  # who was never told needs no all-clear
    found = reach.reached(conn, row.id, row.spec.only_reached_by, after=launch.after, limit=size, overtaken=overtaken)
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
    done = reach.already_planned(conn, row.id, row.revision, row.incident_id, [recipient.id for recipient, _ in ways])
    by_channel: dict[str, list[PlannedDelivery]] = {}
    rendered: Rendered = {}
    for recipient, route in ways:
        if recipient.id not in done:
            channel, item = compose(conn, services, row, recipient, route, rendered)
            by_channel.setdefault(channel, []).append(item)
    planned = 0
    # a page that was planned before: whoever did may have died before its batches were on their way
    out = _planned_before(conn, services, row, launch) if done else []
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


def _planned_before(conn: Connection, services: Services, row: CampaignRow, launch: Launch) -> list[Record]:
    found = progress.open_batches_of_page(conn, row.id, row.revision, launch.step)
    return [
        dispatch_record(batch.id, channel=batch.channel, lane=row.lane, one_owner=bool(channel.rates))
        for batch in found
        if (channel := services.channels.get(batch.channel)) is not None
    ]


def _cut(items: list[PlannedDelivery], size: int) -> Iterable[list[PlannedDelivery]]:
    return (items[start : start + size] for start in range(0, len(items), size))
