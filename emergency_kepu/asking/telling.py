"""The clock of questions to experts: sends what is due, asks the next one, tells the desk.

The scheduler runs it, not a stage: a provider that hangs on an expert's number must never stand in the way of a
warning. A question is claimed under a lease before its request goes out, like every delivery; after a crash only that
request may go out twice, and it is counted.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import msgspec
import structlog
from sqlalchemy import Connection

from emergency_kepu.asking import chain
from emergency_kepu.asking.around import Around
from emergency_kepu.asking.letter import letter
from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.channels.port import Channel, OutboundMessage, Outcome, Verdict
from emergency_kepu.delivery.retry import NextStep, RetryRule, decide_retry
from emergency_kepu.domain.ask import Ask, AskState
from emergency_kepu.domain.decision import Action, Reason
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.domain.incident import Incident, IncidentStatus
from emergency_kepu.pipeline.jobs import answer_record
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import asks, incidents, recipients
from emergency_kepu.store.locks import one_at_a_time

log = structlog.get_logger(__name__)

AGAIN = timedelta(minutes=5)
"""An interpretation that waits for its campaign is handed on again after this."""
_LEASE = timedelta(seconds=60)


class _Errand(msgspec.Struct, frozen=True, kw_only=True):
    """One request to make: claimed, with everything that it needs."""

    ask: Ask
    incident: Incident
    channel: str
    target: str
    title: str
    text: str
    locale: str


class Telling:
    """One a process. `tick` is called by the scheduler, and by tests at instants they choose."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._around = Around.of(services)

    async def tick(self) -> int:
        """Whatever is due now; returns how many requests were made."""
        services = self._services
        now = services.clock.now()
        at = await services.database.read(asks.next_instant)
        if at is None or at > now:
            return 0
        errands = await services.database.write(self._look)
        await asyncio.gather(*(self._run(errand) for errand in errands))
        return len(errands)

    # --- what is due ---------------------------------------------------------------------------------------------

    def _look(self, conn: Connection) -> list[_Errand]:
        now = self._services.clock.now()
        found = []
        for seen in asks.due(conn, now):
            one_at_a_time(conn, f"ask/{seen.incident_id}")
            ask = asks.find(conn, seen.id)
            if ask is None or ask.fence != seen.fence:
                continue  # answered, or taken by another scheduler, while we waited for our turn
            errand = self._one(conn, ask, now)
            if errand is not None:
                found.append(errand)
        return found

    def _one(self, conn: Connection, ask: Ask, now: datetime) -> _Errand | None:
        if ask.state is AskState.CORRECTED:
            if asks.change(conn, ask, next_at=now + AGAIN):
                again = answer_record(ask.id, incident_id=ask.incident_id, tries=ask.fence)
                publish_in(conn, [again], self._services.clock)
            return None
        incident = incidents.find(conn, ask.incident_id)
        if incident is None or incident.status is not IncidentStatus.OPEN:
            asks.change(conn, ask, state=AskState.CLOSED, next_at=None, detail="it is over")
            return None
        if ask.state is AskState.ASKED:
            detail = f"{ask.expert} has not answered by {now:%F %H:%MZ}"
            self._pass_over(conn, ask, incident, AskState.SILENT, detail, now)
            return None
        return self._claim(conn, ask, incident, now)

    def _claim(self, conn: Connection, ask: Ask, incident: Incident, now: datetime) -> _Errand | None:
        """The question as a request; None when there is no way to the expert any more."""
        expert = self._around.expert(ask.expert)
        ways = self._around.ways(expert, drill=incident.drill) if expert else ()
        links = self._services.links
        if expert is None or links is None or ask.way >= len(ways) or now >= ask.desk_at:
            late = "its time was over" if now >= ask.desk_at else "no private channel is configured"
            said = ask.detail or late
            detail = f"{ask.expert} could not be reached: {said}"
            self._pass_over(conn, ask, incident, AskState.UNREACHABLE, detail, now)
            return None
        way = ways[ask.way]
        channel = self._services.channels.get(way.channel)
        refused = recipients.opted_out(conn, [way.target])
        if channel is None or channel.drill is not incident.drill or (way.channel, way.target) in refused:
            asks.change(conn, ask, way=ask.way + 1, attempt=0, next_at=now, detail=f"{way.channel}: cannot be used")
            return None
        held = asks.change(
            conn,
            ask,
            state=AskState.SENDING,
            next_at=now + _LEASE,
            attempt=ask.attempt + 1,
            channel=way.channel,
            possible_duplicates=ask.possible_duplicates + (ask.state is AskState.SENDING),
        )
        if held is None:
            return None
        if ask.state is AskState.SENDING:
            self._services.metrics.doubled.inc()
        text = letter(
            held,
            expert,
            incident,
            links=links,
            catalog=self._services.catalog,
            desk=self._services.settings.desk.name,
            until=min(now + timedelta(minutes=ask.answer_minutes), ask.desk_at),
        )
        return _Errand(
            ask=held,
            incident=incident,
            channel=way.channel,
            target=way.target,
            title=text.title,
            text=text.text,
            locale=text.locale,
        )

    def _pass_over(
        self, conn: Connection, ask: Ask, incident: Incident, state: AskState, detail: str, now: datetime
    ) -> None:
        after = asks.change(conn, ask, state=state, next_at=None, detail=detail)
        if after is None:
            return
        action = Action.WATCH
        self._around.say(conn, ask, Reason.EXPERT_SILENT, detail, now=now, actor=chain.CLOCK, action=action)
        chain.advance(conn, self._around, incident, after, now=now)

    # --- the request ---------------------------------------------------------------------------------------------

    async def _run(self, errand: _Errand) -> None:
        services = self._services
        channel = services.channels[errand.channel]
        now = services.clock.now()
        wait = services.rate_of(channel).take(errand.target, now.timestamp()) if channel.rates else None
        if wait is not None:
            await services.database.write(lambda conn: self._hold(conn, errand, now + timedelta(seconds=wait)))
            return
        outcome = await self._send(channel, errand)
        await services.database.write(lambda conn: self._settle(conn, errand, outcome))

    async def _send(self, channel: Channel, errand: _Errand) -> Outcome:
        key = f"ask-{errand.ask.id}-{errand.ask.way}"
        message = OutboundMessage(
            delivery_id=key,
            target=errand.target,
            text=errand.text,
            locale=errand.locale,
            idempotency_key=key,
            title=errand.title,
            drill=errand.incident.drill,
        )
        gate = self._services.gate_of(channel)
        await gate.enter(urgent=True)  # one message: it may pass a large routine campaign on the same channel
        try:
            outcomes = await channel.send([message])
        finally:
            gate.leave()
        missing = Outcome(verdict=Verdict.RETRY, reason=Reason.PROVIDER_BUSY, detail="no answer", maybe_sent=True)
        return outcomes[0] if outcomes else missing

    def _hold(self, conn: Connection, errand: _Errand, until: datetime) -> None:
        """The channel's rate is used up: no request was made."""
        ask = errand.ask
        asks.change(conn, ask, state=AskState.QUEUED, next_at=until, attempt=ask.attempt - 1)

    def _settle(self, conn: Connection, errand: _Errand, outcome: Outcome) -> None:
        """Where somebody has changed it meanwhile (they answered, it is over) there is nothing left to write."""
        services, ask = self._services, errand.ask
        now = services.clock.now()
        settings = services.settings.delivery
        rule = RetryRule(
            base_seconds=settings.retry_base_seconds,
            cap_seconds=settings.retry_cap_seconds,
            max_attempts=settings.max_attempts,
        )
        step: NextStep = decide_retry(
            outcome, attempt=ask.attempt, now=now, expires_at=ask.desk_at, rule=rule, seed=ask.id
        )
        if step.state is DeliveryState.SENT:
            answer_by = min(now + timedelta(minutes=ask.answer_minutes), ask.desk_at)
            asks.change(conn, ask, state=AskState.ASKED, sent_at=now, next_at=answer_by, detail="")
            return
        detail = f"{errand.channel}: {step.reason.value if step.reason else ''} {step.detail}".strip()
        expert = self._around.expert(ask.expert)
        for way in expert.private if expert else ():
            detail = detail.replace(way.target, "***")  # providers repeat the address in what they say
        doubled = ask.possible_duplicates + step.maybe_sent  # whatever is tried next may be the second that arrives
        services.metrics.doubled.inc(step.maybe_sent)
        log.warning("expert_not_reached", expert=ask.expert, channel=errand.channel, why=detail)
        if step.state is DeliveryState.QUEUED:
            asks.change(
                conn, ask, state=AskState.QUEUED, next_at=step.next_at, possible_duplicates=doubled, detail=detail
            )
            return
        asks.change(
            conn,
            ask,
            state=AskState.QUEUED,
            way=ask.way + 1,
            attempt=0,
            next_at=now,
            possible_duplicates=doubled,
            detail=detail,
        )
