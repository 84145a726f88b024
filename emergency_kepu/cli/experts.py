"""`kepu experts ...`: who knows what, whom a message would name, who is on duty."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer

from emergency_kepu.cli.instants import instant
from emergency_kepu.cli.output import ConfigOption, JsonOption, catalog_of, print_json, print_table
from emergency_kepu.domain.errors import UserError
from emergency_kepu.domain.expert import Expert
from emergency_kepu.matching.experts import match_experts, public_contact
from emergency_kepu.matching.rota import is_on_duty
from emergency_kepu.settings import load_settings

app = typer.Typer(help="Experts: list, match, oncall.", no_args_is_help=True)

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
    ranked = match_experts(
        settings.experts,
        fields=topic.meta.experts,
        places=tuple(place or ()),
        locale=locale,
        now=instant("--now", now),
    )
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
    found = [expert for expert in load_settings(config).experts if is_on_duty(expert, moment)]
    if json_output:
        print_json([_shown(expert) for expert in found])
    else:
        rows: list[tuple[Any, ...]] = [
            (expert.id, _name(expert), ", ".join(expert.fields), expert.hotline or "-") for expert in found
        ]
        print_table(f"On duty at {moment:%F %H:%MZ}", ("id", "name", "fields", "hotline"), rows)
    if not found:
        raise typer.Exit(1)


def _shown(expert: Expert) -> dict[str, Any]:
    """Everything but private numbers: of those only through which channels they lead."""
    ways = [way.channel for way in expert.private]
    return {**msgspec.to_builtins(expert), "private": ways}


def _name(expert: Expert) -> str:
    return expert.names.get("zh-Hans") or next(iter(expert.names.values()))
