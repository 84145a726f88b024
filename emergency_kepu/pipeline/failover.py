"""Failover: who cannot be reached one way is reached the next. A failure and its spare way are one transaction.

The spare is a delivery of its own, in a batch of its own whose id follows from what failed: settling twice plans it
once. It goes only where nobody has tried before, and only while the revision still stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import Connection, select

from emergency_kepu.delivery.addressing import Route, routes
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.domain.recipient import Recipient
from emergency_kepu.pipeline.compose import Rendered, compose
from emergency_kepu.pipeline.jobs import dispatch_record
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns, ledger, recipients
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.due import put_due
from emergency_kepu.store.ledger import PlannedBatch, PlannedDelivery
from emergency_kepu.store.tables import deliveries

_STANDS = (CampaignState.LAUNCHED, CampaignState.FINISHED)
"""FINISHED too: a provider may say hours later that a message did not arrive."""
_TOO_LATE = (Reason.EXPIRED,)


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """One delivery that has failed for good."""

    delivery_id: str
    recipient_id: str
    channel: str
    reason: Reason | None
    maybe_sent: bool = False
    """Its request may have arrived all the same: the spare counts as a possible duplicate."""


def fail_over(conn: Connection, services: Services, row: CampaignRow, lost: Sequence[Lost]) -> int:
    """Plan the next way for each that has one; returns how many. What they cause waits in the due table."""
    now = services.clock.now()
    worth = [item for item in lost if item.reason not in _TOO_LATE]
    if not worth or not _still_stands(conn, row, now):
        return 0
    ways = _spare_ways(conn, row, worth)
    rendered: Rendered = {}
    by_channel: dict[str, list[tuple[Lost, PlannedDelivery]]] = {}
    for item, recipient, route in ways:
        channel, planned = compose(conn, services, row, recipient, route, rendered)
        if planned.state is DeliveryState.QUEUED:
            why = item.reason.value if item.reason else "failed"
            detail = f"after {item.channel}: {why}"
            moved = msgspec.structs.replace(
                planned, reason=Reason.FAILED_OVER, detail=detail, maybe_sent=item.maybe_sent
            )
            by_channel.setdefault(channel, []).append((item, moved))
    return sum(_queue(conn, services, row, channel, items) for channel, items in by_channel.items())


def _still_stands(conn: Connection, row: CampaignRow, now: datetime) -> bool:
    """Not cancelled, not past its end, and nothing newer has gone out."""
    if row.expires_at is not None and row.expires_at <= now:
        return False
    revisions = campaigns.revisions(conn, row.id)
    newer = any(other.revision > row.revision and other.launched_at is not None for other in revisions)
    return not newer and any(other.revision == row.revision and other.state in _STANDS for other in revisions)


def _spare_ways(conn: Connection, row: CampaignRow, lost: Sequence[Lost]) -> list[tuple[Lost, Recipient, Route]]:
    known = recipients.by_ids(conn, [item.recipient_id for item in lost])
    targets = [address.target for recipient in known.values() for address in recipient.addresses]
    refused = recipients.opted_out(conn, targets)
    tried = _tried(conn, row, list(known))
    found = []
    for item in lost:
        recipient = known.get(item.recipient_id)
        if recipient is None:
            continue
        before = tried.get(recipient.id, set())
        spare = [
            route
            for route in routes(recipient, row.spec.channels, refused)
            if (route.channel, route.target) not in before
        ]
        if spare:
            found.append((item, recipient, spare[0]))
    return found


def _tried(conn: Connection, row: CampaignRow, recipient_ids: Sequence[str]) -> dict[str, set[tuple[str, str]]]:
    """Recipient to (channel, target) pairs that this revision has used."""
    found: dict[str, set[tuple[str, str]]] = {}
    for start in range(0, len(recipient_ids), 500):
        query = select(deliveries.c.recipient_id, deliveries.c.channel, deliveries.c.target).where(
            deliveries.c.campaign_id == row.id,
            deliveries.c.revision == row.revision,
            deliveries.c.recipient_id.in_(recipient_ids[start : start + 500]),
        )
        for recipient_id, channel, target in conn.execute(query):
            found.setdefault(recipient_id, set()).add((channel, target))
    return found


def _queue(
    conn: Connection,
    services: Services,
    row: CampaignRow,
    channel: str,
    items: Sequence[tuple[Lost, PlannedDelivery]],
) -> int:
    now = services.clock.now()
    name = "|".join(item.delivery_id for item, _ in items)
    digest = hashlib.blake2b(name.encode(), digest_size=6).hexdigest()
    batch = PlannedBatch(
        id=f"{row.id}.{row.revision}.{channel}.over-{digest}",
        campaign_id=row.id,
        revision=row.revision,
        incident_id=row.incident_id,
        channel=channel,
        lane=row.lane,
        deliveries=tuple(planned for _, planned in items),
    )
    if not ledger.add_batch(conn, batch, now=now):
        return 0
    campaigns.add_planned(conn, row.id, row.revision, len(items))
    one_owner = bool(services.channels[channel].rates)
    put_due(conn, dispatch_record(batch.id, channel=channel, lane=row.lane, one_owner=one_owner), now)
    return len(items)
