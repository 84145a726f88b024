"""`kepu explain`: every decision that a document would cause at an instant. Nothing is sent, nothing is stored."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from emergency_kepu.cli.output import ConfigOption, JsonOption, print_json
from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.domain.errors import ParseError, UserError
from emergency_kepu.pipeline.trace import Traced, trace
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
    moment = _instant(now)
    settings = load_settings(config)
    settings = msgspec.structs.replace(settings, feeds={"explain": FeedSettings(format=format_name, official=official)})
    catalog = load_catalog(Path(settings.content.templates) if settings.content.templates else shipped("templates"))
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


def _instant(text: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        msg = f"--now {text!r}: not an instant; write it as 2026-06-30T13:30:00+08:00"
        raise UserError(msg) from problem
    if moment.tzinfo is None:
        msg = f"--now {text!r}: has no offset; write it as {text}+08:00 or {text}Z"
        raise UserError(msg)
    return moment
