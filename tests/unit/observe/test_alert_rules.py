"""Alert rules: each has a runbook, each runbook a rule, and all ask for metrics that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from emergency_kepu.observe.metrics import Metrics

ROOT = Path(__file__).parents[3]
RUNBOOKS = ROOT / "ops/runbooks"


def rules() -> list[dict[str, Any]]:
    files = [ROOT / "ops/prometheus" / name for name in ("alerts.yaml", "roles.yaml")]
    found = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
    return [rule for file in found for group in file["groups"] for rule in group["rules"]]


def test_each_rule_has_a_runbook_and_each_runbook_a_rule() -> None:
    assert {rule["alert"] for rule in rules()} == {path.stem for path in RUNBOOKS.glob("*.md")}
    for rule in rules():
        assert rule["annotations"]["runbook"] == f"ops/runbooks/{rule['alert']}.md"
        page = (ROOT / rule["annotations"]["runbook"]).read_text(encoding="utf-8")
        assert page.startswith(f"# {rule['alert']}\n\n**What it means.**")
        assert "**Do this.**" in page


def test_each_asks_for_metrics_that_exist() -> None:
    text = Metrics(feeds=["f"], channels=["c"]).text().decode()
    exposed = set(re.findall(r"^(kepu_\w+)", text, re.MULTILINE))
    for rule in rules():
        asked = set(re.findall(r"kepu_\w+", rule["expr"]))
        assert asked or "up{" in rule["expr"]
        assert asked <= exposed, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
