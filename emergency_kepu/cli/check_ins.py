"""`kepu check-ins ...`: what people told public pages, for when there is no browser, and as a file for helpers."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from emergency_kepu.cli.actor import AsOption, PasswordStdin, named, proven
from emergency_kepu.cli.output import ConfigOption, JsonOption, print_json, print_table
from emergency_kepu.desk import check_ins as desk
from emergency_kepu.desk.accounts import Right
from emergency_kepu.domain.check_in import CheckIn, CheckInKind
from emergency_kepu.domain.errors import UserError
from emergency_kepu.services import open_database
from emergency_kepu.settings import load_settings
from emergency_kepu.store import check_ins
from emergency_kepu.store.check_ins import Wanted

app = typer.Typer(help="Who is safe and who needs help: list, export, passed.", no_args_is_help=True)
CampaignOption = Annotated[str, typer.Option("--campaign", help="Only of this campaign.")]
KindOption = Annotated[CheckInKind | None, typer.Option("--kind", help="Only these.")]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST = 500
_COLUMNS = (
    "id",
    "at",
    "campaign_id",
    "kind",
    "place",
    "people",
    "name",
    "phone",
    "note",
    "locale",
    "drill",
    "passed_to",
    "passed_by",
    "passed_at",
)


@app.command("list")
def list_(
    config: ConfigOption,
    campaign: CampaignOption = "",
    kind: KindOption = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only calls for help nobody has passed on.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Calls for help that wait first, then the newest; 500 at most. Needs the right to operate: nothing is hidden."""
    wanted = Wanted(campaign=campaign, kind=kind.value if kind else "", waiting=waiting)
    with open_database(load_settings(config)).reading() as conn:
        named(conn, Right.OPERATE)
        found = check_ins.listing(conn, wanted, limit=_MOST)
    if json_output:
        print_json(found)
        return
    rows = [
        (
            row.id,
            f"{row.at:%m-%d %H:%MZ}",
            row.kind.value + (" (drill)" if row.drill else ""),
            row.place,
            row.people,
            " ".join(part for part in (row.name, row.phone) if part),
            row.note,
            f"{row.passed_to} ({row.passed_by})" if row.passed_at else "",
        )
        for row in found
    ]
    print_table("Check-ins", ("id", "at", "what", "where", "people", "who", "note", "passed on to"), rows)


@app.command("export")
def export(
    config: ConfigOption,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="A new file.")],
    campaign: CampaignOption = "",
    kind: KindOption = None,
) -> None:
    """Everything as CSV (UTF-8, for spreadsheets), the oldest first. It is on record who exported how much."""
    wanted = Wanted(campaign=campaign, kind=kind.value if kind else "")
    if file.exists():
        msg = f"{file}: is there already; give a new name"
        raise UserError(msg)
    with open_database(load_settings(config)).begin() as conn:
        actor = named(conn, Right.OPERATE)
        found = list(check_ins.everything(conn, wanted))
        _write(file, found)
        desk.record_export(conn, len(found), wanted, actor=actor, now=datetime.now(UTC))
    typer.echo(f"{file}: {len(found)} check-in(s); it holds personal data: delete it when it has served")


@app.command("passed")
def passed(
    config: ConfigOption,
    check_in: Annotated[str, typer.Argument(metavar="ID")],
    to: Annotated[str, typer.Option("--to", help="To whom, e.g. the fire brigade's control room.")],
    as_: AsOption = "",
    password_stdin: PasswordStdin = False,
) -> None:
    """Say that you passed it on: it waits no longer. Exit 1 when somebody has done so already."""
    with open_database(load_settings(config)).begin() as conn:
        actor = proven(conn, as_, Right.OPERATE, password_stdin=password_stdin)
        row = desk.pass_on(conn, check_in, to=to, actor=actor, now=datetime.now(UTC))
    typer.echo(f"{row.id}: passed on to {row.passed_to}")


def _write(file: Path, rows: list[CheckIn]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)  # it holds names and telephone numbers
    # the mark at the beginning tells spreadsheets that it is UTF-8
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(_COLUMNS)
        writer.writerows([_cell(getattr(row, name)) for name in _COLUMNS] for row in rows)


def _cell(value: object) -> str:
    """What strangers wrote must not run as a formula: such a cell begins with an apostrophe."""
    if isinstance(value, datetime):
        return value.isoformat()
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
