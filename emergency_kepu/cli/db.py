"""`kepu db ...`: schema, backups, restoring."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emergency_kepu.cli.output import ConfigOption, JsonOption, print_json
from emergency_kepu.services import connect
from emergency_kepu.settings import load_settings
from emergency_kepu.store import backup as backups
from emergency_kepu.store import migrate

app = typer.Typer(help="The database: upgrade, status, backup, restore.", no_args_is_help=True)


@app.command("upgrade")
def upgrade(config: ConfigOption, json_output: JsonOption = False) -> None:
    """Bring the schema up to date; doing it twice changes nothing. Exit 2 when it is newer than this program.

    Every start does it too. Where several processes start together, do it first: none of them then meets a schema that
    is half there.
    """
    database = connect(load_settings(config))
    with database.reading() as conn:
        before = migrate.current(conn)
    after = migrate.ensure(database)
    if json_output:
        print_json({"before": before, "after": after})
    else:
        typer.echo(f"schema {after}" if before == after else f"schema {before or 'none'} -> {after}")


@app.command("status")
def status(config: ConfigOption, json_output: JsonOption = False) -> None:
    """Which schema there is, and which this program works with. Exit 1 when they differ."""
    with connect(load_settings(config)).reading() as conn:
        found = migrate.current(conn)
    if json_output:
        print_json({"found": found, "wanted": migrate.head()})
    else:
        typer.echo(f"schema {found or 'none'}; this program works with {migrate.head()}")
    if found != migrate.head():
        raise typer.Exit(1)


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
    config: ConfigOption,
    json_output: JsonOption = False,
) -> None:
    """The whole database in one file, taken while the desk works. It holds personal data: keep it safe."""
    size = backups.backup(connect(load_settings(config)), file)
    if json_output:
        print_json({"file": str(file), "bytes": size})
    else:
        typer.echo(f"{file}: {size:,} bytes")


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE")], config: ConfigOption, json_output: JsonOption = False
) -> None:
    """Put a backup into the configured database, which must be empty. Stop every server first.

    What was in flight when the backup was taken may go out again after a restore; it is counted as possible duplicates.
    """
    revision = backups.restore(connect(load_settings(config)), file)
    if json_output:
        print_json({"file": str(file), "schema": revision})
    else:
        typer.echo(f"{file} is restored; schema {revision}")
