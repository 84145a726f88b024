"""The stages running on Faust in this process: `emergency_kepu.bus.kafka.Consumers`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from emergency_kepu.bus.kafka_clients import BusSettings
from emergency_kepu.bus.port import Record, Stage
from emergency_kepu.domain.clock import Clock
from emergency_kepu.domain.decision import Reason
from emergency_kepu.store import dead
from emergency_kepu.store.database import Database
from streams.agents import Bury, add_agent
from streams.apps import make_app


class FaustConsumers:
    """One app a stage, all in this event loop. `start` returns when all of them have started to join."""

    def __init__(self, settings: BusSettings, database: Database, clock: Clock, *, password: str | None) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._password = password
        self._apps: list[Any] = []

    async def start(self, stages: Sequence[Stage], services: object) -> None:
        """Join the groups."""
        for stage in stages:
            app = make_app(self._settings, stage, self._password)
            add_agent(app, self._settings, stage, services, burial(self._database, self._clock))
            app.finalize()
            self._apps.append(app)
        await asyncio.gather(*(app.start() for app in self._apps))

    async def stop(self) -> None:
        """What is in hand is finished and committed; then each leaves its group."""
        apps, self._apps = self._apps, []
        await asyncio.gather(*(app.stop() for app in apps))

    def assigned(self) -> set[tuple[str, int]]:
        """(topic, partition) that this process holds now."""
        return {
            (item.topic, item.partition)
            for app in self._apps
            for item in (app.consumer.assignment() if app.consumer else ())
        }


def burial(database: Database, clock: Clock) -> Bury:
    """Dead letters into the database, durable when it returns."""

    async def bury(record: Record, reason: Reason, detail: str) -> None:
        def put(conn: Connection) -> None:
            dead.bury(conn, record, reason=reason, detail=detail, now=clock.now())

        await database.write(put)

    return bury
