"""`kepu explain`: every decision that a document would cause at an instant. Nothing is sent, nothing is stored."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from emergency_kepu.cli.instants import instant
from emergency_kepu.cli.output import ConfigOption, JsonOption, catalog_of, print_json
from emergency_kepu.domain.errors import ParseError, UserError
from emergency_kepu.pipeline.trace import Prepared, Traced, trace
from emergency_kepu.settings import FeedSettings, load_settings
from emergency_kepu.store import migrate
from emergency_kepu.store.database import Database


def explain(
    file: Annotated[str, typer.Argument(metavar="FILE")],
    config: ConfigOption,
    format_name: Annotated[str, typer.Option("--format", help="cap, usgs, who_don, nmc, wolfx_cenc")],
    now: Annotated[str | None, typer.Option("--now", help="An instant with an offset; default: now.")] = None,
    official: Annotated[bool, typer.Option(help="Whether the source counts as official.")] = True,
    json_output: JsonOption = False,
) -> None:
    """Show what each alert of FILE would cause, guard by guard."""
    moment = instant("--now", now)
    settings = load_settings(config)
    settings = msgspec.structs.replace(settings, feeds={"explain": FeedSettings(format=format_name, official=official)})
    catalog = catalog_of(settings)
    try:
        body = Path(file).read_bytes()
    except OSError as problem:
        msg = f"{file}: cannot be read ({problem.strerror})"
        raise UserError(msg) from problem
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/explain.db")
        migrate.ensure(database)
        try:
            traced = trace(database, settings, catalog, body, feed="explain", now=moment)
        except ParseError as problem:
            msg = f"{file}: {problem}"
            raise UserError(msg) from problem
    if json_output:
        print_json(traced)
        return
    for item in traced:
        _print(item)


def _print(item: Traced) -> None:
    typer.echo(f"{item.alert} ({item.hazard or 'no known hazard'}): {item.outcome}")
    for decision in item.decisions:
        typer.echo(f"  {decision.guard:12} {decision.action.value:7} {decision.reason.value:24} {decision.detail}")
    if item.prepares:
        _print_prepared(item.prepares)
    if item.guards:
        typer.echo("  every guard:")
    for answer in item.guards:
        mark = answer.objection.action.value if answer.objection else "agrees"
        typer.echo(f"    {answer.guard:12} {mark:7} {answer.sentence}")


def _print_prepared(found: Prepared) -> None:
    typer.echo(f"  {found.kind} by policy {found.policy!r}: phase {found.phase}, {found.lane} lane")
    typer.echo(f"    on {', '.join(found.channels) or 'no channel'}, in {', '.join(found.locales) or 'no language'}")
    if found.steps:
        typer.echo("  then by itself, where the incident still calls for it:")
    for step in found.steps:
        says = "why it happens" if step.say == "why" else f"what to do, phase {step.phase}"
        level = f", at {step.severity} or worse" if step.severity else ""
        until = "the all-clear" if step.until == "all_clear" else "the warning runs out"
        typer.echo(f"    T+{_after(step.after_minutes):9} {says}{level}; not after {until}")


def _after(minutes: float) -> str:
    return f"{minutes / 60:g} h" if minutes >= 120 else f"{minutes:g} min"
