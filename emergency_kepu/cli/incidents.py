"""`kepu incidents ...`: what is known to have happened."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from emergency_kepu.cli.output import ConfigOption, JsonOption, database_of, print_json, print_table
from emergency_kepu.domain.severity import Severity
from emergency_kepu.store import decisions, incidents

app = typer.Typer(help="Incidents: list, show.", no_args_is_help=True)


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
