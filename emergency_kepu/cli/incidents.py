"""`kepu incidents ...`: what is known to have happened."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer

from emergency_kepu.campaigns import authoring
from emergency_kepu.cli.actor import named
from emergency_kepu.cli.output import ConfigOption, JsonOption, database_of, print_json, print_table
from emergency_kepu.desk.accounts import Right
from emergency_kepu.domain.severity import Severity
from emergency_kepu.store import decisions, incidents

app = typer.Typer(help="Incidents: list, show, cancel.", no_args_is_help=True)


@app.command("list")
def list_(config: ConfigOption, json_output: JsonOption = False) -> None:
    """Newest first."""
    with database_of(config).reading() as conn:
        found = incidents.listing(conn)
    if json_output:
        print_json(found)
        return
    rows = [
        (
            item.id,
            item.hazard,
            item.status.value,
            Severity(item.severity).cap,
            item.title,
            f"{item.updated_at:%F %H:%MZ}",
        )
        for item in found
    ]
    print_table("Incidents", ("id", "hazard", "status", "severity", "title", "updated"), rows)


@app.command("show")
def show(incident: Annotated[str, typer.Argument()], config: ConfigOption) -> None:
    """One incident with every decision about it, as JSON."""
    with database_of(config).reading() as conn:
        found = incidents.get(conn, incident)
        said = decisions.listing(conn, incident_id=incident)
    trace = [
        {
            "at": row.at,
            "action": row.action,
            "reason": row.reason,
            "guard": row.guard,
            "detail": row.detail,
            "by": row.actor,
        }
        for row in reversed(said)
    ]
    print_json({**msgspec.to_builtins(found), "decisions": trace})


@app.command("cancel")
def cancel(
    incident: Annotated[str, typer.Argument(metavar="INCIDENT")],
    config: ConfigOption,
    source: Annotated[str, typer.Option("--source", help="Which authority says that it is over.")],
) -> None:
    """It is over: what waits is stopped, and an all-clear to those who were reached waits for another person."""
    with database_of(config).begin() as conn:
        actor = named(conn, Right.OPERATE)
        row = authoring.end(conn, incident, source=source, actor=actor, now=datetime.now(UTC), wall=time.time())
    if row is None:
        typer.echo(f"{incident} is closed; nobody had been told, so nothing is sent")
    else:
        typer.echo(f"{incident} is closed. The all-clear waits for another person: kepu campaign approve {row.id}")
