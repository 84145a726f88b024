"""Experts by API: who was asked about an incident, ask another, take up what nobody answered."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy import Connection

from emergency_kepu.desk import experts
from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.context import InDesk, InVisitor
from emergency_kepu.desk.expert_views import AskView, ExpertView
from emergency_kepu.store import asks, incidents
from emergency_kepu.store.absences import AbsenceRow, as_they_are


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to ask; empty: the best who was not asked yet."""

    expert: str = ""


class Leave(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"start": "from"}):
    """How long somebody is away. Instants with an offset."""

    until: datetime
    start: datetime | None = None
    """Default: now."""
    comment: str = ""


@get("/incidents/{incident_id:str}/experts", summary="Experts asked about it, and their answers", tags=["experts"])
async def list_asks(desk: InDesk, visitor: InVisitor, incident_id: FromPath[str]) -> list[AskView]:
    """In the order in which they were asked. 404 when there is no such incident."""
    visitor.require(Right.READ)

    def look(conn: Connection) -> list[AskView]:
        incidents.get(conn, incident_id)
        return [AskView.of(ask) for ask in asks.of_incident(conn, incident_id)]

    return await desk.services.database.read(look)


@post("/incidents/{incident_id:str}/experts", status_code=201, summary="Ask an expert", tags=["experts"])
async def ask_expert(desk: InDesk, visitor: InVisitor, incident_id: FromPath[str], data: JSONBody[Wanted]) -> AskView:
    """Told on a private channel within a second or two. 409 when it is over, or nobody can be asked."""
    visitor.require(Right.OPERATE)
    found = await experts.ask(desk.services, incident_id, expert=data.expert, actor=visitor.name)
    desk.overview.forget()
    return AskView.of(found)


@post("/incidents/{incident_id:str}/experts/taken", status_code=200, summary="I see to it", tags=["experts"])
async def take_up(desk: InDesk, visitor: InVisitor, incident_id: FromPath[str]) -> list[AskView]:
    """What no expert has answered is somebody's now. 409 when nothing waits for the desk."""
    visitor.require(Right.OPERATE)
    await experts.take_up(desk.services, incident_id, actor=visitor.name)
    desk.overview.forget()
    return await desk.services.database.read(
        lambda conn: [AskView.of(ask) for ask in asks.of_incident(conn, incident_id)]
    )


@get("/experts", summary="Experts, and who is there", tags=["experts"])
async def list_experts(desk: InDesk, visitor: InVisitor) -> list[ExpertView]:
    """As `experts.yaml` has them, without private numbers; `presence` counts absences that the desk knows of."""
    visitor.require(Right.READ)
    services = desk.services

    def look(conn: Connection) -> list[ExpertView]:
        now = services.clock.now()
        return [ExpertView.of(expert, now) for expert in as_they_are(conn, services.settings.experts, now)]

    return await services.database.read(look)


@post("/experts/{expert:str}/away", status_code=204, summary="Away for a while", tags=["experts"])
async def send_away(desk: InDesk, visitor: InVisitor, expert: FromPath[str], data: JSONBody[Leave]) -> None:
    """Substitutes stand in meanwhile, in messages and when experts are asked."""
    visitor.require(Right.OPERATE)
    starts = data.start or desk.services.clock.now()
    row = AbsenceRow(
        expert=expert, starts_at=starts, ends_at=data.until, created_by=visitor.name, comment=data.comment[:1_000]
    )
    await experts.send_away(desk.services, row)


@delete("/experts/{expert:str}/away", status_code=204, summary="Back", tags=["experts"])
async def call_back(desk: InDesk, visitor: InVisitor, expert: FromPath[str]) -> None:
    """409 when nobody at the desk has said that they are away."""
    visitor.require(Right.OPERATE)
    await experts.call_back(desk.services, expert, actor=visitor.name)


EXPERTS = (list_asks, ask_expert, take_up, list_experts, send_away, call_back)
