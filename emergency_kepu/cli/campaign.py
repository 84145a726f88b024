"""`kepu campaign ...`: what is prepared, waits, and goes out."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.campaigns import authoring, operations, planned
from emergency_kepu.campaigns.authoring import Wish
from emergency_kepu.cli.actor import AsOption, PasswordStdin, named, proven
from emergency_kepu.cli.instants import instant
from emergency_kepu.cli.output import ConfigOption, JsonOption, catalog_of, database_of, print_json, print_table
from emergency_kepu.content.limits import kind_of
from emergency_kepu.content.preview import previews
from emergency_kepu.content.review import unsigned
from emergency_kepu.desk.accounts import Right
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.domain.decision import Reason
from emergency_kepu.pages.address import link_of, pages_of
from emergency_kepu.pipeline.contacts import contact_for
from emergency_kepu.places.search import find_place
from emergency_kepu.services import open_database
from emergency_kepu.settings import load_settings
from emergency_kepu.store import campaigns, progress
from emergency_kepu.store.audience_size import audience_size

app = typer.Typer(
    help="Campaigns: draft, preview, submit, approve, launch, status, steps, reject, cancel, list.",
    no_args_is_help=True,
)

Campaign = Annotated[str, typer.Argument(metavar="CAMPAIGN")]


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


@app.command("draft")
def draft(
    config: ConfigOption,
    hazard: Annotated[str, typer.Option("--hazard", help="A code of the taxonomy.")],
    place: Annotated[
        list[str], typer.Option("--place", help="A name, an adcode or an ISO country; several times for more.")
    ],
    source: Annotated[str, typer.Option("--source", help="The authority whose warning is explained.")],
    channel: Annotated[list[str], typer.Option("--channel", help="A channel of kepu.yaml, the preferred first.")],
    issued: Annotated[str | None, typer.Option("--issued", help="When it was issued; default: now.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="When it ends.")] = None,
    severity: Annotated[str, typer.Option("--severity", help="Minor, Moderate, Severe, Extreme.")] = "Severe",
    colour: Annotated[str | None, typer.Option("--colour", help="Only if the authority gave one.")] = None,
    phase: Annotated[str, typer.Option("--phase", help="before, now, after")] = "now",
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Only recipients with one of these.")] = None,
    approvers: Annotated[int, typer.Option("--approvers", min=1, max=9)] = 1,
    routine: Annotated[bool, typer.Option("--routine", help="Not urgent: the routine lane.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Write a campaign of your own. Nothing is sent before it is submitted and somebody else approves."""
    settings = load_settings(config)
    wish = Wish(
        hazard=hazard,
        places=tuple(find_place(name) for name in place),
        source=source,
        issued_at=instant("--issued", issued),
        until=instant("--until", until) if until else None,
        channels=tuple(channel),
        severity=severity,
        colour=colour,
        phase=phase,
        tags=tuple(tag or ()),
        urgent=not routine,
        approvers=approvers,
    )
    catalog = catalog_of(settings)
    authoring.check(wish, channels=settings.channels, content=catalog.topics)
    pages = pages_of(os.environ, settings.desk)
    now = datetime.now(UTC)
    with open_database(settings).begin() as conn:
        actor = named(conn, Right.OPERATE)
        contact = contact_for(conn, catalog, settings, hazard=hazard, places=wish.places, now=now)
        row = authoring.write(
            conn, wish, actor=actor, now=now, wall=time.time(), contact=contact, link_of=partial(link_of, pages)
        )
        reach = audience_size(conn, row)
    if json_output:
        print_json({"campaign": row.id, "revision": row.revision, "state": row.state, "audience": reach})
        return
    typer.echo(f"{row.id}: a draft for {reach:,} recipients. Read it: kepu campaign preview {row.id}")
    typer.echo(f"Then ask for approval: kepu campaign submit {row.id}")


@app.command("preview")
def preview(campaign: Campaign, config: ConfigOption, json_output: JsonOption = False) -> None:
    """Every text as it would go out, and to how many; nothing is sent."""
    settings = load_settings(config)
    catalog = catalog_of(settings)
    with open_database(settings).reading() as conn:
        row = campaigns.latest(conn, campaign)
        reach = audience_size(conn, row)
    kinds = {name: kind_of(raw) for name, raw in settings.channels.items()}
    texts = previews(
        catalog,
        hazard=row.hazard,
        kind=row.kind,
        spec=row.spec,
        channel_kinds=kinds,
    )
    if json_output:
        print_json({"campaign": row.id, "revision": row.revision, "audience": reach, "messages": texts})
        return
    typer.echo(f"{row.title}: {row.kind.value}, {row.state.value}, {reach:,} recipients")
    for text in texts:
        size = f"{text.size} {text.unit}" if text.text else ""
        who = f", {text.audience}" if text.audience else ""
        typer.echo(f"\n--- {text.channel}, {text.locale}{who} {size}\n{text.text or text.problem}")


