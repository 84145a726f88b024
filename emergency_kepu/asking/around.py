"""What asking needs to know of the house, for stages, the desk and the command line alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from emergency_kepu.content.catalog import Catalog
from emergency_kepu.domain.ask import Ask
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.expert import Expert, PrivateChannel
from emergency_kepu.domain.incident import Incident
from emergency_kepu.matching.experts import RankedExpert, match_experts
from emergency_kepu.matching.rota import Presence, presence
from emergency_kepu.pipeline.services import Services
from emergency_kepu.settings import Settings
from emergency_kepu.store.absences import as_they_are
from emergency_kepu.store.decisions import append_decision


def _uncounted(decisions: Sequence[Decision]) -> None:
    """The command line has no metrics."""


@dataclass(frozen=True, slots=True)
class Around:
    """`ready`: links can be made, so experts can be asked at all."""

    settings: Settings
    catalog: Catalog
    ready: bool
    count: Callable[[Sequence[Decision]], None] = _uncounted

    @classmethod
    def of(cls, services: Services) -> Around:
        """Of a running process."""
        return cls(services.settings, services.catalog, services.links is not None, services.metrics.decided)

    def expert(self, name: str) -> Expert | None:
        """By id; None when `experts.yaml` has none, or none any more."""
        return next((expert for expert in self.settings.experts if expert.id == name), None)

    def ways(self, expert: Expert, *, drill: bool) -> tuple[PrivateChannel, ...]:
        """An exercise takes drill channels and no other; everything else takes none of them."""
        channels = self.settings.channels
        return tuple(way for way in expert.private if bool(channels.get(way.channel, {}).get("drill")) is drill)

    def candidates(self, conn: Connection, incident: Incident, *, off_duty: bool, now: datetime) -> list[RankedExpert]:
        """Who may be asked about it now, the best first: fitting, reachable in private, there (or only off duty)."""
        topic = self.catalog.topics.get(incident.hazard)
        ranked = match_experts(
            as_they_are(conn, self.settings.experts, now),
            fields=topic.meta.experts if topic else (),
            places=incident.place_codes,
            locale=self.settings.content.default_locale,
            now=now,
        )
        latest = Presence.OFF_DUTY if off_duty else Presence.NO_FIXED_HOURS
        fitting = [item for item in ranked if presence(item.expert, now) <= latest]
        fitting.sort(key=lambda item: not item.there)  # nobody is woken while somebody is there
        return [item for item in fitting if self.ways(item.expert, drill=incident.drill)]

    def say(
        self, conn: Connection, ask: Ask, reason: Reason, detail: str, *, now: datetime, actor: str, action: Action
    ) -> None:
        """One line of the record, counted."""
        decision = Decision(action=action, reason=reason, guard="expert", detail=detail)
        append_decision(conn, decision, at=now, subject="expert", actor=actor, incident_id=ask.incident_id)
        self.count([decision])
