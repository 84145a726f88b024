"""docker-compose.yml as an engine would see it: anchors merged, variables filled with their defaults."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
import typer.main
import yaml

from emergency_kepu.cli.main import app

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")
USAGE: type[Exception] = typer.BadParameter.__mro__[1]
"""What a command line that is wrong raises: typer brings a click of its own, which it does not name."""
OURS = ("migrate", "topics", "desk", "scheduler", "worker")
"""Services that run the program; the stand-ins run a module of it."""


def load() -> dict[str, Any]:
    """The file; a variable without a default is not replaced, and fails the checks."""
    loaded: dict[str, Any] = yaml.safe_load(VARIABLE.sub(r"\2", FILE.read_text(encoding="utf-8")))
    return loaded


def services() -> dict[str, dict[str, Any]]:
    """By name."""
    found: dict[str, dict[str, Any]] = load()["services"]
    return found


def parse(words: Sequence[str]) -> dict[str, Any]:
    """What `kepu WORDS` would be called with. `USAGE` where it knows no such command or option."""
    command: Any = typer.main.get_command(app)
    left = list(words)
    while hasattr(command, "commands"):
        found = command.commands.get(left[0])
        if found is None:
            raise USAGE(f"no command {left[0]}")
        command = found
        left = left[1:]
    given: dict[str, Any] = command.make_context(" ".join(words), left).params
    return given
