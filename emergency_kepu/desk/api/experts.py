"""Experts by API: who was asked about an incident, ask another, take up what nobody answered."""

from __future__ import annotations

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy import Connection

from emergency_kepu.desk import experts
from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.context import InDesk, InVisitor
from emergency_kepu.desk.views import AskView
from emergency_kepu.store import asks, incidents


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to ask; empty: the best who was not asked yet."""

    expert: str = ""


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


EXPERTS = (list_asks, ask_expert, take_up)
