"""`kepu check-config` and `kepu doctor`: is it right, and does it run?"""

from __future__ import annotations

import typer

from emergency_kepu import checkup
from emergency_kepu.cli.output import ConfigOption, JsonOption, catalog_of, print_json, print_table
from emergency_kepu.settings import load_settings


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
        "calendar": [entry.name for entry in settings.calendar],
        "calendar_without_text": [
            entry.name
            for entry in settings.calendar
            if entry.hazard not in catalog.topics or entry.phase not in catalog.topics[entry.hazard].meta.phases
        ],
        "experts": [expert.id for expert in settings.experts],
    }
    if json_output:
        print_json(found)
        return
    print_table("Configuration is sound", ("what", "found"), [(name, str(value)) for name, value in found.items()])


def doctor(config: ConfigOption, json_output: JsonOption = False) -> None:
    """Look at everything a server needs, and change nothing. Exit 1 when something is wrong, each with what to do."""
    settings = load_settings(config)
    found = [checkup.Finding(check="configuration", ok=True, detail=str(config)), *checkup.look(settings)]
    if json_output:
        print_json(found)
    else:
        rows = [(item.check, "ok" if item.ok else "WRONG", item.detail) for item in found]
        print_table("Doctor", ("check", "", "detail"), rows)
    if not all(item.ok for item in found):
        raise typer.Exit(1)
