"""The console's page about experts of one incident: who was asked, what they said, who could be asked and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from emergency_kepu.desk import experts
from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.console import DONE
from emergency_kepu.desk.context import AnyRequest, Desk, InDesk, InVisitor
from emergency_kepu.desk.expert_views import AskView, ExpertView
from emergency_kepu.desk.forms import MAX_FORM_BYTES, own_form, whole_number
from emergency_kepu.desk.views import IncidentView
from emergency_kepu.domain.ask import AskState
from emergency_kepu.domain.errors import NotFound
from emergency_kepu.store import asks, incidents
from emergency_kepu.store.absences import AbsenceRow, as_they_are

_SAID = {"ask": "asked_now", "taken": "taken_now", "away": "away_now", "back": "back_now"}
"""Verb to what the page says afterwards."""


@get("/incidents/{incident_id:str}/experts", include_in_schema=False)
async def experts_page(
    request: AnyRequest, desk: InDesk, visitor: InVisitor, incident_id: FromPath[str]
) -> Response[bytes]:
    """The ranking explains itself, so that whoever asks by hand knows what the program would do."""
    visitor.require(Right.READ)
    services = desk.services
    settings, now = services.settings, services.clock.now()

    def look(conn: Connection) -> dict[str, Any]:
        return {
            "i": IncidentView.of(incidents.get(conn, incident_id)),
            "asks_of": [AskView.of(ask) for ask in asks.of_incident(conn, incident_id)],
            "ranking": experts.ranking(conn, services, incident_id),
            "everybody": [ExpertView.of(expert, now) for expert in as_they_are(conn, settings.experts, now)],
        }

    found = await services.database.read(look)
    done = request.query_params.get("done", "")
    return desk.pages.page(
        "experts.html",
        request,
        visitor,
        names=experts.names(services),
        desk_state=AskState.DESK.value,
        refusal=visitor.refusal(),
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
    """Ask one, see to it oneself, or say that somebody is away or back."""
    if verb not in _SAID:
        msg = f"nothing named {verb!r} can be done with experts"
        raise NotFound(msg)
    visitor.require(Right.OPERATE)
    form = await own_form(request, desk)
    await _carry_out(desk, incident_id, verb, form, visitor.name)
    desk.overview.forget()
    return Redirect(f"/incidents/{incident_id}/experts?done={_SAID[verb]}", status_code=303)


async def _carry_out(desk: Desk, incident_id: str, verb: str, form: dict[str, str], actor: str) -> None:
    services, expert = desk.services, form.get("expert", "")
    if verb == "ask":
        await experts.ask(services, incident_id, expert=expert, actor=actor)
    elif verb == "taken":
        await experts.take_up(services, incident_id, actor=actor)
    elif verb == "back":
        await experts.call_back(services, expert, actor=actor)
    else:
        now = services.clock.now()
        until = now + timedelta(hours=whole_number(form, "hours"))
        row = AbsenceRow(expert=expert, starts_at=now, ends_at=until, created_by=actor, comment="")
        await experts.send_away(services, row)


EXPERT_PAGES = (experts_page, decide_experts)
