"""`kepu calendar ...`: commemorative days, seasons and drills that are laid before people ahead of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from emergency_kepu.cli.instants import instant
from emergency_kepu.cli.output import ConfigOption, JsonOption, print_json, print_table
from emergency_kepu.desk.calendar_view import OccasionView, coming, entry_views
from emergency_kepu.services import open_database
from emergency_kepu.settings import load_settings

app = typer.Typer(help="The calendar: list, next.", no_args_is_help=True)


@app.command("list")
def list_(config: ConfigOption, json_output: JsonOption = False) -> None:
    """Every entry of calendar.yaml and when it comes next."""
    settings = load_settings(config)
    with open_database(settings).reading() as conn:
        found = entry_views(conn, settings.calendar, datetime.now(UTC))
    if json_output:
        print_json(found)
        return
    locale = settings.desk.locale
    rows = [
        (
            entry.name,
            entry.kind,
            entry.titles.get(locale, entry.titles["en"]),
            entry.hazard,
            " ".join(entry.places),
            _days(entry.next) if entry.next else "not announced",
        )
        for entry in found
    ]
    print_table("Calendar", ("name", "kind", "title", "hazard", "places", "next"), rows)


@app.command("next")
def next_(
    config: ConfigOption,
    days: Annotated[int, typer.Option("--days", min=1, max=400, help="How far to look.")] = 60,
    now: Annotated[str | None, typer.Option("--now", help="As if it were then; default: now.")] = None,
    json_output: JsonOption = False,
) -> None:
    """What comes, when its draft is laid before people, when it goes out, and how the draft stands."""
    settings = load_settings(config)
    moment = instant("--now", now)
    with open_database(settings).reading() as conn:
        found = coming(conn, settings.calendar, moment, timedelta(days=days))
    if json_output:
        print_json(found)
        return
    rows = [
        (
            _days(occasion),
            occasion.name,
            occasion.hazard,
            f"{occasion.prepare_at.astimezone(ZoneInfo(occasion.tz)):%F %H:%M}",
            f"{occasion.opens.astimezone(ZoneInfo(occasion.tz)):%F %H:%M}",
            occasion.state or "-",
            occasion.campaign or "-",
        )
        for occasion in found
    ]
    print_table("What comes", ("days", "name", "hazard", "draft", "goes out", "state", "campaign"), rows)


def _days(occasion: OccasionView) -> str:
    first, last = occasion.first.isoformat(), occasion.last.isoformat()
    return first if first == last else f"{first} to {last}"
