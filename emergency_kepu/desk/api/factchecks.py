"""Rumours and questions by API: what is known of them, and a fact-check that waits for approval."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy import Connection

from emergency_kepu.checking.seen import RumourView
from emergency_kepu.checking.wish import CheckWish
from emergency_kepu.desk import checks
from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.checks import RumourDetail
from emergency_kepu.desk.context import InDesk, InVisitor
from emergency_kepu.desk.overview import campaign_views
from emergency_kepu.desk.views import CampaignView
from emergency_kepu.store import campaigns


@get("/rumours", summary="Rumours and questions", tags=["rumours"])
async def list_rumours(desk: InDesk, visitor: InVisitor) -> list[RumourView]:
    """Those that nobody has checked first, then the newest."""
    visitor.require(Right.READ)
    return await checks.listed(desk.services)


@get("/rumours/{incident_id:str}", summary="One rumour", tags=["rumours"])
async def get_rumour(desk: InDesk, visitor: InVisitor, incident_id: FromPath[str]) -> RumourDetail:
    """With what feeds said of it, to begin a check with."""
    visitor.require(Right.READ)
    return await checks.detail(desk.services, incident_id)


@post("/factchecks", status_code=201, summary="Write or correct a fact-check", tags=["rumours"])
async def write_check(desk: InDesk, visitor: InVisitor, data: JSONBody[CheckWish]) -> CampaignView:
    """A draft; nothing is sent before it is submitted and somebody else approves. The same again is the same draft.

    With `incident` it is the check of a rumour that is known, or the correction of what was told about it.
    """
    visitor.require(Right.OPERATE)
    row = await checks.write(desk.services, data, actor=visitor.name)
    desk.overview.forget()

    def look(conn: Connection) -> CampaignView:
        return campaign_views(conn, [campaigns.latest(conn, row.id)])[0]

    return await desk.services.database.read(look)


FACTCHECKS = (list_rumours, get_rumour, write_check)
