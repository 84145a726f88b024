"""What people at the desk do with experts: ask one, and take up what none has answered. One transaction each."""

from __future__ import annotations

from sqlalchemy import Connection

from emergency_kepu.asking import away, chain
from emergency_kepu.asking.around import Around
from emergency_kepu.domain.ask import Ask
from emergency_kepu.matching.experts import RankedExpert
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import incidents
from emergency_kepu.store.absences import AbsenceRow


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
    return Around.of(services).candidates(conn, incident, off_duty=True, now=services.clock.now())


async def send_away(services: Services, row: AbsenceRow) -> None:
    """From then on substitutes stand in. NotFound and UserError as `away.send_away` says."""

    def do(conn: Connection) -> None:
        away.send_away(conn, services.settings.experts, row, now=services.clock.now())

    await services.database.write(do)


async def call_back(services: Services, expert: str, *, actor: str) -> None:
    """Refused when the desk has not said that they are away."""

    def do(conn: Connection) -> None:
        away.call_back(conn, services.settings.experts, expert, actor=actor, now=services.clock.now())

    await services.database.write(do)


def names(services: Services) -> dict[str, str]:
    """Id to the name that the console shows; who has left `experts.yaml` is shown by id."""
    locale = services.settings.content.default_locale
    return {
        expert.id: expert.names.get(locale) or next(iter(expert.names.values())) for expert in services.settings.experts
    }
