"""The console's pages. Each is whole without a script; with one, its live part asks for news every two seconds."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter
from sqlalchemy import Connection

from emergency_kepu.desk import experts, queries
from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.api.parameters import After
from emergency_kepu.desk.calendar_view import looked_at
from emergency_kepu.desk.context import AnyRequest, Desk, InDesk, InVisitor
from emergency_kepu.desk.gate import Visitor
from emergency_kepu.desk.overview import campaign_detail, incident_detail
from emergency_kepu.desk.queries import DeliveryFilter
from emergency_kepu.desk.views import CampaignDetail
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.delivery import DeliveryState

ROWS = 100
"""Of one page."""

DONE = (
    "approved_now",
    "approved_waits",
    "approved_more",
    "rejected_now",
    "cancelled_now",
    "steps_stopped_now",
    "submitted_now",
    "replayed_now",
    "dropped_now",
    "written_now",
    "ended_now",
    "ended_quietly",
    "asked_now",
    "taken_now",
    "away_now",
    "back_now",
    "passed_on_now",
    "passed_on_not",
)
"""What a page may be asked to say at its top after a form was sent."""


@get("/", include_in_schema=False)
async def home(request: AnyRequest, desk: InDesk, visitor: InVisitor) -> Response[bytes]:
    """What waits for somebody comes first."""
    visitor.require(Right.READ)
    return _page(desk, "overview.html", request, visitor, o=await desk.overview.get())


@get("/incidents/{incident_id:str}", include_in_schema=False)
async def incident(
    request: AnyRequest, desk: InDesk, visitor: InVisitor, incident_id: FromPath[str]
) -> Response[bytes]:
    """What was received, what was decided and why, what goes out."""
    visitor.require(Right.READ)
    found = await desk.services.database.read(lambda conn: incident_detail(conn, incident_id))
    return _page(desk, "incident.html", request, visitor, d=found, i=found.incident, names=experts.names(desk.services))


@get("/campaigns/{campaign_id:str}", include_in_schema=False)
async def campaign(
    request: AnyRequest, desk: InDesk, visitor: InVisitor, campaign_id: FromPath[str]
) -> Response[bytes]:
    """The texts in full, the decision to take, and how the deliveries stand."""
    visitor.require(Right.READ)
    await desk.counting.flush()
    found = await desk.services.database.read(lambda conn: campaign_detail(conn, desk.services, campaign_id))
    choices = choices_of(found, visitor)
    return _page(
        desk,
        "campaign.html",
        request,
        visitor,
        d=found,
        c=found.latest,
        choices=choices,
        steps_refusal=visitor.refusal(),
        names=experts.names(desk.services),
    )


def choices_of(found: CampaignDetail, visitor: Visitor) -> dict[str, str]:
    """Verbs this visitor sees, each with the word for why it is out of reach; empty: it is offered."""
    latest = found.latest
    approve = "" if visitor.may(Right.APPROVE) else "no_right"
    operate = "" if visitor.may(Right.OPERATE) else "no_right"
    if visitor.account is None:
        approve = operate = "no_accounts" if visitor.no_accounts else "no_right"
    own = "own_text" if visitor.name == latest.created_by else "already" if visitor.name in latest.approved_by else ""
    return {
        CampaignState.WAITING.value: {"approve": approve or own, "reject": approve, "cancel": operate},
        CampaignState.DRAFT.value: {"submit": operate, "cancel": operate},
        CampaignState.APPROVED.value: {"cancel": operate},
        CampaignState.LAUNCHED.value: {"cancel": operate},
    }.get(latest.state, {})


@get("/deliveries", include_in_schema=False)
async def deliveries(
    request: AnyRequest,
    desk: InDesk,
    visitor: InVisitor,
    campaign: FromQuery[str] = "",
    channel: FromQuery[str] = "",
    locale: FromQuery[str] = "",
    reason: FromQuery[str] = "",
    in_state: Annotated[str, QueryParameter(name="state")] = "",
    after: After = None,
) -> Response[bytes]:
    """Who got what, and who did not and why."""
    visitor.require(Right.READ)
    wanted = DeliveryFilter(
        campaign=campaign or None,
        channel=channel or None,
        locale=locale or None,
        state=in_state or None,
        reason=reason or None,
    )
    found = await desk.services.database.read(lambda conn: queries.delivery_page(conn, wanted, after=after, limit=ROWS))
    return _page(
        desk,
        "deliveries.html",
        request,
        visitor,
        page=found,
        wanted={"campaign": campaign, "channel": channel, "locale": locale, "state": in_state, "reason": reason},
        channels=sorted(desk.services.settings.channels),
        states=[known.value for known in DeliveryState],
    )


_CALENDAR_AHEAD = timedelta(days=90)


@get("/calendar", include_in_schema=False)
async def calendar(request: AnyRequest, desk: InDesk, visitor: InVisitor) -> Response[bytes]:
    """What comes in the next three months, and how its drafts stand."""
    visitor.require(Right.READ)
    return _page(desk, "calendar.html", request, visitor, coming=await looked_at(desk.services, _CALENDAR_AHEAD))


@get("/decisions", include_in_schema=False)
async def decisions(request: AnyRequest, desk: InDesk, visitor: InVisitor, after: After = None) -> Response[bytes]:
    """Everything that was decided, newest first."""
    visitor.require(Right.READ)
    found = await desk.services.database.read(lambda conn: queries.decision_page(conn, after=after, limit=ROWS))
    return _page(desk, "decisions.html", request, visitor, page=found)


@get("/dead", include_in_schema=False)
async def dead(request: AnyRequest, desk: InDesk, visitor: InVisitor, after: After = None) -> Response[bytes]:
    """What could not be processed."""
    visitor.require(Right.READ)

    def look(conn: Connection) -> Any:
        return queries.dead_page(conn, state="dead", after=after, limit=ROWS)

    found = await desk.services.database.read(look)
    return _page(desk, "dead.html", request, visitor, page=found, refusal=visitor.refusal())


def _page(desk: Desk, name: str, request: AnyRequest, visitor: Visitor, **values: Any) -> Response[bytes]:
    done = request.query_params.get("done", "")
    return desk.pages.page(
        name,
        request,
        visitor,
        now=desk.services.clock.now(),
        done=done if done in DONE else "",
        **values,
    )


PAGES = (home, incident, campaign, calendar, deliveries, decisions, dead)
