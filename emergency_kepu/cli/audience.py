"""`kepu audience ...`: the people, rooms and broadcasters that messages may reach."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from emergency_kepu.audience_file import COLUMNS, read_csv, read_jsonl, to_row
from emergency_kepu.cli.actor import named
from emergency_kepu.cli.output import ConfigOption, JsonOption, database_of, print_json
from emergency_kepu.desk.accounts import Right
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.errors import UserError
from emergency_kepu.domain.recipient import AudienceQuery, Recipient, RecipientKind
from emergency_kepu.places.gazetteer import is_place
from emergency_kepu.services import open_database
from emergency_kepu.settings import load_settings
from emergency_kepu.store import recipients
from emergency_kepu.store.database import Database
from emergency_kepu.store.decisions import append_decision

app = typer.Typer(help="Recipients: import, export, count, purge.", no_args_is_help=True)

Place = Annotated[list[str] | None, typer.Option("--place", help="Adcode or ISO country; what lies inside counts.")]
Kind = Annotated[list[RecipientKind] | None, typer.Option("--kind")]
Tag = Annotated[list[str] | None, typer.Option("--tag", help="At least one of these.")]
Locale = Annotated[list[str] | None, typer.Option("--locale")]
Drill = Annotated[bool, typer.Option("--drill", help="Drill sinks instead of the public.")]
PAGE = 2_000


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="CSV or JSON lines; `-` reads stdin.")],
    config: ConfigOption,
    format_name: Annotated[str, typer.Option("--format", help="csv or jsonl; default: by the file's name.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and check, store nothing.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Insert or replace by id. All of the file or, when one line is wrong, nothing of it."""
    settings = load_settings(config)
    kind = format_name or ("jsonl" if file.endswith((".jsonl", ".ndjson")) else "csv")
    if kind not in ("csv", "jsonl"):
        msg = f"--format {kind!r}: give csv or jsonl"
        raise UserError(msg)
    reader = read_csv if kind == "csv" else read_jsonl
    found = list(reader(_text(file), "stdin" if file == "-" else file, settings.channels))
    if not dry_run:
        with open_database(settings).begin() as conn:
            actor = named(conn, Right.OPERATE)
            recipients.save_all(conn, found)
            decision = Decision(
                action=Action.WATCH,
                reason=Reason.OPERATOR,
                guard="desk",
                detail=f"{actor} imported {len(found)} recipients",
            )
            append_decision(conn, decision, at=datetime.now(UTC), subject="audience", actor=actor)
    if json_output:
        print_json({"recipients": len(found), "stored": not dry_run})
    else:
        typer.echo(f"{len(found):,} recipients " + ("would be stored" if dry_run else "stored"))


@app.command("export")
def export(
    config: ConfigOption,
    place: Place = None,
    kind: Kind = None,
    tag: Tag = None,
    locale: Locale = None,
    drill: Drill = False,
    format_name: Annotated[str, typer.Option("--format", help="csv or jsonl")] = "csv",
) -> None:
    """To stdout, in order of id: what `import` reads back. Phone numbers are personal data: mind where it goes."""
    if format_name not in ("csv", "jsonl"):
        msg = f"--format {format_name!r}: give csv or jsonl"
        raise UserError(msg)
    query = _query(place, kind, tag, locale, drill=drill)
    found = _everybody(database_of(config), query)
    if format_name == "jsonl":
        for recipient in found:
            sys.stdout.buffer.write(msgspec.json.encode(recipient) + b"\n")
        return
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="", write_through=True)
    writer = csv.DictWriter(out, fieldnames=COLUMNS, lineterminator="\n")
    writer.writeheader()
    for recipient in found:
        writer.writerow(to_row(recipient))
    out.detach()


@app.command("count")
def count(
    config: ConfigOption,
    place: Place = None,
    kind: Kind = None,
    tag: Tag = None,
    locale: Locale = None,
    drill: Drill = False,
    json_output: JsonOption = False,
) -> None:
    """How many a campaign with these limits would reach."""
    with database_of(config).reading() as conn:
        found = recipients.count(conn, _query(place, kind, tag, locale, drill=drill))
    if json_output:
        print_json({"recipients": found})
    else:
        typer.echo(f"{found:,}")


@app.command("purge")
def purge(
    config: ConfigOption,
    place: Place = None,
    kind: Kind = None,
    tag: Tag = None,
    locale: Locale = None,
    drill: Drill = False,
    everybody: Annotated[bool, typer.Option("--everybody", help="No limits at all.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this only the number is shown.")] = False,
) -> None:
    """Delete recipients for good. What was sent to them stays on record, with their addresses."""
    query = _query(place, kind, tag, locale, drill=drill)
    limited = query.places or query.kinds or query.tags_any or query.locales
    if not limited and not everybody:
        msg = "name whom: --place, --kind, --tag or --locale; or --everybody"
        raise UserError(msg)
    with database_of(config).begin() as conn:
        if not yes:
            typer.echo(f"{recipients.count(conn, query):,} recipients would be deleted; add --yes to do it")
            raise typer.Exit(1)
        actor = named(conn, Right.OPERATE)
        gone = recipients.purge(conn, query)
        decision = Decision(
            action=Action.STOP, reason=Reason.OPERATOR, guard="desk", detail=f"{actor} deleted {gone} recipients"
        )
        append_decision(conn, decision, at=datetime.now(UTC), subject="audience", actor=actor)
    typer.echo(f"{gone:,} recipients deleted")


def _query(
    place: list[str] | None,
    kind: list[RecipientKind] | None,
    tag: list[str] | None,
    locale: list[str] | None,
    *,
    drill: bool,
) -> AudienceQuery:
    for code in place or ():
        if not is_place(code):
            msg = f"--place {code!r}: give a 6-digit adcode or an ISO 3166 country code"
            raise UserError(msg)
    return AudienceQuery(
        places=tuple(place or ()),
        kinds=tuple(kind or ()),
        tags_any=tuple(tag or ()),
        locales=tuple(locale or ()),
        drill=drill,
    )


def _everybody(database: Database, query: AudienceQuery) -> Iterator[Recipient]:
    after = ""
    while True:
        with database.reading() as conn:
            page = recipients.page(conn, query, after=after, limit=PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].id


def _text(file: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as problem:
        msg = f"{file}: cannot be read ({problem.strerror})"
        raise UserError(msg) from problem
    except UnicodeDecodeError as problem:
        msg = f"{file}: not UTF-8 at byte {problem.start}; save it as UTF-8"
        raise UserError(msg) from problem
