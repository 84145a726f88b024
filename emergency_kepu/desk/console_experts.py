"""The console's page about experts of one incident: who was asked, what they said, who could be asked and why."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from emergency_kepu.desk import experts
from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.console import DONE
from emergency_kepu.desk.context import AnyRequest, InDesk, InVisitor
from emergency_kepu.desk.forms import MAX_FORM_BYTES, own_form
from emergency_kepu.desk.views import AskView, IncidentView
from emergency_kepu.domain.ask import AskState
from emergency_kepu.domain.errors import NotFound
from emergency_kepu.store import asks, incidents


@get("/incidents/{incident_id:str}/experts", include_in_schema=False)
async def experts_page(
    request: AnyRequest, desk: InDesk, visitor: InVisitor, incident_id: FromPath[str]
) -> Response[bytes]:
    """The ranking explains itself, so that whoever asks by hand knows what the program would do."""
    visitor.require(Right.READ)
    services = desk.services

    def look(conn: Connection) -> dict[str, Any]:
        return {
            "i": IncidentView.of(incidents.get(conn, incident_id)),
            "asks_of": [AskView.of(ask) for ask in asks.of_incident(conn, incident_id)],
            "ranking": experts.ranking(conn, services, incident_id),
        }

    found = await services.database.read(look)
    refusal = "" if visitor.may(Right.OPERATE) else "no_accounts" if visitor.no_accounts else "no_right"
    done = request.query_params.get("done", "")
    return desk.pages.page(
        "experts.html",
        request,
        visitor,
        names=experts.names(services),
        desk_state=AskState.DESK.value,
        refusal=refusal,
        done=done if done in DONE else "",
        **found,
    )


@post(
    "/incidents/{incident_id:str}/experts/{verb:str}",
    include_in_schema=False,
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
)
async def decide_experts(
    request: AnyRequest, desk: InDesk, visitor: InVisitor, incident_id: FromPath[str], verb: FromPath[str]
) -> Redirect:
    """Ask one, or see to it oneself."""
    if verb not in ("ask", "taken"):
        msg = f"nothing named {verb!r} can be done with experts"
        raise NotFound(msg)
    visitor.require(Right.OPERATE)
    form = await own_form(request, desk)
    if verb == "ask":
        await experts.ask(desk.services, incident_id, expert=form.get("expert", ""), actor=visitor.name)
    else:
        await experts.take_up(desk.services, incident_id, actor=visitor.name)
    desk.overview.forget()
    said = "asked_now" if verb == "ask" else "taken_now"
    return Redirect(f"/incidents/{incident_id}/experts?done={said}", status_code=303)


EXPERT_PAGES = (experts_page, decide_experts)
