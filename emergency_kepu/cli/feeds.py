"""`kepu feeds ...`: what the desk hears."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.errors import ParseError, UserError
from emergency_kepu.feeds.format import FeedContext, FeedFormat, ParseResult
from emergency_kepu.feeds.registry import load_format

app = typer.Typer(help="Feeds: parse, list, poll, replay.", no_args_is_help=True)


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
