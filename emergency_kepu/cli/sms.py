"""`kepu sms ...`: what a text costs."""

from __future__ import annotations

import sys
from typing import Annotated

import msgspec
import typer

from emergency_kepu.cli.output import JsonOption, print_json, print_table
from emergency_kepu.content import sms

app = typer.Typer(help="SMS: how many parts a text takes.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """SMS: what a text costs."""


@app.command("segments")
def segments(
    text: Annotated[str, typer.Argument(help="The text; `-` reads stdin.")], json_output: JsonOption = False
) -> None:
    """Count parts as handsets do: GSM-7 with its extension table, or UCS-2."""
    found = sms.count(sys.stdin.read().rstrip("\n") if text == "-" else text)
    if json_output:
        print_json(found)
        return
    rows = [
        (name, value if isinstance(value, int) else str(value)) for name, value in msgspec.structs.asdict(found).items()
    ]
    print_table("SMS", ("what", "value"), [(name, str(value)) for name, value in rows])
