"""Prometheus metrics: base units, closed label sets, there at zero from the start. Names are a contract."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from emergency_kepu.bus.port import TOPICS
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.delivery import DeliveryState

_LATENCY = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300)
_STAGES = ("intake", "plan", "dispatch.immediate", "dispatch.routine", "receipt")


class Metrics:
    """All of them on a registry of its own, so that two can live in one process."""

    def __init__(self, *, feeds: Iterable[str] = (), channels: Iterable[str] = ()) -> None:
        self.registry = CollectorRegistry()
        registry = self.registry
        self.alerts = Counter(
            "kepu_alerts_total", "Alerts by what became of them.", ("feed", "result"), registry=registry
        )
        self.decisions = Counter("kepu_decisions_total", "Decisions.", ("action", "reason"), registry=registry)
        self.deliveries = Counter(
            "kepu_deliveries_total", "Deliveries by state reached.", ("channel", "state"), registry=registry
        )
        self.failures = Counter(
            "kepu_delivery_failures_total",
            "Provider calls that did not end in sent.",
            ("channel", "reason"),
            registry=registry,
        )
        self.first_send = Histogram(
            "kepu_alert_to_first_send_seconds",
            "Alert accepted to first provider call.",
            buckets=_LATENCY,
            registry=registry,
        )
        self.stage = Histogram(
            "kepu_stage_seconds", "Time in a handler.", ("stage",), buckets=_LATENCY, registry=registry
        )
        self.lag = Gauge("kepu_lag_records", "Records not yet acknowledged.", ("stage",), registry=registry)
        self.feed_success = Gauge(
            "kepu_feed_last_success_timestamp_seconds", "When a feed last answered well.", ("feed",), registry=registry
        )
        self.progress = Gauge(
            "kepu_campaign_progress_ratio",
            "Share of planned deliveries that are final, of what is under way.",
            registry=registry,
        )
        self.doubled = Counter(
            "kepu_possible_duplicates_total", "Messages that may have gone out twice.", registry=registry
        )
        self.dead = Gauge("kepu_dead_letters", "Records that could not be processed.", ("topic",), registry=registry)
        self.reviews = Gauge("kepu_content_reviews_expiring", "Reviews that end within 30 days.", registry=registry)
        self._start_at_zero(tuple(feeds), tuple(channels))

    def _start_at_zero(self, feeds: tuple[str, ...], channels: tuple[str, ...]) -> None:
        for feed in feeds:
            self.feed_success.labels(feed)
            for result in ("new", "known", "failed"):
                self.alerts.labels(feed, result)
        for action in Action:
            for reason in Reason:
                self.decisions.labels(action.value, reason.value)
        for channel in channels:
            for state in DeliveryState:
                self.deliveries.labels(channel, state.value)
        for stage in _STAGES:
            self.stage.labels(stage)
        for topic in TOPICS:
            self.lag.labels(topic)
            self.dead.labels(topic)

    def decided(self, decisions: Iterable[Decision]) -> None:
        """Count decisions."""
        for decision in decisions:
            self.decisions.labels(decision.action.value, decision.reason.value).inc()

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)
