"""`kepu deliveries ...`: who got what."""

from __future__ import annotations

from typing import Annotated

import typer

from emergency_kepu.cli.output import ConfigOption, JsonOption, database_of, print_json, print_table
from emergency_kepu.store import progress

app = typer.Typer(help="Deliveries: list.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Deliveries: who got what."""


@app.command("list")
def list_(
    config: ConfigOption,
    campaign: Annotated[str | None, typer.Option("--campaign", help="Only this one.")] = None,
    json_output: JsonOption = False,
) -> None:
    """Counts by campaign, channel, language, state and reason."""
    with database_of(config).reading() as conn:
        rows = progress.counts(conn, campaign)
    if json_output:
        print_json([dict(row._mapping) for row in rows])
        return
    shown = [
        (row.campaign_id, row.revision, row.channel, row.locale, row.state, row.reason or "", row.number)
        for row in rows
    ]
    print_table("Deliveries", ("campaign", "rev", "channel", "locale", "state", "reason", "number"), shown)
