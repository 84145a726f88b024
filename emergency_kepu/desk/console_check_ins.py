"""The console's list of what people told public pages: who needs help comes first until somebody passed it on."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect
from sqlalchemy import Connection

from emergency_kepu.desk import check_ins
from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.api.parameters import After
from emergency_kepu.desk.console import DONE, ROWS
from emergency_kepu.desk.context import AnyRequest, InDesk, InVisitor
from emergency_kepu.desk.forms import MAX_FORM_BYTES, own_form
from emergency_kepu.desk.paging import Page
from emergency_kepu.domain.check_in import CheckIn, CheckInKind
from emergency_kepu.domain.errors import NotFound
from emergency_kepu.store import campaigns
from emergency_kepu.store.check_ins import Wanted

_SAID = {"passed": "passed_on_now", "back": "passed_on_not"}
"""Verb to what the page says afterwards."""


@get("/check-ins", include_in_schema=False)
async def check_in_list(
    request: AnyRequest,
    desk: InDesk,
    visitor: InVisitor,
    campaign: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    in_state: Annotated[str, QueryParameter(name="state")] = "",
    after: After = None,
) -> Response[bytes]:
    """Names, places and numbers are for those who act on them; others see that somebody told something."""
    visitor.require(Right.READ)
    services, whole = desk.services, visitor.may(Right.OPERATE)
    wanted = Wanted(campaign=campaign, kind=kind, waiting=in_state == "waiting")

    def look(conn: Connection) -> tuple[Page[CheckIn], dict[str, str]]:
        found = check_ins.page(conn, wanted, whole=whole, after=after, limit=ROWS)
        named = dict.fromkeys(row.campaign_id for row in found.items)
        rows = {name: campaigns.revisions(conn, name)[-1:] for name in named}
        # people there look at the clock of their place, and so do those who help them
        return found, {name: latest[0].spec.facts.tz if latest else "UTC" for name, latest in rows.items()}

    page, zones = await services.database.read(look)
    done = request.query_params.get("done", "")
    return desk.pages.page(
        "check_ins.html",
        request,
        visitor,
        page=page,
        zones=zones,
        wanted={"campaign": campaign, "kind": kind, "state": in_state},
        kinds=[known.value for known in CheckInKind],
        whole=whole,
        days=services.settings.desk.check_in_days,
        longest=check_ins.MAX_TO,
        now=services.clock.now(),
        done=done if done in DONE else "",
    )


@post("/check-ins/{key:str}/{verb:str}", include_in_schema=False, status_code=303, request_max_body_size=MAX_FORM_BYTES)
async def decide_check_in(
    request: AnyRequest, desk: InDesk, visitor: InVisitor, key: FromPath[str], verb: FromPath[str]
) -> Redirect:
    """Passed on to somebody, or not after all."""
    if verb not in _SAID:
        msg = f"nothing named {verb!r} can be done with a check-in"
        raise NotFound(msg)
    visitor.require(Right.OPERATE)
    form = await own_form(request, desk)
    services = desk.services

    def do(conn: Connection) -> None:
        now = services.clock.now()
        if verb == "passed":
            check_ins.pass_on(conn, key, to=form.get("to", ""), actor=visitor.name, now=now)
        else:
            check_ins.take_back(conn, key, actor=visitor.name, now=now)

    await services.database.write(do)
    desk.overview.forget()
    return Redirect(f"/check-ins?done={_SAID[verb]}", status_code=303)


CHECK_IN_PAGES = (check_in_list, decide_check_in)
