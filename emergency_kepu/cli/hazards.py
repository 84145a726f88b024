"""`kepu hazards ...`: the taxonomy, and what a feed's event is taken for."""

from __future__ import annotations

from typing import Annotated

import typer

from emergency_kepu.cli.output import JsonOption, print_json, print_table
from emergency_kepu.domain.errors import NotFound, UserError
from emergency_kepu.domain.hazard import CATEGORY_NAMES, HAZARDS, classify

app = typer.Typer(help="The taxonomy: list, find.", no_args_is_help=True)


@app.command("list")
def list_(json_output: JsonOption = False) -> None:
    """Every hazard and the first of its codes in the lists of others; `--json` has all names and codes."""
    if json_output:
        print_json(list(HAZARDS.values()))
        return
    rows = [
        (
            each.code,
            CATEGORY_NAMES[each.category],
            each.names["zh-Hans"],
            " ".join(list(each.oasis_terms)[:1]),
            " ".join(each.cma[:1]),
            " ".join(each.same[:1]),
            each.gdacs or "",
        )
        for each in HAZARDS.values()
    ]
    print_table("Hazards", ("hazard", "category", "name", "OASIS", "CMA", "SAME", "GDACS"), rows)


@app.command("find")
def find(
    event: Annotated[str, typer.Argument(help="The event as a feed names it; '' for none.")],
    code: Annotated[
        list[str] | None, typer.Option("--code", help="An event code, as NAME=VALUE (SAME=TOR); again for more.")
    ] = None,
    json_output: JsonOption = False,
) -> None:
    """The hazard that an event of this name and these codes is taken for. Exit 1: none, and a person would be asked."""
    codes: dict[str, list[str]] = {}
    for each in code or ():
        name, found, value = each.partition("=")
        if not found or not name or not value:
            msg = f"--code {each!r}: write NAME=VALUE, as in SAME=TOR or OET:v1.2=OET-196"
            raise UserError(msg)
        codes.setdefault(name, []).append(value)
    hazard = classify(event=event, event_codes=codes)
    if json_output:
        print_json({"event": event, "event_codes": codes, "hazard": hazard})
    elif hazard:
        typer.echo(f"{hazard}: {HAZARDS[hazard].names['zh-Hans']}, {HAZARDS[hazard].names['en']}")
    if hazard is None:
        msg = f"nothing recognises {event!r}: it would wait for a person as unknown_hazard"
        raise NotFound(msg)
