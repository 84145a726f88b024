"""Lists and details. They need the right to read."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import FromPath, FromQuery, PathParameter, QueryParameter
from sqlalchemy import Connection

from emergency_kepu.desk import queries
from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.api.parameters import After, Limit
from emergency_kepu.desk.context import InDesk, InVisitor
from emergency_kepu.desk.overview import campaign_detail, campaign_views, incident_detail
from emergency_kepu.desk.paging import Page
from emergency_kepu.desk.queries import DeliveryFilter
from emergency_kepu.desk.views import (
    CampaignDetail,
    CampaignView,
    DecisionView,
    DeliveryView,
    IncidentDetail,
    IncidentView,
    Overview,
)
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.decision import Action, Reason
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.domain.incident import IncidentStatus
from emergency_kepu.store import campaigns

CampaignId = Annotated[str, PathParameter(description="Of the campaign, e.g. c-0f1e2d3c4b5a.")]


@get("/overview", summary="What a duty officer must know, worst first", tags=["overview"])
async def get_overview(desk: InDesk, visitor: InVisitor) -> Overview:
    """Answers to many who ask at once are up to a second old."""
    visitor.require(Right.READ)
    return await desk.overview.get()


@get("/incidents", summary="Incidents, newest first", tags=["incidents"])
async def list_incidents(
    desk: InDesk,
    visitor: InVisitor,
    status: FromQuery[IncidentStatus | None] = None,
    hazard: FromQuery[str | None] = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[IncidentView]:
    """One page."""
    visitor.require(Right.READ)
    return await desk.services.database.read(
        lambda conn: queries.incident_page(conn, status=status, hazard=hazard, after=after, limit=limit)
    )


@get("/incidents/{incident_id:str}", summary="One incident: alerts, decisions, campaigns", tags=["incidents"])
async def get_incident(desk: InDesk, visitor: InVisitor, incident_id: FromPath[str]) -> IncidentDetail:
    """404 when there is no such incident."""
    visitor.require(Right.READ)
    return await desk.services.database.read(lambda conn: incident_detail(conn, incident_id))


@get("/campaigns", summary="Campaign revisions, newest first", tags=["campaigns"])
async def list_campaigns(
    desk: InDesk,
    visitor: InVisitor,
    in_state: Annotated[CampaignState | None, QueryParameter(name="state")] = None,
    incident: FromQuery[str | None] = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[CampaignView]:
    """One page."""
    visitor.require(Right.READ)

    def look(conn: Connection) -> Page[CampaignView]:
        page = queries.campaign_keys(conn, state=in_state, incident=incident, after=after, limit=limit)
        rows = [campaigns.get(conn, key[1], key[2]) for key in page.items]
        return Page(items=campaign_views(conn, [row for row in rows if row is not None]), next=page.next)

    return await desk.services.database.read(look)


@get("/campaigns/{campaign_id:str}", summary="One campaign: texts, deliveries, approvals", tags=["campaigns"])
async def get_campaign(desk: InDesk, visitor: InVisitor, campaign_id: CampaignId) -> CampaignDetail:
    """404 when there is no such campaign."""
    visitor.require(Right.READ)
    await desk.counting.flush()
    return await desk.services.database.read(lambda conn: campaign_detail(conn, desk.services, campaign_id))


@get("/deliveries", summary="Deliveries, in the order in which they were planned", tags=["deliveries"])
async def list_deliveries(
    desk: InDesk,
    visitor: InVisitor,
    campaign: FromQuery[str | None] = None,
    revision: FromQuery[int | None] = None,
    incident: FromQuery[str | None] = None,
    channel: FromQuery[str | None] = None,
    locale: FromQuery[str | None] = None,
    in_state: Annotated[DeliveryState | None, QueryParameter(name="state")] = None,
    reason: FromQuery[Reason | None] = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[DeliveryView]:
    """One page. Name a campaign or an incident where there are many."""
    visitor.require(Right.READ)
    wanted = DeliveryFilter(campaign, revision, incident, channel, locale, in_state, reason)
    return await desk.services.database.read(lambda conn: queries.delivery_page(conn, wanted, after=after, limit=limit))


@get("/decisions", summary="Decisions with their reasons, newest first", tags=["decisions"])
async def list_decisions(
    desk: InDesk,
    visitor: InVisitor,
    incident: FromQuery[str | None] = None,
    campaign: FromQuery[str | None] = None,
    action: FromQuery[Action | None] = None,
    reason: FromQuery[Reason | None] = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[DecisionView]:
    """One page."""
    visitor.require(Right.READ)
    return await desk.services.database.read(
        lambda conn: queries.decision_page(
            conn, incident=incident, campaign=campaign, action=action, reason=reason, after=after, limit=limit
        )
    )


READING = (
    get_overview,
    list_incidents,
    get_incident,
    list_campaigns,
    get_campaign,
    list_deliveries,
    list_decisions,
)
