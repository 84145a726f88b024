"""`kepu dead ...`: what could not be processed."""

from __future__ import annotations

from typing import Annotated

import typer

from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.cli.output import ConfigOption, JsonOption, database_of, print_json, print_table
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.store import dead

app = typer.Typer(help="Dead letters: list, show, replay, drop.", no_args_is_help=True)

Seq = Annotated[int, typer.Argument(metavar="NUMBER")]


@app.command("list")
def list_(config: ConfigOption, json_output: JsonOption = False) -> None:
    """Newest first."""
    with database_of(config).reading() as conn:
        rows = dead.listing(conn)
    found = [
        {"seq": row.seq, "at": row.at, "topic": row.topic, "key": row.key, "reason": row.reason, "detail": row.detail}
        for row in rows
    ]
    if json_output:
        print_json(found)
        return
    shown = [
        (str(item["seq"]), f"{item['at']:%F %H:%MZ}", item["topic"], item["key"], item["reason"], item["detail"])
        for item in found
    ]
    print_table("Dead letters", ("number", "at", "topic", "key", "reason", "detail"), shown)


@app.command("show")
def show(seq: Seq, config: ConfigOption) -> None:
    """The record itself, as it came."""
    with database_of(config).reading() as conn:
        row = dead.get(conn, seq)
    print_json({**dict(row._mapping), "value": row.value.decode("utf-8", "replace")})


@app.command("replay")
def replay(seq: Seq, config: ConfigOption) -> None:
    """Put it back where it came from; do this after mending the cause."""
    with database_of(config).begin() as conn:
        publish_in(conn, [dead.take_for_replay(conn, seq)], SystemClock())
    typer.echo(f"dead letter {seq} is processed again")


@app.command("drop")
def drop(seq: Seq, config: ConfigOption) -> None:
    """It is nothing; it stays on record."""
    with database_of(config).begin() as conn:
        dead.drop(conn, seq)
    typer.echo(f"dead letter {seq} is dropped")
