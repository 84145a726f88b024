"""Metrics: the names of the contract, closed label sets, there at zero; and each is documented."""

from __future__ import annotations

import re
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from emergency_kepu.bus.port import FEED, LAUNCH
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.observe.metrics import Metrics

ROOT = Path(__file__).parents[3]
CONTRACT = {
    "kepu_alerts": {"feed", "result"},
    "kepu_decisions": {"action", "reason"},
    "kepu_deliveries": {"channel", "state"},
    "kepu_delivery_failures": {"channel", "reason"},
    "kepu_alert_to_first_send_seconds": {"le"},
    "kepu_stage_seconds": {"stage", "le"},
    "kepu_lag_records": {"stage"},
    "kepu_feed_interval_seconds": {"feed"},
    "kepu_feed_last_success_timestamp_seconds": {"feed"},
    "kepu_campaign_progress_ratio": set(),
    "kepu_possible_duplicates": set(),
    "kepu_public_pages": {"what"},
    "kepu_dead_letters": {"topic"},
    "kepu_content_reviews_expiring": set(),
    "kepu_campaigns_waiting": set(),
    "kepu_experts_unanswered": set(),
    "kepu_check_ins": {"kind"},
    "kepu_help_waiting": set(),
}


def exposed(metrics: Metrics) -> dict[str, Metric]:
    found = text_string_to_metric_families(metrics.text().decode())
    return {family.name: family for family in found if not family.name.endswith("_created")}


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_names_and_labels_are_the_contract_and_there_from_the_start() -> None:
    found = exposed(Metrics(feeds=["usgs"], channels=["sms"]))
    labels = {name: {label for item in family.samples for label in item.labels} for name, family in found.items()}
    assert labels == CONTRACT


def test_everything_starts_at_zero_but_the_progress_of_nothing() -> None:
    for name, family in exposed(Metrics(feeds=["usgs"], channels=["sms"])).items():
        for item in family.samples:
            if not item.name.endswith("_created"):
                assert item.value == (1.0 if name == "kepu_campaign_progress_ratio" else 0.0), item


def test_what_is_gone_is_zero_again() -> None:
    metrics = Metrics()
    metrics.set_lag({FEED: 3, LAUNCH: 1})
    metrics.set_dead_letters({FEED: 2})
    assert value(metrics, "kepu_lag_records", stage="intake") == 3
    metrics.set_lag({LAUNCH: 1})
    metrics.set_dead_letters({})
    assert value(metrics, "kepu_lag_records", stage="intake") == 0
    assert value(metrics, "kepu_lag_records", stage="plan") == 1
    assert value(metrics, "kepu_dead_letters", topic=FEED) == 0


def test_decisions_are_counted_by_action_and_reason() -> None:
    metrics = Metrics()
    metrics.decided([Decision(action=Action.WATCH, reason=Reason.NO_POLICY, guard="policy", detail="")] * 2)
    assert value(metrics, "kepu_decisions_total", action="watch", reason="no_policy") == 2


def test_each_is_documented_with_its_labels() -> None:
    page = (ROOT / "docs/reference/metrics.md").read_text(encoding="utf-8")
    for name, labels in CONTRACT.items():
        row = re.search(rf"^\| `{name}(?:_total)?` \| \w+ \| ([^|]*) \| [^|]+ \|$", page, re.MULTILINE)
        assert row, name
        assert {word.strip() for word in row[1].split(",") if word.strip()} == labels - {"le"}, name
