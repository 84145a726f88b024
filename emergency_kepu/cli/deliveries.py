"""`kepu deliveries ...`: who got what, and another try for what failed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.campaigns import operations
from emergency_kepu.cli.actor import named
from emergency_kepu.cli.output import ConfigOption, JsonOption, database_of, print_json, print_table
from emergency_kepu.desk.accounts import Right
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import UserError
from emergency_kepu.pipeline.jobs import dispatch_record
from emergency_kepu.services import open_database
from emergency_kepu.settings import load_settings
from emergency_kepu.store import campaigns, progress

app = typer.Typer(help="Deliveries: list, retry.", no_args_is_help=True)


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


@app.command("retry")
def retry(
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN")],
    config: ConfigOption,
    channel: Annotated[str | None, typer.Option("--channel", help="Only what failed on this one.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Only what failed for this (reasons.md).")] = None,
) -> None:
    """What failed of the latest revision is tried again, after its cause was mended. Exit 1 when nothing did."""
    settings = load_settings(config)
    if reason is not None and reason not in tuple(Reason):
        msg = f"--reason {reason!r}: no such reason; docs/reference/reasons.md lists them"
        raise UserError(msg)
    clock = SystemClock()
    now = datetime.now(UTC)
    with open_database(settings).begin() as conn:
        actor = named(conn, Right.OPERATE)
        number, batches = operations.retry(conn, campaign, actor=actor, now=now, channel=channel, reason=reason)
        row = campaigns.latest(conn, campaign)
        records = []
        for batch in batches:
            name = batch.split(".")[2]
            # one owner for every channel: harmless where no rate is counted, needed where one is
            again = f"@retry-{now.timestamp():.3f}"
            records.append(dispatch_record(batch, channel=name, lane=row.lane, one_owner=True, again=again))
        publish_in(conn, records, clock)
    typer.echo(f"{number} deliveries of {campaign} are tried again")
