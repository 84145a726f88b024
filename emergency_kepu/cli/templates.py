"""`kepu templates ...`: the content library."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from emergency_kepu.cli import templates_lint, templates_review, templates_write
from emergency_kepu.cli.library import TemplatesOption, catalog_of, known
from emergency_kepu.cli.output import ConfigOption, JsonOption, print_json, print_table
from emergency_kepu.content.catalog import Catalog
from emergency_kepu.content.forms.registry import FORMS
from emergency_kepu.content.limits import LAYOUT_OF_KIND, LIMITS
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.domain.campaign import CampaignKind, MessageFacts
from emergency_kepu.domain.errors import UserError
from emergency_kepu.domain.hazard import HAZARDS

app = typer.Typer(help="The content library: list, show, render, lint, review.", no_args_is_help=True)
app.command("lint")(templates_lint.lint_)
app.command("review")(templates_review.review)
app.command("export")(templates_write.export)
app.command("new")(templates_write.new)

_SAMPLE_VALUES: dict[str, float | str] = {"magnitude": 6.1, "depth_km": 12.0, "max_temp_c": 39.0}


@app.command("list")
def list_(config: ConfigOption, templates: TemplatesOption = None, json_output: JsonOption = False) -> None:
    """Hazards with their languages and phases; hazards of the taxonomy without a text are named too."""
    catalog = catalog_of(templates, config)
    rows = [
        {
            "hazard": code,
            "name": hazard.names["en"],
            "category": hazard.category,
            "locales": list(catalog.locales(code)),
            "drafts": drafts_of(catalog, code),
            "phases": list(catalog.topics[code].meta.phases) if code in catalog.topics else [],
            "review": catalog.topics[code].meta.review.state if code in catalog.topics else None,
        }
        for code, hazard in HAZARDS.items()
    ]
    if json_output:
        print_json(rows)
        return
    shown = [
        tuple(
            " ".join(cell) if isinstance(cell, list) else cell
            for cell in (row["hazard"], row["name"], row["category"], row["locales"], row["drafts"], row["phases"])
        )
        for row in rows
        if row["locales"]
    ]
    print_table("Content", ("hazard", "name", "category", "locales", "drafts", "phases"), shown)


def drafts_of(catalog: Catalog, hazard: str) -> list[str]:
    """Languages whose text nobody has signed: they are sent to nobody."""
    topic = catalog.topics.get(hazard)
    return sorted(set(topic.locales) - set(catalog.locales(hazard))) if topic else []


@app.command("show")
def show(hazard: Annotated[str, typer.Argument()], config: ConfigOption, templates: TemplatesOption = None) -> None:
    """One hazard's elements and sources, as JSON."""
    catalog = catalog_of(templates, config)
    known(catalog, hazard)
    print_json(catalog.topics[hazard])


@app.command("render")
def render_(
    config: ConfigOption,
    hazard: Annotated[str, typer.Option("--hazard")],
    templates: TemplatesOption = None,
    locale: Annotated[str, typer.Option("--locale")] = "zh-Hans",
    channel: Annotated[str, typer.Option("--channel", help="A kind of channel (twilio ...) or a layout (tts ...).")] = (
        "twilio"
    ),
    phase: Annotated[str, typer.Option("--phase")] = "now",
    kind: Annotated[str, typer.Option("--kind", help="issue, update, all_clear")] = "issue",
    audience: Annotated[str, typer.Option("--audience")] = "",
    place: Annotated[str, typer.Option("--place", help="An adcode or an ISO country.")] = "511524",
    drill: Annotated[bool, typer.Option("--drill")] = False,
    json_output: JsonOption = False,
) -> None:
    """One message with sample facts: what a reader of that channel would get."""
    catalog = catalog_of(templates, config)
    known(catalog, hazard)
    layout = LAYOUT_OF_KIND.get(channel, channel)
    if layout not in LIMITS and layout not in FORMS:
        known_names = dict.fromkeys((*LAYOUT_OF_KIND, *LIMITS, *FORMS))
        msg = f"no channel kind or layout {channel!r}; known: {', '.join(known_names)}"
        raise UserError(msg)
    if kind not in tuple(CampaignKind):
        msg = f"no kind {kind!r}; known: {', '.join(CampaignKind)}"
        raise UserError(msg)
    moment = datetime(2026, 6, 30, 5, 30, tzinfo=UTC)
    facts = MessageFacts(
        source_name={"en": "the county observatory"}.get(locale, "县气象台"),
        place_codes=(place,),
        issued_at=moment,
        until=moment + timedelta(hours=6),
        tz="Asia/Shanghai",
        severity="Severe",
        level_colour="orange",
        values=_SAMPLE_VALUES,
    )
    message = render(
        catalog,
        RenderRequest(
            hazard=hazard,
            locale=locale,
            layout=layout,
            phase=phase,
            kind=CampaignKind(kind),
            audience=audience,
            drill=drill,
            facts=facts,
        ),
    )
    if json_output:
        print_json(message)
        return
    typer.echo(message.text)
    typer.echo(f"\n{message.size} {message.unit}; left out: {', '.join(message.dropped) or 'nothing'}", err=True)
