"""Prometheus metrics: base units, closed label sets, there at zero from the start. Names are a contract.

`docs/reference/metrics.md` has one line for each; a test keeps both equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from emergency_kepu.bus.port import DEAD, DISPATCH_IMMEDIATE, DISPATCH_ROUTINE, FEED, LAUNCH, RECEIPT, TOPICS
from emergency_kepu.domain.check_in import CheckInKind
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.delivery import DeliveryState

_LATENCY = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300)
STAGE_OF_TOPIC = {
    FEED: "intake",
    LAUNCH: "plan",
    DISPATCH_IMMEDIATE: "dispatch.immediate",
    DISPATCH_ROUTINE: "dispatch.routine",
    RECEIPT: "receipt",
}
ALERT_RESULTS = ("new", "known", "failed")
PAGE_EVENTS = ("opened", "answered", "understood")
FAILURE_REASONS = (
    Reason.CHANNEL_CONFIG,
    Reason.CHANNEL_TIMEOUT,
    Reason.CHANNEL_UNREACHABLE,
    Reason.OPTED_OUT,
    Reason.PROVIDER_BUSY,
    Reason.PROVIDER_REFUSED,
    Reason.RATE_LIMITED,
    Reason.RECIPIENT_REFUSED,
    Reason.RETRIES_EXHAUSTED,
    Reason.TOO_LONG,
)
"""What a provider call can end in besides sent."""


class Metrics:
    """All of them on a registry of its own, so that two can live in one process."""

    def __init__(self, *, feeds: Iterable[str] = (), channels: Iterable[str] = ()) -> None:
        self.registry = CollectorRegistry()
        self._make_counters(self.registry)
        self._make_histograms(self.registry)
        self._make_gauges(self.registry)
        self._start_at_zero(tuple(feeds), tuple(channels))

    def _make_counters(self, registry: CollectorRegistry) -> None:
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
        self.doubled = Counter(
            "kepu_possible_duplicates_total", "Messages that may have gone out twice.", registry=registry
        )

        self.pages = Counter(
            "kepu_public_pages_total",
            "Public pages opened, their questions answered, and all answers right.",
            ("what",),
            registry=registry,
        )
        self.check_ins = Counter(
            "kepu_check_ins_total", "What people told public pages: safe, or help needed.", ("kind",), registry=registry
        )

    def _make_histograms(self, registry: CollectorRegistry) -> None:
        self.first_send = Histogram(
            "kepu_alert_to_first_send_seconds",
            "Alert accepted to first provider call.",
            buckets=_LATENCY,
            registry=registry,
        )
        self.stage = Histogram(
            "kepu_stage_seconds", "Time in a handler.", ("stage",), buckets=_LATENCY, registry=registry
        )

    def _make_gauges(self, registry: CollectorRegistry) -> None:
        self.lag = Gauge("kepu_lag_records", "Records not yet acknowledged.", ("stage",), registry=registry)
        self.feed_success = Gauge(
            "kepu_feed_last_success_timestamp_seconds", "When a feed last answered well.", ("feed",), registry=registry
        )
        self.feed_interval = Gauge(
            "kepu_feed_interval_seconds",
            "How often a feed is asked; 0: it is pushed to us.",
            ("feed",),
            registry=registry,
        )
        self.progress = Gauge(
            "kepu_campaign_progress_ratio",
            "Share of planned deliveries that are final, of what is under way.",
            registry=registry,
        )
        self.dead = Gauge("kepu_dead_letters", "Records that could not be processed.", ("topic",), registry=registry)
        self.reviews = Gauge(
            "kepu_content_reviews_expiring", "Signed texts that soon need an expert again.", registry=registry
        )
        self.waiting = Gauge("kepu_campaigns_waiting", "Campaigns that wait for approval.", registry=registry)
        self.unanswered = Gauge(
            "kepu_experts_unanswered",
            "Questions that no expert answered and nobody took up.",
            registry=registry,
        )

        self.help_waiting = Gauge(
            "kepu_help_waiting", "Calls for help on public pages that nobody has passed on.", registry=registry
        )

    def _start_at_zero(self, feeds: tuple[str, ...], channels: tuple[str, ...]) -> None:
        self.progress.set(1)
        for feed in feeds:
            self.feed_success.labels(feed)
            self.feed_interval.labels(feed)
            for result in ALERT_RESULTS:
                self.alerts.labels(feed, result)
        for what in PAGE_EVENTS:
            self.pages.labels(what)
        for kind in CheckInKind:
            self.check_ins.labels(kind.value)
        for action in Action:
            for reason in Reason:
                self.decisions.labels(action.value, reason.value)
        for channel in channels:
            for state in DeliveryState:
                self.deliveries.labels(channel, state.value)
            for cause in FAILURE_REASONS:
                self.failures.labels(channel, cause.value)
        for stage in STAGE_OF_TOPIC.values():
            self.stage.labels(stage)
        self.set_lag({})
        self.set_dead_letters({})

    def decided(self, decisions: Iterable[Decision]) -> None:
        """Count decisions."""
        for decision in decisions:
            self.decisions.labels(decision.action.value, decision.reason.value).inc()

    def set_lag(self, by_topic: Mapping[str, int]) -> None:
        """Unacknowledged records as `Bus.lag` tells them; a topic that is not named has none."""
        for topic, stage in STAGE_OF_TOPIC.items():
            self.lag.labels(stage).set(by_topic.get(topic, 0))

    def set_dead_letters(self, by_topic: Mapping[str, int]) -> None:
        """Dead letters by the topic they came from; a topic that is not named has none."""
        for topic in TOPICS:
            if topic != DEAD:
                self.dead.labels(topic).set(by_topic.get(topic, 0))

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)
