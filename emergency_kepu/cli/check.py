"""`kepu check-config` and `kepu doctor`: is it right, and does it run?"""

from __future__ import annotations

import os
import sys

import typer

from emergency_kepu.channels.door import Door
from emergency_kepu.channels.registry import build
from emergency_kepu.cli.output import ConfigOption, JsonOption, catalog_of, print_json, print_table
from emergency_kepu.domain.errors import KepuError
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.services import open_database
from emergency_kepu.settings import load_settings
from emergency_kepu.store import dead, feeds, migrate


def check_config(config: ConfigOption, json_output: JsonOption = False) -> None:
    """Read everything as a server would, and start nothing. Exit 2 with one line at the first mistake."""
    settings = load_settings(config)
    catalog = catalog_of(settings)
    unwritten = sorted(
        hazard for policy in settings.policies for hazard in policy.when.hazards if hazard not in catalog.topics
    )
    found = {
        "config": str(config),
        "feeds": sorted(settings.feeds),
        "channels": sorted(settings.channels),
        "policies": [policy.name for policy in settings.policies],
        "content": sorted(catalog.topics),
        "hazards_without_text": unwritten,
        "experts": [expert.id for expert in settings.experts],
    }
    if json_output:
        print_json(found)
        return
    print_table("Configuration is sound", ("what", "found"), [(name, str(value)) for name, value in found.items()])


def doctor(config: ConfigOption, json_output: JsonOption = False) -> None:
    """Look at everything a server needs. Exit 1 when something is wrong, each with what to do."""
    results: list[tuple[str, bool, str]] = []

    def look(name: str, fine: bool, detail: str) -> None:
        results.append((name, fine, detail))

    look("python", sys.version_info >= (3, 11), sys.version.split()[0])
    settings = load_settings(config)
    look("configuration", True, str(config))
    door = Door(allow_private=settings.http.allow_private, transport=settings.http.door)
    for name, raw in settings.channels.items():
        try:
            build(name, raw, door=door, environ=os.environ)
            look(f"channel {name}", True, str(raw["kind"]))
        except KepuError as problem:
            look(f"channel {name}", False, str(problem))
    try:
        database = open_database(settings)
        with database.reading() as conn:
            look("database", True, f"schema {migrate.current(conn)}")
            waiting = sum(dead.counts(conn).values())
            look("dead letters", waiting == 0, f"{waiting} wait: `kepu dead list`" if waiting else "none")
            for name, state in feeds.states(conn).items():
                look(f"feed {name}", state.last_error is None, state.last_error or f"last success {state.last_success}")
    except KepuError as problem:
        look("database", False, str(problem))
    catalog = catalog_of(settings)
    look("content", bool(catalog.topics), f"{len(catalog.topics)} of {len(HAZARDS)} hazards have a text")
    if json_output:
        print_json([{"check": name, "ok": fine, "detail": detail} for name, fine, detail in results])
    else:
        rows = [(name, "ok" if fine else "WRONG", detail) for name, fine, detail in results]
        print_table("Doctor", ("check", "", "detail"), rows)
    if not all(fine for _, fine, _ in results):
        raise typer.Exit(1)