@app.command("submit")
def submit(campaign: Campaign, config: ConfigOption) -> None:
    """Ask for approval of a draft."""
    with database_of(config).begin() as conn:
        row = operations.submit(conn, campaign, actor=named(conn, Right.OPERATE), now=datetime.now(UTC))
    needed = "one other person" if row.approvals_needed <= 1 else f"{row.approvals_needed} other people"
    typer.echo(f"{campaign} waits: {needed} must approve it")


@app.command("approve")
def approve(
    campaign: Campaign,
    config: ConfigOption,
    as_: AsOption = "",
    note: Annotated[str, typer.Option("--note")] = "",
    hold: Annotated[bool, typer.Option("--hold", help="Approve, and launch later.")] = False,
    override_review: Annotated[
        bool, typer.Option("--override-review", help="You answer by name for words that no expert has signed.")
    ] = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """One person's yes. It goes out when enough people have said so."""
    clock, settings = SystemClock(), load_settings(config)
    catalog, trusted = catalog_of(settings), settings.content.trust_shipped

    def unsigned_of(hazard: str) -> tuple[Reason, str] | None:
        return unsigned(catalog, hazard, clock.now().date(), trust_shipped=trusted)

    with database_of(config).begin() as conn:
        actor = proven(conn, as_, Right.APPROVE, password_stdin=password_stdin)
        records = operations.approve(
            conn,
            campaign,
            actor=actor,
            now=clock.now(),
            wall=clock.wall(),
            unsigned=unsigned_of,
            override=override_review,
            note=note,
            hold=hold,
        )
        publish_in(conn, records, clock)
        row = campaigns.latest(conn, campaign)
    slot = row.spec.slot
    later = f"it goes out from {slot.not_before:%F %H:%MZ} on" if slot and not hold else ""
    said = {"launched": "it goes out", "approved": later or f"it waits for `kepu campaign launch {campaign}`"}
    typer.echo(f"approved by {actor}: {said.get(row.state.value, 'one more person must approve')}")


@app.command("launch")
def launch(campaign: Campaign, config: ConfigOption) -> None:
    """Send what was approved with --hold. Refused for anything that has not been approved."""
    clock = SystemClock()
    with database_of(config).begin() as conn:
        actor = named(conn, Right.OPERATE)
        records = operations.launch(conn, campaign, now=clock.now())
        operations.note(conn, campaign, f"{actor} launched it", actor=actor, now=clock.now())
        publish_in(conn, records, clock)
    typer.echo(f"{campaign} goes out")


@app.command("reject")
def reject(
    campaign: Campaign,
    config: ConfigOption,
    as_: AsOption = "",
    note: Annotated[str, typer.Option("--note")] = "",
    password_stdin: PasswordStdin = False,
) -> None:
    """It is not sent."""
    with database_of(config).begin() as conn:
        actor = proven(conn, as_, Right.APPROVE, password_stdin=password_stdin)
        operations.reject(conn, campaign, actor=actor, now=datetime.now(UTC), note=note)
    typer.echo(f"rejected by {actor}: nothing is sent")


@app.command("steps")
def steps(
    campaign: Campaign,
    config: ConfigOption,
    stop: Annotated[bool, typer.Option("--stop", help="None of them is sent.")] = False,
    json_output: JsonOption = False,
) -> None:
    """What follows by itself, and when it is looked at again; with --stop nothing does any more."""
    database = database_of(config)
    if stop:
        with database.begin() as conn:
            actor = named(conn, Right.OPERATE)
            waited = planned.stop_by_hand(conn, campaign, actor=actor, now=datetime.now(UTC))
        typer.echo(f"stopped: {waited} steps will not be sent")
        return
    with database.reading() as conn:
        found = planned.planned(conn, campaign)
    if json_output:
        print_json(found)
        return
    rows = [
        (
            each.number,
            f"{each.at:%F %H:%MZ}",
            each.step.say,
            each.step.phase,
            each.step.until,
            each.step.severity or "-",
        )
        for each in found
    ]
    print_table("Planned steps", ("step", "at", "says", "phase", "until", "at least"), rows)


@app.command("cancel")
def cancel(campaign: Campaign, config: ConfigOption) -> None:
    """Stop what has not been sent."""
    with database_of(config).begin() as conn:
        stopped = operations.cancel(conn, campaign, actor=named(conn, Right.OPERATE), now=datetime.now(UTC))
    typer.echo(f"cancelled: {stopped} deliveries were stopped; what was sent stays sent")
