"""Live progress on a terminal: the afternoon, and one bar for each campaign revision."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from sqlalchemy import Connection, Row, func, select

from emergency_kepu.domain.delivery import FINAL
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store.tables import campaigns, deliveries

_EVERY_SECONDS = 0.2
BEIJING = ZoneInfo("Asia/Shanghai")


class Bars:
    """`async with`: looks at the database a few times a second. Without a terminal it shows nothing."""

    def __init__(self, console: Console, services: Services, *, start: datetime, end: datetime) -> None:
        self._services = services
        self._start, self._end = start, end
        self._progress = Progress(
            TextColumn("{task.description:32}", markup=False),
            BarColumn(bar_width=40),
            MofNCompleteColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=console,
            disable=not console.is_terminal,
        )
        self._bars: dict[tuple[str, int], TaskID] = {}
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Bars:
        self._progress.start()
        if not self._progress.disable:
            minutes = int((self._end - self._start).total_seconds() // 60)
            self._clock = self._progress.add_task("the afternoon (minutes)", total=minutes, note="")
            self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            await self._look()
        self._progress.stop()

    async def _watch(self) -> None:
        while True:
            await self._look()
            await asyncio.sleep(_EVERY_SECONDS)

    async def _look(self) -> None:
        now = self._services.clock.now()
        done = int((now - self._start).total_seconds() // 60)
        self._progress.update(self._clock, completed=done, note=f"{now.astimezone(BEIJING):%H:%M}")
        for row, final in await self._services.database.read(_progress_of):
            key = (row.id, row.revision)
            if key not in self._bars:
                name = f"{row.hazard} {row.revision} {row.kind}"
                self._bars[key] = self._progress.add_task(name, total=max(1, row.planned), note="")
            note = {"waiting": "waits for approval", "launched": "", "finished": "done"}.get(row.state, row.state)
            self._progress.update(self._bars[key], total=max(1, row.planned), completed=final, note=note)


def _progress_of(conn: Connection) -> list[tuple[Row[Any], int]]:
    final = (
        select(deliveries.c.campaign_id, deliveries.c.revision, func.count().label("number"))
        .where(deliveries.c.state.in_(FINAL))
        .group_by(deliveries.c.campaign_id, deliveries.c.revision)
        .subquery()
    )
    query = (
        select(campaigns, func.coalesce(final.c.number, 0).label("number"))
        .outerjoin(final, (final.c.campaign_id == campaigns.c.id) & (final.c.revision == campaigns.c.revision))
        .where(campaigns.c.planned > 0)
        .order_by(campaigns.c.created_at, campaigns.c.revision)
    )
    return [(row, row.number) for row in conn.execute(query)]
