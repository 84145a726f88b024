"""`kepu experts ...`: who knows what, whom a message would name, who is on duty, who is asked about an incident."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
import typer

from emergency_kepu.asking import away, chain
from emergency_kepu.asking.around import Around
from emergency_kepu.asking.links import links_of
from emergency_kepu.cli.actor import named
from emergency_kepu.cli.instants import duration, instant
from emergency_kepu.cli.output import ConfigOption, JsonOption, catalog_of, database_of, print_json, print_table
from emergency_kepu.desk.accounts import Right
from emergency_kepu.domain.errors import UserError
from emergency_kepu.domain.expert import Expert
from emergency_kepu.matching.experts import match_experts, public_contact
from emergency_kepu.matching.rota import is_on_duty
from emergency_kepu.settings import load_settings
from emergency_kepu.store import asks, incidents
from emergency_kepu.store.absences import AbsenceRow, as_they_are

app = typer.Typer(help="Experts: list, match, oncall, away, back, asked, ask, taken.", no_args_is_help=True)

NowOption = Annotated[str | None, typer.Option("--now", help="An instant with an offset; default: now.")]


@app.command("list")
def list_(config: ConfigOption, json_output: JsonOption = False) -> None:
    """Everybody in experts.yaml."""
    found = load_settings(config).experts
    if json_output:
        print_json([_shown(expert) for expert in found])
        return
    rows = [
        (
            expert.id,
            _name(expert),
            ", ".join(expert.fields),
            ", ".join(expert.regions) or "everywhere",
            ", ".join(expert.languages),
            expert.hotline or "-",
        )
        for expert in found
    ]
    print_table("Experts", ("id", "name", "fields", "regions", "languages", "hotline"), rows)


@app.command("match")
def match(
    config: ConfigOption,
    hazard: Annotated[str, typer.Option("--hazard")],
    place: Annotated[list[str] | None, typer.Option("--place", help="Adcode or ISO country.")] = None,
    locale: Annotated[str, typer.Option("--locale")] = "zh-Hans",
    now: NowOption = None,
    json_output: JsonOption = False,
) -> None:
    """The best first, with the reasons, and whose hotline a message would name. Exit 1 when nobody fits."""
    settings = load_settings(config)
    topic = catalog_of(settings).topics.get(hazard)
    if topic is None:
        msg = f"--hazard {hazard!r}: no content about it names expert fields; `kepu templates list` shows what there is"
        raise UserError(msg)
    moment = instant("--now", now)
    with database_of(config).reading() as conn:
        experts = as_they_are(conn, settings.experts, moment)
    ranked = match_experts(experts, fields=topic.meta.experts, places=tuple(place or ()), locale=locale, now=moment)
    contact = public_contact(ranked)
    if json_output:
        found = [{**msgspec.structs.asdict(item), "expert": _shown(item.expert)} for item in ranked]
        print_json({"experts": found, "named_in_messages": contact.id if contact else None})
    elif ranked:
        rows = [(item.expert.id, _name(item.expert), "; ".join(item.why)) for item in ranked]
        print_table(f"Experts for {hazard} ({', '.join(topic.meta.experts)})", ("id", "name", "why"), rows)
        named = f"{contact.id}, {contact.hotline}" if contact else "nobody: no hotline is answered now"
        typer.echo(f"A message would name: {named}")
    if not ranked:
        if not json_output:
            typer.echo(f"nobody knows {', '.join(topic.meta.experts) or 'anything of it'} there", err=True)
        raise typer.Exit(1)


@app.command("oncall")
def oncall(config: ConfigOption, now: NowOption = None, json_output: JsonOption = False) -> None:
    """Who is on duty at an instant. Exit 1 when nobody is."""
    moment = instant("--now", now)
    with database_of(config).reading() as conn:
        experts = as_they_are(conn, load_settings(config).experts, moment)
    found = [expert for expert in experts if is_on_duty(expert, moment)]
    if json_output:
        print_json([_shown(expert) for expert in found])
    else:
        rows: list[tuple[Any, ...]] = [
            (expert.id, _name(expert), ", ".join(expert.fields), expert.hotline or "-") for expert in found
        ]
        print_table(f"On duty at {moment:%F %H:%MZ}", ("id", "name", "fields", "hotline"), rows)
    if not found:
        raise typer.Exit(1)


@app.command("away")
def send_away(
    expert: Annotated[str, typer.Argument(metavar="EXPERT")],
    config: ConfigOption,
    lasting: Annotated[str, typer.Option("--for", help="How long: 90m, 8h, 2d.")],
    start: Annotated[str | None, typer.Option("--from", help="An instant with an offset; default: now.")] = None,
    comment: Annotated[str, typer.Option("--comment", help="Why; everybody at the desk sees it.")] = "",
) -> None:
    """Not there for a while, at once and without a restart: substitutes stand in, messages name somebody else."""
    settings = load_settings(config)
    begins = instant("--from", start)
    ends = begins + duration("--for", lasting)
    with database_of(config).begin() as conn:
        actor = named(conn, Right.OPERATE)
        row = AbsenceRow(expert=expert, starts_at=begins, ends_at=ends, created_by=actor, comment=comment)
        away.send_away(conn, settings.experts, row, now=datetime.now(UTC))
    typer.echo(f"{expert} is away from {begins:%F %H:%MZ} to {ends:%F %H:%MZ}; kepu experts back {expert} ends it")


@app.command("back")
def back(expert: Annotated[str, typer.Argument(metavar="EXPERT")], config: ConfigOption) -> None:
    """There again, sooner than was said. Exit 1 when nobody at the desk said that they are away."""
    settings = load_settings(config)
    with database_of(config).begin() as conn:
        actor = named(conn, Right.OPERATE)
        away.call_back(conn, settings.experts, expert, actor=actor, now=datetime.now(UTC))
    typer.echo(f"{expert} is back")


Incident = Annotated[str, typer.Argument(metavar="INCIDENT")]


@app.command("asked")
def asked(incident: Incident, config: ConfigOption, json_output: JsonOption = False) -> None:
    """Who was asked about an incident, and what they said. Exit 1 when nobody was."""
    with database_of(config).reading() as conn:
        incidents.get(conn, incident)
        found = asks.of_incident(conn, incident)
    if json_output:
        print_json(found)
    else:
        rows = [
            (
                ask.expert or "(the desk)",
                ask.state.value,
                ask.channel or "-",
                f"{(ask.answered_at or ask.sent_at or ask.created_at):%F %H:%MZ}",
                " / ".join(ask.answer.values()) or ask.detail,
            )
            for ask in found
        ]
        print_table(f"Asked about {incident}", ("expert", "state", "channel", "when", "detail"), rows)
    if not found:
        raise typer.Exit(1)


@app.command("ask")
def ask(
    incident: Incident,
    config: ConfigOption,
    expert: Annotated[str, typer.Option("--expert", help="An id; default: the best who was not asked yet.")] = "",
) -> None:
    """Have an expert told on their private channel; the running server sends it. Exit 1 when nobody can be asked."""
    settings = load_settings(config)
    ready = links_of(os.environ, settings.desk.public_url) is not None
    with database_of(config).begin() as conn:
        actor = named(conn, Right.OPERATE)
        around = Around(settings, catalog_of(settings), ready)
        found = chain.by_hand(conn, around, incident, expert=expert, actor=actor, now=datetime.now(UTC))
    typer.echo(f"{found.expert} is told by the running server; kepu experts asked {incident} shows the answer")


@app.command("taken")
def taken(incident: Incident, config: ConfigOption) -> None:
    """You see to what no expert has answered: the console stops asking for somebody. Exit 1 when nothing waits."""
    settings = load_settings(config)
    with database_of(config).begin() as conn:
        actor = named(conn, Right.OPERATE)
        around = Around(settings, catalog_of(settings), ready=False)
        chain.take(conn, around, incident, actor=actor, now=datetime.now(UTC))
    typer.echo(f"recorded: {actor} sees to {incident}")


def _shown(expert: Expert) -> dict[str, Any]:
    """Everything but private numbers: of those only through which channels they lead."""
    ways = [way.channel for way in expert.private]
    return {**msgspec.to_builtins(expert), "private": ways}


def _name(expert: Expert) -> str:
    return expert.names.get("zh-Hans") or next(iter(expert.names.values()))
