"""Pages and forms with which people begin things: a campaign of their own, the end of an incident."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from emergency_kepu.desk import writing
from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.context import AnyRequest, Desk, InDesk, InVisitor
from emergency_kepu.desk.forms import MAX_FORM_BYTES, own_form
from emergency_kepu.desk.gate import Visitor
from emergency_kepu.domain.errors import UserError
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.store import incidents

_CHANNEL = "channel."


@get("/write", include_in_schema=False)
async def write_page(request: AnyRequest, desk: InDesk, visitor: InVisitor) -> Response[bytes]:
    """An empty form, with proposals where there are any."""
    visitor.require(Right.READ)
    return _form(desk, request, visitor, {}, "")


@post("/write", include_in_schema=False, status_code=303, request_max_body_size=MAX_FORM_BYTES)
async def write(request: AnyRequest, desk: InDesk, visitor: InVisitor) -> Response[bytes] | Redirect:
    """The draft's own page, where its texts can be read; or the form again with what is wrong."""
    visitor.require(Right.OPERATE)
    form = await own_form(request, desk)
    chosen = tuple(name for name in desk.services.settings.public_channels() if form.get(_CHANNEL + name))
    try:
        wish = writing.wish_of(form, chosen, desk.services.clock.now())
        row = await writing.write(desk.services, wish, actor=visitor.name)
    except UserError as problem:
        return _form(desk, request, visitor, form, str(problem))
    desk.overview.forget()
    return Redirect(f"/campaigns/{row.id}?done=written_now", status_code=303)


@get("/incidents/{incident_id:str}/end", include_in_schema=False)
async def end_page(
    request: AnyRequest, desk: InDesk, visitor: InVisitor, incident_id: FromPath[str]
) -> Response[bytes]:
    """What it means, before anything happens."""
    visitor.require(Right.READ)
    found = await desk.services.database.read(lambda conn: incidents.get(conn, incident_id))
    return desk.pages.page("end.html", request, visitor, i=found, refusal=visitor.refusal())


@post(
    "/incidents/{incident_id:str}/end", include_in_schema=False, status_code=303, request_max_body_size=MAX_FORM_BYTES
)
async def end(request: AnyRequest, desk: InDesk, visitor: InVisitor, incident_id: FromPath[str]) -> Redirect:
    """The all-clear that waits for another person, or the incident where nobody had been told."""
    visitor.require(Right.OPERATE)
    form = await own_form(request, desk)
    row = await writing.end(desk.services, incident_id, source=form.get("source", ""), actor=visitor.name)
    desk.overview.forget()
    where = f"/campaigns/{row.id}?done=ended_now" if row else f"/incidents/{incident_id}?done=ended_quietly"
    return Redirect(where, status_code=303)


def _form(desk: Desk, request: AnyRequest, visitor: Visitor, form: dict[str, str], problem: str) -> Response[bytes]:
    now = desk.services.clock.now()
    return desk.pages.page(
        "write.html",
        request,
        visitor,
        status=400 if problem else 200,
        form=form,
        problem=problem,
        refusal=visitor.refusal(),
        hazards=[code for code in HAZARDS if code in desk.services.catalog.topics],
        channels=desk.services.settings.public_channels(),
        issued=f"{now.astimezone(writing.DESK_ZONE):%Y-%m-%d %H:%M}",
        until=writing.default_until(now),
    )


WRITING_PAGES = (write_page, write, end_page, end)
