"""`kepu silence ...`: for a while nothing goes out about something, and everybody can see who said so and why."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Annotated

import typer
from sqlalchemy import Connection

from emergency_kepu.cli.actor import named
from emergency_kepu.cli.instants import duration, instant
from emergency_kepu.cli.output import ConfigOption, JsonOption, print_json, print_table
from emergency_kepu.desk.accounts import Right
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.silence import Silence
from emergency_kepu.matching.silences import check_silence
from emergency_kepu.places.search import find_place
from emergency_kepu.services import open_database
from emergency_kepu.settings import load_settings
from emergency_kepu.store import silences
from emergency_kepu.store.decisions import append_decision

app = typer.Typer(help="Silences: add, list, expire.", no_args_is_help=True)


@app.command("add")
def add(
    config: ConfigOption,
    comment: Annotated[str, typer.Option("--comment", help="Why; everybody sees it.")],
    hazard: Annotated[list[str] | None, typer.Option("--hazard", help="May be given several times.")] = None,
    place: Annotated[list[str] | None, typer.Option("--place", help="Adcode or ISO country.")] = None,
    feed: Annotated[list[str] | None, typer.Option("--feed", help="A name of feeds.yaml.")] = None,
    lasting: Annotated[str, typer.Option("--for", help="How long: 90m, 2h, 1d.")] = "1h",
    start: Annotated[str | None, typer.Option("--from", help="An instant with an offset; default: now.")] = None,
    also_red: Annotated[bool, typer.Option("--also-red", help="Hold back even red (Extreme).")] = False,
) -> None:
    """Nothing that matches is sent meanwhile; it is recorded as `silenced`. Red goes out unless --also-red."""
    settings = load_settings(config)
    hazards, feeds = tuple(hazard or ()), tuple(feed or ())
    places = tuple(find_place(name) for name in place or ())
    begins = instant("--from", start)
    ends = begins + duration("--for", lasting)
    with open_database(settings).begin() as conn:
        actor = named(conn, Right.OPERATE)
        name = f"{hazards}{places}{feeds}{begins.isoformat()}{actor}"
        found = Silence(
            id="s-" + hashlib.blake2b(name.encode(), digest_size=4).hexdigest(),
            hazards=hazards,
            places=places,
            feeds=feeds,
            also_red=also_red,
            starts_at=begins,
            ends_at=ends,
            created_by=actor,
            comment=comment,
        )
        check_silence(found, feeds=settings.feeds)
        silences.add(conn, found)
        detail = f"{actor} silenced {found.subject()} until {ends:%F %H:%MZ}: {comment}"
        _record(conn, detail, actor)
    typer.echo(f"{found.id}: {found.subject()} is silent until {ends:%F %H:%MZ}")


@app.command("list")
def list_(
    config: ConfigOption,
    every: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    json_output: JsonOption = False,
) -> None:
    """What holds now, the one that ends last first."""
    with open_database(load_settings(config)).reading() as conn:
        found = silences.listing(conn) if every else silences.active(conn, datetime.now(UTC))
    if json_output:
        print_json(found)
        return
    rows = [
        (
            item.id,
            item.subject(),
            f"{item.starts_at:%F %H:%MZ}",
            f"{item.ends_at:%F %H:%MZ}",
            item.created_by,
            item.comment,
        )
        for item in found
    ]
    print_table("Silences", ("id", "what", "from", "until", "by", "why"), rows)


@app.command("expire")
def expire(silence: Annotated[str, typer.Argument(metavar="SILENCE")], config: ConfigOption) -> None:
    """End it now. Exit 1 when no such silence still holds."""
    with open_database(load_settings(config)).begin() as conn:
        actor = named(conn, Right.OPERATE)
        ended = silences.expire(conn, silence, datetime.now(UTC))
        _record(conn, f"{actor} ended the silence of {ended.subject()}", actor)
    typer.echo(f"{silence} is over: {ended.subject()} is heard again")


def _record(conn: Connection, detail: str, actor: str) -> None:
    decision = Decision(action=Action.WATCH, reason=Reason.OPERATOR, guard="desk", detail=detail)
    append_decision(conn, decision, at=datetime.now(UTC), subject="silence", actor=actor)
