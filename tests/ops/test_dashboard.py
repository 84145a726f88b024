"""The dashboard asks for metrics and labels that exist, and its provisioning leads to the services of compose."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from emergency_kepu.observe.metrics import Metrics
from tests.ops.compose import ROOT, services

GRAFANA = ROOT / "ops/grafana"
BOARD = json.loads((GRAFANA / "dashboards/kepu.json").read_text(encoding="utf-8"))
OF_THE_SCRAPE = {"job", "role", "instance"}


def panels() -> list[dict[str, Any]]:
    return [panel for panel in BOARD["panels"] if panel["type"] != "row"]


def queries() -> list[dict[str, Any]]:
    return [target for panel in panels() for target in panel["targets"]]


def exposed() -> dict[str, set[str]]:
    """Sample name to its labels."""
    found: dict[str, set[str]] = {"up": set()}
    text = Metrics(feeds=["f"], channels=["c"]).text().decode()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def labels_asked(query: str) -> set[str]:
    grouped = {name.strip() for names in re.findall(r"by \(([^)]*)\)", query) for name in names.split(",")}
    return grouped | set(re.findall(r"(\w+)\s*=~?\s*\"", query))


@pytest.mark.parametrize("target", queries(), ids=lambda target: target["expr"][:60])
def test_queries_ask_for_what_exists(target: dict[str, Any]) -> None:
    known = exposed()
    asked = set(re.findall(r"\b(kepu_\w+|up)\b", target["expr"]))
    assert asked
    assert asked <= set(known)
    available = OF_THE_SCRAPE.union(*(known[name] for name in asked))
    assert labels_asked(target["expr"]) <= available
    shown = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
    if target["legendFormat"] not in ("", "texts", "p50", "p99"):
        assert shown == labels_asked(target["expr"]) - {"le", "job"}


def test_gauges_of_the_database_are_not_added_up_over_processes() -> None:
    gauges = {family.name for family in Metrics().registry.collect() if family.type == "gauge"}
    for target in queries():
        for name in re.findall(r"\b(kepu_\w+)\b", target["expr"]):
            if name in gauges:
                assert re.search(rf"(max|min)( by \(\w+\))? \(?{name}|(max|min)\({name}", target["expr"]), target[
                    "expr"
                ]


def test_it_shows_what_a_desk_looks_at() -> None:
    text = " ".join(target["expr"] for target in queries())
    for name in (
        "kepu_alerts_total",
        "kepu_decisions_total",
        "kepu_deliveries_total",
        "kepu_alert_to_first_send_seconds_bucket",
        "kepu_lag_records",
    ):
        assert name in text


def test_panels_are_whole_and_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells
    for panel in panels():
        assert panel["title"]
        assert panel["description"]


def test_provisioning_leads_to_prometheus_and_to_the_files() -> None:
    [source] = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yaml").read_text())["datasources"]
    for asker in [*panels(), *queries()]:
        assert asker["datasource"]["uid"] == source["uid"]
    assert source["url"] == "http://prometheus:9090"
    assert any(port.endswith(":9090") for port in services()["prometheus"]["ports"])

    [provider] = yaml.safe_load((GRAFANA / "provisioning/dashboards/kepu.yaml").read_text())["providers"]
    mounted = dict(volume.split(":")[:2] for volume in services()["grafana"]["volumes"])
    assert mounted["./ops/grafana/dashboards"] == provider["options"]["path"]
    assert mounted["./ops/grafana/provisioning"] == "/etc/grafana/provisioning"
    home = services()["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == provider["options"]["path"] + "/kepu.json"
