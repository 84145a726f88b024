"""Plays the script: sets what the feeds answer, lets the clock run, waits until the pipeline has settled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from emergency_kepu.demo.script import Scene, Script
from emergency_kepu.demo.stage import Stage
from emergency_kepu.store.due import next_instant

SETTLE_SECONDS = 60.0
"""Of the wall; a demo that does not settle by then is stuck, and says so."""

Tell = Callable[[datetime, str], None]


async def play(stage: Stage, script: Script, tell: Tell) -> None:
    """From the first scene to the end, and until nothing waits any more."""
    for number, scene in enumerate(script.scenes):
        await _run_on(stage, scene.at)
        for words in scene.says:
            tell(scene.at, words)
        await _act(stage, scene, tell)
        # a feed is asked within its interval; a later scene must not overwrite an answer nobody has read
        following = script.scenes[number + 1].at if number + 1 < len(script.scenes) else script.end
        await _until_read(stage, scene, following)
        await _settle(stage)
    await _run_to(stage, script.end)
    await _run_dry(stage)


async def _act(stage: Stage, scene: Scene, tell: Tell) -> None:
    for feed, body in scene.documents:
        stage.feeds.publish(feed, body)
    for hazard, actor in scene.approvals:
        tell(scene.at, await stage.officers.approve(hazard, actor))


async def _run_on(stage: Stage, until: datetime) -> None:
    """To the next scene, but not past anything that comes due before it: however slow the machine, a retry of the
    earlier revision is made before a later one overtakes it."""
    while True:
        at = await stage.runtime.services.database.read(next_instant)
        if at is None or at >= until:
            break
        await _run_to(stage, max(at, stage.clock.now()) + timedelta(milliseconds=1))
        await stage.runtime.tick_due()
        await _settle(stage)
    await _run_to(stage, until)


async def _run_to(stage: Stage, until: datetime) -> None:
    stage.clock.run_to(until)
    await stage.clock.sleep((until - stage.clock.now()).total_seconds())


async def _until_read(stage: Stage, scene: Scene, before: datetime) -> None:
    wanted = {feed for feed, _ in scene.documents}
    mark = len(stage.feeds.requests)
    while wanted - {feed for feed, _ in stage.feeds.requests[mark:]}:
        if stage.clock.now() + timedelta(seconds=30) < before:
            await _run_to(stage, stage.clock.now() + timedelta(seconds=30))
        await stage.runtime.poll_due()
        if stage.clock.now() + timedelta(seconds=30) >= before and wanted - {
            feed for feed, _ in stage.feeds.requests[mark:]
        }:
            break  # asked less often than the scenes change: it is read later


async def _settle(stage: Stage) -> None:
    async with asyncio.timeout(SETTLE_SECONDS):
        while not await stage.runtime.idle() or await stage.callbacks_open():
            await stage.runtime.tick_due()
            await asyncio.sleep(0.02)


async def _run_dry(stage: Stage) -> None:
    """Until no retry is left: the clock runs on from one due instant to the next."""
    while True:
        await _settle(stage)
        at = await stage.runtime.services.database.read(next_instant)
        if at is None:
            return
        await _run_to(stage, at + timedelta(milliseconds=1))
        await stage.runtime.tick_due()
