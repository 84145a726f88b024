"""`kepu feeds ...`: what the desk hears."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.cli.actor import named
from emergency_kepu.cli.output import ConfigOption, JsonOption, database_of, print_json, print_table
from emergency_kepu.desk.accounts import Right
from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.domain.errors import ParseError, UserError
from emergency_kepu.domain.incident import alert_id
from emergency_kepu.feeds.format import FeedContext, FeedFormat, ParseResult
from emergency_kepu.feeds.poller import FeedState
from emergency_kepu.feeds.registry import load_format
from emergency_kepu.pipeline.jobs import feed_record
from emergency_kepu.polling import poll_once
from emergency_kepu.services import open_database, wire
from emergency_kepu.settings import FeedSettings, Settings, load_settings
from emergency_kepu.store import feeds as states
from emergency_kepu.store.incidents import known_alerts

app = typer.Typer(help="Feeds: parse, list, status, poll, replay.", no_args_is_help=True)


@app.callback()
def feeds() -> None:
    """Feeds: what the desk hears."""


@app.command("parse")
def parse(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Documents; `-` reads stdin.")],
    format_name: Annotated[
        str, typer.Option("--format", help="cap, usgs, who_don, nmc, wolfx_cenc (docs/reference/feeds.md).")
    ],
    json_output: Annotated[bool, typer.Option("--json", help="Always on: the output is JSON.")] = True,
) -> None:
    """Print the normal form of every alert as one JSON array; nothing is stored.

    Members that cannot be read are named on stderr. Exit 2 when a document cannot be read, or when nothing
    could.
    """
    try:
        reader = load_format(format_name)
        results = [(name, _read(name, reader, format_name)) for name in files]
    except (UserError, ParseError) as problem:
        typer.echo(f"kepu feeds parse: {problem}", err=True)
        raise typer.Exit(2) from problem
    alerts = [alert for _, result in results for alert in result.alerts]
    _report(results)
    if not alerts and any(result.errors for _, result in results):
        raise typer.Exit(2)
    _write(alerts)


def _read(name: str, reader: FeedFormat, feed: str) -> ParseResult:
    where = "stdin" if name == "-" else name
    try:
        body = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as problem:
        why = problem.strerror or str(problem)
        msg = f"{where}: cannot be read ({why}); give an existing file, or - for stdin"
        raise UserError(msg) from problem
    try:
        return reader(body, feed=FeedContext(name=feed))
    except ParseError as problem:
        msg = f"{where}: {problem}"
        raise ParseError(msg) from problem


def _report(results: list[tuple[str, ParseResult]]) -> None:
    for name, result in results:
        for error in result.errors:
            typer.echo(f"{name}: {error.member}: {error.detail}", err=True)
        if result.links:
            typer.echo(f"{name}: an index; {len(result.links)} linked documents are not followed", err=True)


def _write(alerts: list[Alert]) -> None:
    text = msgspec.json.format(msgspec.json.encode(alerts), indent=2)
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.buffer.flush()


@app.command("list")
def list_(config: ConfigOption, json_output: JsonOption = False) -> None:
    """What feeds.yaml names."""
    found = load_settings(config).feeds
    if json_output:
        print_json(found)
        return
    rows = [
        (
            name,
            feed.format,
            feed.url or ("pushed to us" if feed.push else "-"),
            f"{feed.every_seconds:g} s" if feed.url else "",
            "official" if feed.official else "a person decides",
        )
        for name, feed in found.items()
    ]
    print_table("Feeds", ("name", "format", "address", "asked every", "trust"), rows)


@app.command("status")
def status(config: ConfigOption, json_output: JsonOption = False) -> None:
    """When each was last heard, and what is wrong. Exit 1 when the last poll of one failed."""
    settings = load_settings(config)
    with open_database(settings).reading() as conn:
        heard = states.states(conn)
    rows = []
    for name in settings.feeds:
        state = heard.get(name)
        rows.append(
            {
                "feed": name,
                "last_success": state.last_success if state else None,
                "failures": state.failures if state else 0,
                "last_error": state.last_error if state else None,
                "next_at": state.next_at if state else None,
            }
        )
    if json_output:
        print_json(rows)
    else:
        shown = [
            (row["feed"], str(row["last_success"] or "never"), row["failures"], row["last_error"] or "") for row in rows
        ]
        print_table("Feeds", ("feed", "last success", "failures", "what is wrong"), shown)
    if any(row["last_error"] for row in rows):
        raise typer.Exit(1)


@app.command("poll")
def poll(
    name: Annotated[str, typer.Argument(metavar="NAME")], config: ConfigOption, json_output: JsonOption = False
) -> None:
    """Ask one feed now, out of turn. Its alerts are taken in by the running server (or by the next one)."""
    settings = load_settings(config)
    feed = _configured(settings, name)
    if not feed.url:
        msg = f"feed {name!r} has no url: it is pushed to us, nothing can be asked"
        raise UserError(msg)
    state, news = asyncio.run(_poll(settings, name))
    if json_output:
        print_json({"feed": name, "news": news, "error": state.last_error})
    elif state.last_error:
        typer.echo(f"{name}: {state.last_error}", err=True)
    else:
        typer.echo(f"{name}: " + ("a new document was taken in" if news else "nothing new"))
    if state.last_error:
        raise typer.Exit(1)


async def _poll(settings: Settings, name: str) -> tuple[FeedState, bool]:
    wired = wire(settings)
    await wired.services.database.start()
    try:
        return await poll_once(wired, name, settings.feeds[name])
    finally:
        await wired.close()


@app.command("replay")
def replay(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    config: ConfigOption,
    feed: Annotated[str, typer.Option("--feed", help="As which feed of feeds.yaml.")],
) -> None:
    """Take documents in as if the feed had just shown them: known alerts change nothing, old ones are not sent.

    Every document is read before the first is taken in. Exit 2 when one cannot be read.
    """
    settings = load_settings(config)
    configured = _configured(settings, feed)
    reader = load_format(configured.format)
    bodies = [(path, _bytes_of(path), _read(str(path), reader, feed)) for path in files]
    clock = SystemClock()
    with database_of(config).begin() as conn:
        named(conn, Right.PUSH)
        found = {alert_id(alert) for _, _, result in bodies for alert in result.alerts}
        known = known_alerts(conn, found)
        records = [
            feed_record(
                feed=feed,
                body=body,
                received_at=clock.now(),
                received_wall=clock.wall(),
                origin="replay",
                backlog=True,
            )
            for _, body, _ in bodies
        ]
        publish_in(conn, records, clock)
    typer.echo(f"{len(bodies)} documents taken in: {len(found) - len(known)} alerts are new, {len(known)} were known")


def _configured(settings: Settings, name: str) -> FeedSettings:
    if name not in settings.feeds:
        msg = f"no feed {name!r} in feeds.yaml, which has: {', '.join(sorted(settings.feeds)) or 'none'}"
        raise UserError(msg)
    return settings.feeds[name]


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        msg = f"{path}: cannot be read ({problem.strerror})"
        raise UserError(msg) from problem
