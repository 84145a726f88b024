"""The roles of a process: stages on the bus, the clockwork, recovery at the start.

APScheduler is the clock only; what is due, and its lease, lies in the database.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec
import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection

from emergency_kepu.asking.telling import Telling
from emergency_kepu.bus.port import Record
from emergency_kepu.campaigns import operations
from emergency_kepu.domain.campaign import Lane
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.domain.incident import IncidentStatus
from emergency_kepu.pipeline import calendar
from emergency_kepu.pipeline.jobs import dispatch_record
from emergency_kepu.pipeline.stages import STAGES
from emergency_kepu.polling import FeedPolling
from emergency_kepu.roles import ALL, Role
from emergency_kepu.services import Wired
from emergency_kepu.store import check_ins, dead, due, incidents, ledger, months, progress
from emergency_kepu.store.alone import Alone
from emergency_kepu.store.decisions import append_decision

log = structlog.get_logger(__name__)

DUE_SECONDS = 0.25
_EXPERTS_SECONDS = 1.0
_LEASE_SECONDS = 30.0
_SWEEP_SECONDS = 30.0
_CALENDAR_SECONDS = 30.0
_FORWARD_SECONDS = 0.05
_LEAD_SECONDS = 2.0
_MONTHS_SECONDS = 6 * 3600.0
_CHECK_INS_SECONDS = 3600.0
_PLANNING = timedelta(minutes=2)
"""A revision that is not planned to its end by then may have lost its record."""


class Runtime:
    """Start it, stop it. `poll_due` and `tick_due` are also called by tests and the demo, at instants they choose."""

    def __init__(self, wired: Wired, *, rng: random.Random | None = None, roles: frozenset[Role] = ALL) -> None:
        self.wired = wired
        self.services = wired.services
        self._roles = roles
        self._embedded = wired.services.settings.bus.engine == "embedded"
        self._worker_lock = Alone(wired.services.database, "worker")
        self._scheduler_lock = Alone(wired.services.database, "scheduler")
        self._scheduler = AsyncIOScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._polls = FeedPolling(wired, started_at=self.services.clock.now(), rng=rng)
        self._telling = Telling(self.services)
        self._running: set[asyncio.Future[None]] = set()
        self._leading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Recover what a dead process left, then run. ConfigError when another process works on an embedded bus."""
        services = self.services
        alone = self._embedded and Role.WORKER in self._roles
        if alone:
            self._worker_lock.take()
        await services.database.start()
        if alone:
            await services.database.write(self._free_leases)
        if Role.SCHEDULER in self._roles and self._take_lead():
            await self._begin_lead()
        if Role.WORKER in self._roles:
            await services.bus.start(STAGES, services)
        if Role.SCHEDULER in self._roles:
            self._leading = asyncio.create_task(self._keep_lead(), name="lead")

    async def stop(self) -> None:
        """No new work; what is in hand is finished."""
        if self._leading is not None:
            self._leading.cancel()
            await asyncio.gather(self._leading, return_exceptions=True)
        if self._scheduler.running:
            # APScheduler cancels coroutines that run when it shuts down: let them end first
            self._scheduler.pause()
            await asyncio.gather(*self._running)
            self._scheduler.shutdown(wait=False)
        await self.services.bus.stop()
        await self.wired.close()
        self._scheduler_lock.release()
        self._worker_lock.release()

    # --- who leads ---------------------------------------------------------------------------------------------

    def _take_lead(self) -> bool:
        try:
            self._scheduler_lock.take()
        except ConfigError:
            return False
        return True

    async def _begin_lead(self) -> None:
        services = self.services
        await services.bus.publish(await services.database.read(self._left_over))
        if self._scheduler.running:
            self._scheduler.resume()
            return
        for name, job, seconds in self._jobs():
            real = max(0.05, services.clock.real_seconds(seconds))
            self._scheduler.add_job(self._run, "interval", [name, job], seconds=real, id=name)
        self._scheduler.start()

    async def _keep_lead(self) -> None:
        """One scheduler works; the others wait until it is gone, also when only its database session is."""
        while True:
            await asyncio.sleep(_LEAD_SECONDS)
            try:
                if await asyncio.to_thread(self._scheduler_lock.holds):
                    continue
                if self._scheduler.running:
                    log.warning("lead_lost")
                    self._scheduler.pause()
                if await asyncio.to_thread(self._take_lead):
                    await self._begin_lead()
                    log.info("lead_taken")
            except Exception:
                log.exception("lead_failed")

    def _jobs(self) -> list[tuple[str, Callable[[], Awaitable[object]], float]]:
        services = self.services
        jobs: list[tuple[str, Callable[[], Awaitable[object]], float]] = [
            ("tick_due", self.tick_due, DUE_SECONDS),
            ("tell_experts", self._telling.tick, _EXPERTS_SECONDS),
            ("sweep", self.sweep, _SWEEP_SECONDS),
            ("calendar", self.tick_calendar, _CALENDAR_SECONDS),
            ("measure", self.measure, 5.0),
            ("keep_months", self.keep_months, _MONTHS_SECONDS),
            ("forget_check_ins", self.forget_check_ins, _CHECK_INS_SECONDS),
        ]
        if not self._embedded:
            jobs.append(("forward", services.bus.forward, _FORWARD_SECONDS))
        # a job for each feed: one that hangs keeps no other waiting
        for name, feed in services.settings.feeds.items():
            if feed.url:
                services.metrics.feed_interval.labels(name).set(feed.every_seconds)
                jobs.append((f"poll {name}", partial(self._polls.poll_if_due, name, feed), feed.every_seconds / 4))
        return jobs

    async def _run(self, name: str, job: Callable[[], Awaitable[object]]) -> None:
        """One tick. A failing one is logged; the next comes all the same."""
        task = asyncio.ensure_future(self._guarded(name, job))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    async def _guarded(self, name: str, job: Callable[[], Awaitable[object]]) -> None:
        try:
            await job()
        except Exception:
            log.exception("clockwork_failed", job=name)

    # --- recovery ---------------------------------------------------------------------------------------------

    def _free_leases(self, conn: Connection) -> None:
        freed = ledger.free_leases(conn, now=self.services.clock.now())
        if freed:
            log.warning("deliveries_were_in_flight", count=freed)

    def _left_over(self, conn: Connection) -> Sequence[Record]:
        batches = [
            dispatch_record(
                row.id,
                channel=row.channel,
                lane=Lane(row.lane),
                one_owner=bool(self.services.channels[row.channel].rates),
                again="@start",
            )
            for row in progress.open_batches(conn)
            if row.channel in self.services.channels
        ]
        return [*operations.unplanned(conn), *batches]

    # --- the clockwork -----------------------------------------------------------------------------------------

    async def poll_due(self) -> int:
        """Ask every feed whose time has come; returns how many documents were news."""
        feeds = self.services.settings.feeds
        asked = (self._polls.poll_if_due(name, feed) for name, feed in feeds.items() if feed.url)
        return sum(await asyncio.gather(*asked))

    async def tick_due(self) -> int:
        """Publish what has come due; returns how many."""
        services = self.services
        now = services.clock.now()
        if not await services.database.read(lambda conn: _anything_due(conn, now)):
            return 0
        entries = await services.database.write(
            lambda conn: due.claim_due(
                conn, now=now, holder=services.worker, lease_until=now + timedelta(seconds=_LEASE_SECONDS)
            )
        )
        await services.bus.publish([entry.record for entry in entries])
        await services.database.write(lambda conn: [due.done(conn, entry) for entry in entries])
        return len(entries)

    async def sweep(self) -> None:
        """What nobody ends ends by its time; what a crash of another process left unplanned is planned."""
        services = self.services
        await services.database.write(self._lapse)
        late = services.clock.now() - _PLANNING
        await services.bus.publish(await services.database.read(lambda conn: operations.unplanned(conn, before=late)))

    async def tick_calendar(self) -> None:
        """Drafts for the days that come, and what was approved for now."""
        services = self.services
        if await services.database.read(lambda conn: calendar.anything_to_do(conn, services)):
            records = await services.database.write(lambda conn: calendar.tick(conn, services))
            await services.bus.publish(records)

    def _lapse(self, conn: Connection) -> None:
        now = self.services.clock.now()
        for incident in incidents.lapsed(conn, now):
            ended = msgspec.structs.replace(incident, status=IncidentStatus.EXPIRED)
            incidents.save(conn, ended)
            detail = f"its end, {incident.expires_at:%Y-%m-%d %H:%M} UTC, has passed without a word"
            decision = Decision(action=Action.STOP, reason=Reason.EXPIRED, guard="clock", detail=detail)
            append_decision(conn, decision, at=now, subject="incident", actor="clock", incident_id=incident.id)

    async def keep_months(self) -> int:
        """Room for the months that come, and the old ones forgotten a step at a time; returns how many steps."""
        database, now, kept = (
            self.services.database,
            self.services.clock.now(),
            self.services.settings.store.keep_months,
        )
        await database.write(lambda conn: months.prepare(conn, now))
        steps = 0
        before = months.later(months.month_of(now), -kept)
        while kept and await database.write(lambda conn: months.forget(conn, before=before)):
            steps += 1
        return steps

    async def forget_check_ins(self) -> int:
        """What people told public pages is deleted by its age; returns how much was."""
        services = self.services
        before = services.clock.now() - timedelta(days=services.settings.desk.check_in_days)
        if not await services.database.read(lambda conn: check_ins.any_before(conn, before)):
            return 0
        return await services.database.write(lambda conn: check_ins.forget(conn, before=before))

    async def measure(self) -> None:
        """Gauges that live in the database."""
        services = self.services
        services.metrics.set_lag(await services.bus.lag())
        services.metrics.set_dead_letters(await services.database.read(dead.counts))

    async def idle(self) -> bool:
        """Nothing is waiting, in hand, or due now."""
        await self.services.bus.forward()
        now = self.services.clock.now()
        if await self.services.database.read(lambda conn: _anything_due(conn, now)):
            return False
        return await self.services.bus.idle()


def _anything_due(conn: Connection, now: datetime) -> bool:
    at = due.next_instant(conn)
    return at is not None and at <= now
