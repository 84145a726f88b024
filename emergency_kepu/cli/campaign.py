"""`kepu campaign ...`: what is prepared, waits, and goes out."""

from __future__ import annotations

import getpass
import time
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.campaigns import operations
from emergency_kepu.cli.output import ConfigOption, JsonOption, database_of, print_json, print_table
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.store import campaigns, progress

app = typer.Typer(help="Campaigns: list, status, approve, reject, cancel.", no_args_is_help=True)

Campaign = Annotated[str, typer.Argument(metavar="CAMPAIGN")]
Actor = Annotated[str, typer.Option("--as", help="Who does it.", default_factory=getpass.getuser)]


@app.command("list")
def list_(config: ConfigOption, json_output: JsonOption = False) -> None:
    """Newest first; what waits for approval is marked."""
    with database_of(config).reading() as conn:
        found = campaigns.listing(conn)
    if json_output:
        print_json(found)
        return
    rows = [
        (row.id, row.revision, row.kind.value, row.state.value, row.hazard, row.policy, row.planned, row.title)
        for row in found
    ]
    print_table("Campaigns", ("id", "rev", "kind", "state", "hazard", "policy", "recipients", "title"), rows)


@app.command("status")
def status(campaign: Campaign, config: ConfigOption) -> None:
    """All revisions with their deliveries by channel, language and state, as JSON."""
    with database_of(config).reading() as conn:
        campaigns.latest(conn, campaign)
        revisions = campaigns.revisions(conn, campaign)
        counts = [dict(row._mapping) for row in progress.counts(conn, campaign)]
    print_json({"revisions": revisions, "deliveries": counts})


@app.command("approve")
def approve(campaign: Campaign, config: ConfigOption, actor: Actor, note: Annotated[str, typer.Option()] = "") -> None:
    """One person's yes. It goes out when enough people have said so."""
    clock = SystemClock()

    def do(conn: Connection) -> bool:
        records = operations.approve(conn, campaign, actor=actor, now=clock.now(), wall=time.time(), note=note)
        publish_in(conn, records, clock)
        return bool(records)

    with database_of(config).begin() as conn:
        launched = do(conn)
    typer.echo("approved: it goes out" if launched else "approved: one more person must approve")


@app.command("reject")
def reject(campaign: Campaign, config: ConfigOption, actor: Actor, note: Annotated[str, typer.Option()] = "") -> None:
    """It is not sent."""
    with database_of(config).begin() as conn:
        operations.reject(conn, campaign, actor=actor, now=datetime.now(UTC), note=note)
    typer.echo("rejected: nothing is sent")


@app.command("cancel")
def cancel(campaign: Campaign, config: ConfigOption, actor: Actor) -> None:
    """Stop what has not been sent."""
    with database_of(config).begin() as conn:
        stopped = operations.cancel(conn, campaign, actor=actor, now=datetime.now(UTC))
    typer.echo(f"cancelled: {stopped} deliveries were stopped; what was sent stays sent")
