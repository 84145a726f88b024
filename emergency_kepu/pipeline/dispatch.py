"""Dispatch: claim what is due of one batch, send it, settle it. What must wait waits in the due table.

Claim, call, settle: after a crash only requests that were out may go out twice, and those are counted.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from emergency_kepu.bus.port import DISPATCH_ROUTINE, Record
from emergency_kepu.channels.port import Channel, OutboundMessage, Outcome, Verdict
from emergency_kepu.delivery.retry import NextStep, RetryRule, decide_retry
from emergency_kepu.domain.campaign import Lane
from emergency_kepu.domain.clock import Clock
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.domain.errors import TransientError, Unprocessable
from emergency_kepu.pipeline.failover import Lost, fail_over
from emergency_kepu.pipeline.jobs import Dispatch, decode, dispatch_record
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns, ledger, progress, recipients
from emergency_kepu.store.campaigns import CampaignRow
from emergency_kepu.store.due import put_due
from emergency_kepu.store.ledger import Claimed

log = structlog.get_logger(__name__)

SETTLE_SECONDS = 0.25
"""Of the wall: how long an answer may wait to be written down while others of its batch are still out."""
AGAIN_SECONDS = 0.5
"""Between tries to write down what is known while the database is away."""


async def dispatch(record: Record, services: Services) -> list[Record]:
    """The handler of both dispatch topics."""
    job = decode(record, Dispatch)
    channel = services.channels.get(job.channel)
    if channel is None:
        raise Unprocessable(Reason.CHANNEL_CONFIG, f"no channel named {job.channel!r} is configured")
    # not by the clock of the desk: whoever sets that must not take away what is known
    lease_end = time.monotonic() + services.clock.real_seconds(services.settings.delivery.lease_seconds)
    if record.topic == DISPATCH_ROUTINE:
        await services.calm.come()
    row, claimed, until = await services.database.write(lambda conn: _claim(conn, services, channel, job.batch_id))
    if not claimed:
        await services.database.write(lambda conn: _afterwards(conn, services, row, job))
        return []
    _count_claims(services, claimed)
    allowed, held, wait = _within_rate(services, channel, claimed)

    async def settle_some(steps: Sequence[tuple[Claimed, NextStep]]) -> None:
        await _durably(services, lease_end, lambda conn: _settle(conn, services, row, job, steps, (), 0.0))
        _count_steps(services, channel, steps)

    steps, late = await _send_all(services, channel, row, allowed, until, settle_some)
    held += late

    def settle_rest(conn: Connection) -> None:
        _settle(conn, services, row, job, steps, held, wait)
        _afterwards(conn, services, row, job)

    await _durably(services, lease_end, settle_rest)
    _count_steps(services, channel, steps)
    return []


async def _durably(services: Services, lease_end: float, settle: Callable[[Connection], None]) -> None:
    """Write down what the provider said, trying again while the database is away and the claim is still ours.

    Who gives up earlier forgets who got the message: all of them would get it again. TransientError at `lease_end`
    (of `time.monotonic`).
    """
    while True:
        try:
            await services.database.write(settle)
        except TransientError as problem:
            if time.monotonic() + AGAIN_SECONDS > lease_end:
                raise
            log.warning("settlement_waits", why=str(problem))
            await asyncio.sleep(AGAIN_SECONDS)
        else:
            return


def _claim(
    conn: Connection, services: Services, channel: Channel, batch_id: str
) -> tuple[CampaignRow, list[Claimed], datetime]:
    """The revision, what was claimed, and until when a request may begin."""
    campaign_id, revision = batch_id.split(".")[:2]
    row = campaigns.get(conn, campaign_id, int(revision))
    if row is None:
        raise Unprocessable(Reason.MALFORMED, f"batch {batch_id!r} belongs to no campaign")
    if channel.drill is not row.drill:
        # planning never does this; a configuration changed in between must not let a drill leak either
        raise Unprocessable(Reason.DRILL_ONLY, f"{batch_id}: channel {channel.name!r} and campaign differ in drill")
    now = services.clock.now()
    settings = services.settings.delivery
    claimed = ledger.claim(
        conn,
        batch_id,
        worker=services.worker,
        now=now,
        lease_until=now + timedelta(seconds=settings.lease_seconds),
        limit=settings.batch_size,
    )
    if claimed and row.first_send_at is None:
        seconds = max(0.0, services.clock.wall() - row.spec.accepted_wall)
        if campaigns.set_first_send(conn, row.id, row.revision, at=now, seconds=seconds):
            services.metrics.first_send.observe(seconds)
    # the last request must be over before the lease is: else another worker sends it again meanwhile
    longest = min(settings.lease_seconds / 2, services.settings.http.timeout_seconds)
    return row, claimed, now + timedelta(seconds=settings.lease_seconds - longest)


def _within_rate(
    services: Services, channel: Channel, claimed: Sequence[Claimed]
) -> tuple[list[Claimed], list[Claimed], float]:
    """(may go now, must wait, seconds until the next may)."""
    if not channel.rates:
        return list(claimed), [], 0.0
    window = services.rate_of(channel)
    now = services.clock.now().timestamp()
    allowed: list[Claimed] = []
    held: list[Claimed] = []
    wait = 0.0
    for item in claimed:
        until = window.take(item.target, now)
        if until is None:
            allowed.append(item)
        else:
            held.append(item)
            wait = min(wait, until) if wait else until
    return allowed, held, wait


async def _send_all(
    services: Services,
    channel: Channel,
    row: CampaignRow,
    claimed: Sequence[Claimed],
    until: datetime,
    settle_some: Callable[[Sequence[tuple[Claimed, NextStep]]], Awaitable[None]],
) -> tuple[list[tuple[Claimed, NextStep]], list[Claimed]]:
    """Provider calls side by side, as many as the channel bears over all batches.

    (what became of those not settled yet, what was not begun before `until`). A slow provider's answers are settled on
    the way: after a crash only what was out, or answered within the last moment, goes out again.
    """
    settings = services.settings.delivery
    rule = RetryRule(
        base_seconds=settings.retry_base_seconds,
        cap_seconds=settings.retry_cap_seconds,
        max_attempts=settings.max_attempts,
    )
    size = channel.batch_size
    groups = iter([claimed[start : start + size] for start in range(0, len(claimed), size)])
    gate = services.gate_of(channel)
    clock = services.clock
    urgent = row.lane is Lane.IMMEDIATE
    steps: list[tuple[Claimed, NextStep]] = []
    late: list[Claimed] = []
    settled_at = time.monotonic()

    async def call() -> None:
        nonlocal settled_at
        for group in groups:
            if not urgent:
                await services.calm.come()
            await gate.enter(urgent=urgent)
            try:
                if clock.now() >= until:
                    late.extend(group)
                    continue
                outcomes = await channel.send([_outbound(item, row) for item in group])
            finally:
                gate.leave()
            for item, outcome in zip(group, _complete(outcomes, group), strict=True):
                steps.append((item, _step(item, outcome, row, rule, clock)))
            if time.monotonic() - settled_at > SETTLE_SECONDS:
                settled_at = time.monotonic()
                some = steps.copy()
                steps.clear()
                await settle_some(some)

    callers = min(channel.concurrency, -(-len(claimed) // size))
    await asyncio.gather(*(call() for _ in range(callers)))
    return steps, late


def _step(item: Claimed, outcome: Outcome, row: CampaignRow, rule: RetryRule, clock: Clock) -> NextStep:
    return decide_retry(
        outcome,
        attempt=item.attempt,
        now=clock.now(),
        expires_at=row.expires_at,
        rule=rule,
        seed=item.delivery_id,
    )


def _complete(outcomes: Sequence[Outcome], group: Sequence[Claimed]) -> Sequence[Outcome]:
    """A channel that answers for fewer than it was given has an error; whatever it left out is tried again."""
    missing = len(group) - len(outcomes)
    if missing <= 0:
        return outcomes
    unanswered = Outcome(verdict=Verdict.RETRY, reason=Reason.PROVIDER_BUSY, detail="no answer", maybe_sent=True)
    return [*outcomes, *[unanswered] * missing]


def _outbound(item: Claimed, row: CampaignRow) -> OutboundMessage:
    delivery_id = item.delivery_id
    return OutboundMessage(
        delivery_id=delivery_id,
        target=item.target,
        text=item.content.text,
        locale=item.locale,
        idempotency_key=delivery_id,
        title=item.content.title,
        payload=item.content.payload,
        drill=row.drill,
    )


def _settle(
    conn: Connection,
    services: Services,
    row: CampaignRow,
    job: Dispatch,
    steps: Sequence[tuple[Claimed, NextStep]],
    held: Sequence[Claimed],
    wait: float,
) -> None:
    now = services.clock.now()
    settled = ledger.settle(
        conn, job.batch_id, [(item.n, step) for item, step in steps], worker=services.worker, now=now
    )
    if not settled:
        steps = ()  # taken over, or the commit before this try was done after all: its failures have been seen to
    failed = [(item, step) for item, step in steps if step.state is DeliveryState.FAILED]
    ours = ledger.failed_among(conn, job.batch_id, [item.n for item, _ in failed]) if failed else set()
    failed = [(item, step) for item, step in failed if item.n in ours]
    for item, step in failed:
        if step.reason is Reason.OPTED_OUT:
            # the provider knows it first: the next campaign must not ask it again
            recipients.opt_out(conn, channel=job.channel, target=item.target, at=now, source=step.detail)
    if failed:
        fail_over(conn, services, row, [_lost(item, step, job.channel) for item, step in failed])
    if held:
        numbers = [item.n for item in held]
        ledger.release(
            conn,
            job.batch_id,
            numbers,
            worker=services.worker,
            now=now,
            next_at=now + timedelta(seconds=wait),
        )


def _lost(item: Claimed, step: NextStep, channel: str) -> Lost:
    doubtful = step.maybe_sent or item.possible_duplicate
    return Lost(
        delivery_id=item.delivery_id,
        recipient_id=item.recipient_id,
        channel=channel,
        reason=step.reason,
        maybe_sent=doubtful,
    )


def _afterwards(conn: Connection, services: Services, row: CampaignRow, job: Dispatch) -> None:
    """Look again when the next delivery is due; finish the campaign when nothing is left."""
    now = services.clock.now()
    again = ledger.next_due(conn, job.batch_id)
    if again is not None:
        at = max(again, now + timedelta(milliseconds=100))
        one_owner = bool(services.channels[job.channel].rates)
        suffix = f"@{at.timestamp():.3f}"
        put_due(
            conn,
            dispatch_record(job.batch_id, channel=job.channel, lane=row.lane, one_owner=one_owner, again=suffix),
            at,
        )
    elif not progress.anything_open(conn, row.id, row.revision):
        campaigns.finish(conn, row.id, row.revision, now)


def _count_claims(services: Services, claimed: Sequence[Claimed]) -> None:
    doubled = sum(item.possible_duplicate for item in claimed)
    if doubled:
        services.metrics.doubled.inc(doubled)


def _count_steps(services: Services, channel: Channel, steps: Sequence[tuple[Claimed, NextStep]]) -> None:
    for state, number in Counter(step.state for _, step in steps).items():
        services.metrics.deliveries.labels(channel.name, state.value).inc(number)
    failed = (step.reason for _, step in steps if step.state is not DeliveryState.SENT and step.reason)
    for reason, number in Counter(failed).items():
        services.metrics.failures.labels(channel.name, reason.value).inc(number)
