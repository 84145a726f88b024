"""What the console's forms do: log in and out, decide. Each answers with a redirect, so that reloading does nothing."""

from __future__ import annotations

import asyncio

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect

from emergency_kepu.desk import accounts, decide
from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.context import AnyRequest, Desk, InDesk, InVisitor
from emergency_kepu.desk.forms import MAX_FORM_BYTES, own_form, read_form, whole_number
from emergency_kepu.desk.session import COOKIE, MAX_AGE_SECONDS
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.errors import NotFound

_MAX_NOTE = 1_000


@get("/login", include_in_schema=False)
async def login_page(request: AnyRequest, desk: InDesk, visitor: InVisitor) -> Response[bytes]:
    """Name and password."""
    return desk.pages.page("login.html", request, visitor, said="", user_name="")


@post("/login", include_in_schema=False, status_code=303, request_max_body_size=MAX_FORM_BYTES)
async def login(request: AnyRequest, desk: InDesk, visitor: InVisitor) -> Response[bytes] | Redirect:
    """A fresh session, or the form again with what is wrong."""
    form = await read_form(request)
    name, password = form.get("name", ""), form.get("password", "")
    wall = desk.services.clock.wall()
    address = request.client.host if request.client else ""
    if desk.attempts.wait_seconds(address, name, wall=wall) > 0:
        return desk.pages.page("login.html", request, visitor, status=429, said="too_often", user_name=name)
    found = await desk.services.database.read(lambda conn: accounts.find(conn, name))
    if not await asyncio.to_thread(accounts.password_fits, found, password):
        desk.attempts.failed(address, name, wall=wall)
        return desk.pages.page("login.html", request, visitor, status=401, said="wrong_login", user_name=name)
    desk.attempts.succeeded(address, name)
    assert found is not None
    assert found.password_hash is not None
    cookie = desk.sessions.issue(found.name, found.password_hash, wall=wall)
    answer = Redirect("/", status_code=303)
    answer.set_cookie(_cookie(desk, cookie, MAX_AGE_SECONDS))
    return answer


@post("/logout", include_in_schema=False, status_code=303, request_max_body_size=MAX_FORM_BYTES)
async def logout(request: AnyRequest, desk: InDesk) -> Redirect:
    """The browser forgets the session."""
    await own_form(request, desk)
    answer = Redirect("/login", status_code=303)
    answer.set_cookie(_cookie(desk, "", 0))
    return answer


def _cookie(desk: Desk, value: str, max_age: int) -> Cookie:
    secure = desk.services.settings.desk.public_url.startswith("https://")
    return Cookie(key=COOKIE, value=value, max_age=max_age, httponly=True, samesite="strict", secure=secure)


@post(
    "/campaigns/{campaign_id:str}/{verb:str}",
    include_in_schema=False,
    status_code=303,
    request_max_body_size=MAX_FORM_BYTES,
)
async def decide_campaign(
    request: AnyRequest, desk: InDesk, visitor: InVisitor, campaign_id: FromPath[str], verb: FromPath[str]
) -> Redirect:
    """Submit, approve, reject or cancel the revision that the form shows, or stop what follows it."""
    right = {
        "approve": Right.APPROVE,
        "reject": Right.APPROVE,
        "submit": Right.OPERATE,
        "cancel": Right.OPERATE,
        "stop_steps": Right.OPERATE,
    }
    if verb not in right:
        msg = f"nothing named {verb!r} can be done with a campaign"
        raise NotFound(msg)
    visitor.require(right[verb])
    form = await own_form(request, desk)
    said = await _carry_out(desk, campaign_id, verb, form, visitor.name)
    desk.overview.forget()
    return Redirect(f"/campaigns/{campaign_id}?done={said}", status_code=303)


async def _carry_out(desk: Desk, campaign_id: str, verb: str, form: dict[str, str], actor: str) -> str:
    """The word for what was done."""
    if verb == "stop_steps":
        await decide.stop_steps(desk.services, campaign_id, actor=actor)
        return "steps_stopped_now"
    revision, note = whole_number(form, "revision"), form.get("note", "").strip()[:_MAX_NOTE]
    services = desk.services
    if verb == "approve":
        override = form.get("override") == "yes"
        state = await decide.approve(
            services, campaign_id, revision=revision, actor=actor, note=note, override=override
        )
        said = {CampaignState.LAUNCHED: "approved_now", CampaignState.APPROVED: "approved_waits"}
        return said.get(state, "approved_more")
    if verb == "reject":
        await decide.reject(services, campaign_id, revision=revision, actor=actor, note=note)
        return "rejected_now"
    if verb == "cancel":
        await decide.cancel(services, campaign_id, revision=revision, actor=actor)
        return "cancelled_now"
    await decide.submit(services, campaign_id, revision=revision, actor=actor)
    return "submitted_now"


@post("/dead/{seq:int}/{verb:str}", include_in_schema=False, status_code=303, request_max_body_size=MAX_FORM_BYTES)
async def decide_dead(
    request: AnyRequest, desk: InDesk, visitor: InVisitor, seq: FromPath[int], verb: FromPath[str]
) -> Redirect:
    """Process again, or drop."""
    acts = {"replay": decide.replay, "drop": decide.drop}
    if verb not in acts:
        msg = f"nothing named {verb!r} can be done with a dead letter"
        raise NotFound(msg)
    visitor.require(Right.OPERATE)
    await own_form(request, desk)
    await acts[verb](desk.services, min(seq, 2**53), actor=visitor.name)
    desk.overview.forget()
    return Redirect(f"/dead?done={'replayed_now' if verb == 'replay' else 'dropped_now'}", status_code=303)


FORMS = (login_page, login, logout, decide_campaign, decide_dead)
