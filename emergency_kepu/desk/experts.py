"""What people at the desk do with experts: ask one, and take up what none has answered. One transaction each."""

from __future__ import annotations

from sqlalchemy import Connection

from emergency_kepu.asking import chain
from emergency_kepu.asking.around import Around
from emergency_kepu.domain.ask import Ask
from emergency_kepu.matching.experts import RankedExpert
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import incidents


async def ask(services: Services, incident_id: str, *, expert: str, actor: str) -> Ask:
    """One expert, or (without a name) the best who was not asked yet. Refused and NotFound as `chain.by_hand` says."""

    def do(conn: Connection) -> Ask:
        now = services.clock.now()
        return chain.by_hand(conn, Around.of(services), incident_id, expert=expert, actor=actor, now=now)

    return await services.database.write(do)


async def take_up(services: Services, incident_id: str, *, actor: str) -> int:
    """How many questions somebody sees to from now on. Refused when none waits."""

    def do(conn: Connection) -> int:
        return chain.take(conn, Around.of(services), incident_id, actor=actor, now=services.clock.now())

    return await services.database.write(do)


def ranking(conn: Connection, services: Services, incident_id: str) -> list[RankedExpert]:
    """Who could be asked about it now, off duty ones too, the best first, each with its reasons."""
    incident = incidents.get(conn, incident_id)
    return Around.of(services).candidates(incident, off_duty=True, now=services.clock.now())


def names(services: Services) -> dict[str, str]:
    """Id to the name that the console shows; who has left `experts.yaml` is shown by id."""
    locale = services.settings.content.default_locale
    return {
        expert.id: expert.names.get(locale) or next(iter(expert.names.values())) for expert in services.settings.experts
    }
