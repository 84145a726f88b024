"""`kepu drill ...`: an exercise that takes the whole way of a real alert, to drill sinks only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.campaigns.drill import start_document, stop_document
from emergency_kepu.cli.actor import named
from emergency_kepu.cli.instants import duration
from emergency_kepu.cli.output import ConfigOption, catalog_of
from emergency_kepu.desk.accounts import Right
from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.errors import NotFound, UserError
from emergency_kepu.domain.incident import Incident, IncidentStatus
from emergency_kepu.domain.recipient import AudienceQuery
from emergency_kepu.domain.severity import Severity
from emergency_kepu.pipeline.jobs import feed_record
from emergency_kepu.places.china import by_adcode
from emergency_kepu.services import open_database
from emergency_kepu.settings import DRILL_FEED, Settings, load_settings
from emergency_kepu.store import incidents, recipients
from emergency_kepu.store.decisions import append_decision

app = typer.Typer(help="Drills: start, stop.", no_args_is_help=True)


@app.command("start")
def start(
    config: ConfigOption,
    hazard: Annotated[str, typer.Option("--hazard", help="A hazard that has content.")],
    place: Annotated[list[str], typer.Option("--place", help="A 6-digit adcode; several times for more.")],
    severity: Annotated[str, typer.Option("--severity", help="Minor, Moderate, Severe, Extreme.")] = "Extreme",
    lasting: Annotated[str, typer.Option("--for", help="How long: 90m, 2h.")] = "1h",
) -> None:
    """Begin an exercise. It goes to recipients marked `drill` on `drill_channels`, says so in every text, and to
    nobody else. A running `kepu serve` carries it out."""
    settings = load_settings(config)
    if hazard not in catalog_of(settings).topics:
        msg = f"--hazard {hazard!r}: there is no content about it; `kepu templates list` shows what there is"
        raise UserError(msg)
    if Severity.of(severity) is Severity.UNKNOWN:
        msg = f"--severity {severity!r}: one of Minor, Moderate, Severe, Extreme"
        raise UserError(msg)
    for code in place:
        if by_adcode(code) is None:
            msg = f"--place {code!r}: give a 6-digit adcode"
            raise UserError(msg)
    now = datetime.now(UTC)
    body = start_document(
        hazard, tuple(place), severity=severity, desk=settings.desk.name, now=now, length=duration("--for", lasting)
    )
    with open_database(settings).begin() as conn:
        actor = named(conn, Right.OPERATE)
        sinks = recipients.count(conn, AudienceQuery(places=tuple(place), drill=True))
        _publish(conn, body, f"{actor} started a drill: {hazard} in {', '.join(place)}", actor)
    _warn(settings, hazard, sinks)
    typer.echo(f"a drill of {hazard} has begun in {', '.join(place)}; {sinks} drill sinks are there")


@app.command("stop")
def stop(
    config: ConfigOption,
    incident: Annotated[str, typer.Argument(metavar="[INCIDENT]", help="Default: every drill that runs.")] = "",
) -> None:
    """End it: those who got it are told that it is over. Exit 1 when none runs."""
    settings = load_settings(config)
    now = datetime.now(UTC)
    with open_database(settings).begin() as conn:
        actor = named(conn, Right.OPERATE)
        running = [
            found
            for found in incidents.listing(conn)
            if found.drill
            and DRILL_FEED in found.feeds
            and found.status is IncidentStatus.OPEN
            and incident in ("", found.id)
        ]
        if not running:
            msg = f"no drill {incident!r} runs" if incident else "no drill runs"
            raise NotFound(msg)
        for found in running:
            _publish(conn, stop_document(_alert(conn, found), now=now), f"{actor} ended the drill {found.id}", actor)
    typer.echo(f"ended: {', '.join(found.id for found in running)}")


def _alert(conn: Connection, incident: Incident) -> Alert:
    alerts = incidents.alerts_of(conn, incident.id)
    return alerts[0][3]


def _publish(conn: Connection, body: bytes, detail: str, actor: str) -> None:
    clock = SystemClock()
    record = feed_record(
        feed=DRILL_FEED, body=body, received_at=clock.now(), received_wall=clock.wall(), origin="drill"
    )
    publish_in(conn, [record], clock)
    decision = Decision(action=Action.LAUNCH, reason=Reason.OPERATOR, guard="desk", detail=detail)
    append_decision(conn, decision, at=clock.now(), subject="drill", actor=actor)


def _warn(settings: Settings, hazard: str, sinks: int) -> None:
    wanted = [policy for policy in settings.policies if not policy.when.hazards or hazard in policy.when.hazards]
    if not any(policy.drill_channels for policy in wanted):
        typer.echo(f"kepu: no policy for {hazard} has `drill_channels`: it will be recorded and reach nobody", err=True)
    elif not sinks:
        typer.echo("kepu: no recipient there is marked `drill`: it will be recorded and reach nobody", err=True)
