"""How commands print: JSON for machines, tables for people."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from emergency_kepu.content.catalog import Catalog, load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.services import open_database
from emergency_kepu.settings import Settings, load_settings
from emergency_kepu.store.database import Database

ConfigOption = Annotated[
    Path, typer.Option("--config", help="The configuration directory.", default_factory=lambda: shipped("config"))
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine output on stdout.")]


def print_json(value: Any) -> None:
    """One JSON document."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.buffer.flush()


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], console: Console | None = None
) -> None:
    """A table; numbers to the right."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for number, column in enumerate(columns):
        numeric = bool(rows) and all(isinstance(row[number], int | float) for row in rows)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row))
    (console or Console()).print(table)


def catalog_of(settings: Settings) -> Catalog:
    """The content library of a configuration."""
    directory = Path(settings.content.templates) if settings.content.templates else shipped("templates")
    return load_catalog(directory, sms_parts=settings.content.sms_parts)


def database_of(config: Path) -> Database:
    """The database of a configuration, for a command that runs beside a server."""
    return open_database(load_settings(config))
