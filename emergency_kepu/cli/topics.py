"""`kepu topics ...`: the topics of the flow on Kafka."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from emergency_kepu.bus import topics
from emergency_kepu.bus.topics import Found
from emergency_kepu.cli.output import ConfigOption, JsonOption, print_json, print_table
from emergency_kepu.domain.errors import UserError
from emergency_kepu.services import kafka_password
from emergency_kepu.settings import Settings, load_settings

app = typer.Typer(help="Topics on Kafka: create, list.", no_args_is_help=True)


@app.command("create")
def create(
    config: ConfigOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is missing.")] = False,
    json_output: JsonOption = False,
) -> None:
    """Make what is missing, as `bus` in kepu.yaml says. Exit 1 when something differs that this cannot mend."""
    settings = _kafka(config)
    do = topics.check if dry_run else topics.create
    _show(do(settings.bus, kafka_password(settings, os.environ)), json_output=json_output)


@app.command("list")
def list_(config: ConfigOption, json_output: JsonOption = False) -> None:
    """What there is. Exit 1 when something is missing or differs."""
    settings = _kafka(config)
    _show(topics.check(settings.bus, kafka_password(settings, os.environ)), json_output=json_output)


def _kafka(config: ConfigOption) -> Settings:
    settings = load_settings(config)
    if settings.bus.engine != "kafka":
        msg = "bus.engine is embedded: there are no topics; set `bus: {engine: kafka, brokers: ...}` in kepu.yaml"
        raise UserError(msg)
    return settings


def _show(found: list[Found], *, json_output: bool) -> None:
    if json_output:
        print_json(found)
    else:
        rows = [
            (item.topic, item.partitions, item.replication, item.problem or ("made" if item.made else "ok"))
            for item in found
        ]
        print_table("Topics", ("topic", "partitions", "copies", ""), rows)
    if any(item.problem for item in found):
        raise typer.Exit(1)
