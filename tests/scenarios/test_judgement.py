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
from emergency_kepu.settings import FeedSettings
from emergency_kepu.store import migrate
from emergency_kepu.store.database import Database
from tests.scenarios.rig import demo_settings

DEMO = Path(__file__).parents[2] / "config/demo"
NOW = datetime(2026, 6, 30, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(("magnitude", "outcome"), [(4.9, "goes out at once"), (5.8, "recorded")])
def test_the_second_feed_counts_only_when_nothing_went_out(tmp_path: Path, magnitude: float, outcome: str) -> None:
    settings = demo_settings()
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


CAP = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{id}</identifier><sender>s.example</sender>
<sent>{sent}</sent><status>{status}</status><msgType>{kind}</msgType><scope>Public</scope>{references}{info}</alert>"""
INFO = """<info><category>Met</category><event>Heat</event><urgency>Expected</urgency><severity>Severe</severity>
<certainty>Likely</certainty><area><areaDesc>x</areaDesc><geocode><valueName>adcode</valueName><value>500103</value>
</geocode></area></info>"""
ALERT = CAP.format(
    id="H1", sent="2026-06-30T05:00:00+00:00", status="Actual", kind="Alert", references="", info=INFO
).encode()


def cancel(status: str = "Actual") -> bytes:
    named = "<references>s.example,H1,2026-06-30T05:00:00+00:00</references>"
    return CAP.format(
        id="H2", sent="2026-06-30T05:05:00+00:00", status=status, kind="Cancel", references=named, info=""
    ).encode()


@pytest.mark.parametrize(
    ("first", "feed", "outcome"),
    [
        (None, "weather", "goes out at once"),
        (cancel(), "weather", "recorded"),
        (cancel("Exercise"), "weather", "goes out at once"),
        (cancel(), "other", "goes out at once"),
    ],
)
def test_an_alert_that_its_cancel_overtook_is_over(
    tmp_path: Path, first: bytes | None, feed: str, outcome: str
) -> None:
    settings = msgspec.structs.replace(
        demo_settings(),
        feeds={name: FeedSettings(format="cap", official=True) for name in ("weather", "other")},
    )
    catalog = load_catalog(shipped("templates"))
    database = Database(f"sqlite:///{tmp_path}/kepu.db")
    migrate.ensure(database)
    if first is not None:
        trace(database, settings, catalog, first, feed=feed, now=NOW)

    [judged] = trace(database, settings, catalog, ALERT, feed="weather", now=NOW)

    assert judged.outcome == outcome
