"""`kepu demo`: a recorded afternoon through the whole pipeline, with local stand-ins."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import signal
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from sqlalchemy import Connection

from emergency_kepu import loop
from emergency_kepu.content.library import shipped
from emergency_kepu.demo.bars import Bars
from emergency_kepu.demo.check import Finding, check, read_expected
from emergency_kepu.demo.play import play
from emergency_kepu.demo.report import report
from emergency_kepu.demo.script import read_script
from emergency_kepu.demo.stage import Stage, set_stage
from emergency_kepu.domain.errors import UserError
from emergency_kepu.observe.logs import quiet_logs
from emergency_kepu.pages.address import link_of
from emergency_kepu.store import campaigns
from emergency_kepu.testing import journal

BEIJING = ZoneInfo("Asia/Shanghai")


def demo(
    once: Annotated[bool, typer.Option("--once", help="End by itself; exit 0 only if everything was right.")] = False,
    speed: Annotated[float, typer.Option("--speed", help="How many times faster than the afternoon was.")] = 300.0,
    data: Annotated[Path, typer.Option("--data", help="Where the database and the journal lie.")] = Path("var/demo"),
    fresh: Annotated[
        bool, typer.Option("--fresh/--again", help="Start over, or play it again on what is there.")
    ] = True,
    port: Annotated[int, typer.Option("--port", help="Of the console; 0 takes a free one.")] = 0,
    store: Annotated[str, typer.Option("--store", help="Another database (store.url); it must be empty.")] = "",
    brokers: Annotated[str, typer.Option("--brokers", help="Run the stages on this Kafka instead.")] = "",
) -> None:
    """Feed payloads in, messages out on every kind of channel, decisions explained. Talks to this machine only."""
    if speed < 1:
        msg = f"--speed {speed:g}: must be 1 or more"
        raise UserError(msg)
    if fresh and data.exists():
        _forget(data)
    quiet_logs(logging.ERROR)  # what goes wrong on purpose is in the tables
    start = asyncio.run if brokers else loop.run  # Faust brings its own idea of an event loop
    findings = start(_demo(data.resolve(), speed=speed, once=once, port=port, store=store, brokers=brokers))
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _forget(data: Path) -> None:
    """Only what a demo left there: a folder with anything else in it is not ours."""
    ours = {"config", "library", "journal.jsonl", "drills.jsonl"}
    strange = sorted(
        path.name for path in data.iterdir() if path.name not in ours and not path.name.startswith("kepu.db")
    )
    if strange:
        msg = f"--data {data}: holds {strange[0]}, which no demo made; give an empty folder"
        raise UserError(msg)
    shutil.rmtree(data)


async def _demo(data: Path, *, speed: float, once: bool, port: int, store: str, brokers: str) -> list[Finding]:
    config = shipped("config") / "demo"
    script = read_script(config)
    console = Console()
    if not console.is_terminal:
        console = Console(width=140)
    stage = await set_stage(config, data, start=script.start, speed=speed, port=port, store=store, brokers=brokers)
    desk = stage.desk
    try:
        console.print(f"An afternoon in {(script.end - script.start) / timedelta(minutes=1) / speed:.1f} minutes.")
        signed = stage.signed
        people = f"{', '.join(signed.by)}: invented people"
        console.print(f"Signed for this demo only: {signed.texts} of {signed.of} texts ({people}).", highlight=False)
        console.print(f"Console: {desk.address}\n")

        def tell(at: datetime, words: str) -> None:
            console.print(f"{at.astimezone(BEIJING):%H:%M}  {words}", highlight=False)

        async with Bars(console, stage.runtime.services, start=script.start, end=script.end):
            await play(stage, script, tell)
        findings = await _check(stage, config)
        await stage.runtime.services.database.read(lambda conn: report(conn, console, findings))
        if page := await stage.runtime.services.database.read(lambda conn: _page(conn, stage)):
            console.print(f"What the public reads about the first of them: {page}", soft_wrap=True)
        if not once:
            console.print(f"\nThe console stays open at {desk.address} Press Ctrl-C to end.")
            await _until_interrupted()
    finally:
        await stage.close()
    return findings


async def _check(stage: Stage, config: Path) -> list[Finding]:
    expected = read_expected(config)
    wanted = 0
    # broadcasters read along: give them a moment to have read everything
    for _ in range(50):
        entries = journal.read(stage.journal)
        if len(entries) == wanted:
            break
        wanted = len(entries)
        await asyncio.sleep(0.1)
    return await stage.runtime.services.database.read(lambda conn: check(conn, expected, entries))


def _page(conn: Connection, stage: Stage) -> str:
    """Of the campaign that went out first; empty where nothing did."""
    out = [row for row in campaigns.listing(conn, limit=1_000) if row.launched_at is not None and not row.drill]
    first = min(out, key=lambda row: (row.launched_at, row.id), default=None)
    return link_of(stage.runtime.services.pages, first.id) if first else ""


async def _until_interrupted() -> None:
    stop = asyncio.Event()
    running = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            running.add_signal_handler(number, stop.set)
    await stop.wait()
