"""Two feeds, one earthquake: the second is heard when the first led to nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.pipeline.trace import trace
from emergency_kepu.settings import FeedSettings, load_settings
from emergency_kepu.store import migrate
from emergency_kepu.store.database import Database

DEMO = Path(__file__).parents[2] / "config/demo"
NOW = datetime(2026, 6, 30, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(("magnitude", "outcome"), [(4.9, "goes out at once"), (5.8, "recorded")])
def test_the_second_feed_counts_only_when_nothing_went_out(tmp_path: Path, magnitude: float, outcome: str) -> None:
    settings = load_settings(DEMO)
    feeds = {
        "usgs": FeedSettings(format="usgs", official=True),
        "cenc": FeedSettings(format="wolfx_cenc", official=True),
    }
    settings = msgspec.structs.replace(settings, feeds=feeds)
    catalog = load_catalog(shipped("templates"))
    database = Database(f"sqlite:///{tmp_path}/kepu.db")
    migrate.ensure(database)
    first = json.loads((DEMO / "documents/usgs-1.geojson").read_text(encoding="utf-8"))
    first["features"][0]["properties"]["mag"] = magnitude
    second = (DEMO / "documents/cenc-1.json").read_bytes()

    trace(database, settings, catalog, json.dumps(first).encode(), feed="usgs", now=NOW)
    [judged] = trace(database, settings, catalog, second, feed="cenc", now=NOW)

    assert judged.outcome == outcome
