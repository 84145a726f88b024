"""`kepu db ...`: the schema of the database, apart from any start.

Every start brings an older database up to date by itself. Where several processes start together, one command does it
first, so that none of them meets a schema that is half there.
"""

from __future__ import annotations

import typer

from emergency_kepu.cli.output import ConfigOption, JsonOption, print_json
from emergency_kepu.services import connect
from emergency_kepu.settings import load_settings
from emergency_kepu.store import migrate

app = typer.Typer(help="The database: upgrade, status.", no_args_is_help=True)


@app.command("upgrade")
def upgrade(config: ConfigOption, json_output: JsonOption = False) -> None:
    """Bring the schema up to date; doing it twice changes nothing. Exit 2 when it is newer than this program."""
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
