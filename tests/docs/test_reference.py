"""The reference names every setting, metric, feed format and command."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import typer.main

from emergency_kepu import settings
from emergency_kepu.cli.main import app
from emergency_kepu.feeds.registry import FORMATS
from emergency_kepu.observe.metrics import Metrics

DOCS = Path(__file__).parents[2] / "docs/reference"
SECTIONS = (
    settings.DeskSettings,
    settings.StoreSettings,
    settings.ContentSettings,
    settings.GuardSettings,
    settings.HttpSettings,
    settings.DeliverySettings,
    settings.FeedSettings,
)


@pytest.mark.parametrize("section", SECTIONS)
def test_every_setting(section: type[msgspec.Struct]) -> None:
    page = (DOCS / "settings.md").read_text(encoding="utf-8")
    for field in msgspec.structs.fields(section):
        assert f"| `{field.name}` |" in page, field.name


def test_every_metric() -> None:
    page = (DOCS / "metrics.md").read_text(encoding="utf-8")
    for family in Metrics().registry.collect():
        name = family.name + ("_total" if family.type == "counter" else "")
        assert f"| `{name}` |" in page, name


def test_every_feed_format() -> None:
    page = (DOCS / "feeds.md").read_text(encoding="utf-8")
    for name in FORMATS:
        assert f"`{name}`" in page, name


def test_every_command() -> None:
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    root = typer.main.get_command(app)
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        for words in [f"{name} {sub}" for sub in getattr(command, "commands", {})] or [name]:
            assert f"kepu {words}" in page, words
