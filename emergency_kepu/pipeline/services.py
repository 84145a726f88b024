"""What handlers are given: values, the database, and adapters behind their ports. `wiring.py` builds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from emergency_kepu.asking.links import Links
from emergency_kepu.bus.port import Bus
from emergency_kepu.channels.port import Channel
from emergency_kepu.content.catalog import Catalog
from emergency_kepu.content.limits import kind_of
from emergency_kepu.content.review import unsigned
from emergency_kepu.delivery.calm import Calm
from emergency_kepu.delivery.gate import Gate
from emergency_kepu.delivery.rate import SlidingWindow
from emergency_kepu.domain.clock import Clock
from emergency_kepu.domain.decision import Reason
from emergency_kepu.observe.metrics import Metrics
from emergency_kepu.pages.address import PublicPages
from emergency_kepu.settings import Settings
from emergency_kepu.store.database import Database


@dataclass(slots=True)
class Services:
    """One a process."""

    settings: Settings
    clock: Clock
    database: Database
    bus: Bus
    catalog: Catalog
    channels: Mapping[str, Channel]
    metrics: Metrics
    worker: str
    """Names this process in claims and leases."""
    links: Links | None = None
    """For questions to experts; None: experts cannot be asked."""
    pages: PublicPages | None = None
    """Addresses of public pages; None: the desk shows none."""
    rates: dict[str, SlidingWindow] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    calm: Calm = field(default_factory=Calm)

    def kind_of(self, name: str) -> str:
        """A channel's kind, with its format where that has a layout of its own (`content.limits.LAYOUT_OF_KIND`)."""
        raw = self.settings.channels.get(name)
        return kind_of(raw) if raw else self.channels[name].kind

    def unsigned(self, hazard: str) -> tuple[Reason, str] | None:
        """Why nothing about a hazard goes out today unless somebody answers for its words; None when it may."""
        today, trusted = self.clock.now().date(), self.settings.content.trust_shipped
        return unsigned(self.catalog, hazard, today, trust_shipped=trusted)

    def gate_of(self, channel: Channel) -> Gate:
        """The one gate of a channel in this process."""
        gate = self.gates.get(channel.name)
        if gate is None:
            gate = self.gates[channel.name] = Gate(channel.concurrency)
        return gate

    def rate_of(self, channel: Channel) -> SlidingWindow:
        """The one window of a channel in this process."""
        return self.rates.setdefault(channel.name, SlidingWindow(channel.rates))
