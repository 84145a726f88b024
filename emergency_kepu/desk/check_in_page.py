"""`/k/{slug}/{locale}/tell`: "I am safe" and "I need help", where the desk has people who read it at once.

It is no emergency call, and says so before anything else with the numbers to call. A form of its own, so that the page
with the advice stays the same for everybody. Nothing of what is told is written into logs; whatever goes wrong, the
answer says plainly that it did not arrive.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import msgspec
import structlog
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from emergency_kepu.desk.context import AnyRequest, Desk, InDesk
from emergency_kepu.desk.forms import read_form
from emergency_kepu.desk.public_frame import HEADERS, HTML, found, frame, gone, locales
from emergency_kepu.desk.public_lookup import Shown, Standing
from emergency_kepu.domain import check_in
from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.check_in import CheckIn, CheckInKind, Told, told
from emergency_kepu.domain.errors import UserError
from emergency_kepu.domain.scripts import direction
from emergency_kepu.pages.address import PATH
from emergency_kepu.pages.emergency import asked_in, numbers
from emergency_kepu.store import check_ins

log = structlog.get_logger(__name__)

MAX_TELL_BYTES = 32_000
_AFTER = timedelta(hours=72)
"""So long after the end of a warning people are still asked: that is when many are found."""
_MAX_ONCE = 40
_FIELDS = ("place", "name", "phone", "people", "note")


def asked_here(desk: Desk, shown: Shown) -> bool:
    """Are readers of this page asked how they are? Not by a day of the calendar, nor by a check of a rumour."""
    areas, row = desk.services.settings.desk.check_in_places, shown.row
    nothing_happens = row.kind is CampaignKind.CALENDAR or row.spec.facts.check is not None
    if not areas or nothing_happens or shown.standing is Standing.WITHDRAWN:
        return False
    if not asked_in(areas, row.spec.facts.place_codes):
        return False
    if shown.standing is Standing.CURRENT:
        return True
    ends = [at for at in (row.launched_at, shown.ended_at) if at is not None]
    return desk.services.clock.now() - max(ends) <= _AFTER


@get(PATH + "{slug:str}/{locale:str}/tell", include_in_schema=False)
async def tell_page(request: AnyRequest, desk: InDesk, slug: FromPath[str], locale: FromPath[str]) -> Response[bytes]:
    """The empty form. Changes nothing."""
    shown = await _asked(desk, slug, locale)
    if shown is None:
        return gone(desk)
    kind = _kind(request.query_params.get("as", ""))
    return _form(desk, shown, locale, kind, {}, once=secrets.token_urlsafe(12))


@post(
    PATH + "{slug:str}/{locale:str}/tell",
    include_in_schema=False,
    status_code=303,
    request_max_body_size=MAX_TELL_BYTES,
)
async def tell(
    request: AnyRequest, desk: InDesk, slug: FromPath[str], locale: FromPath[str]
) -> Response[bytes] | Redirect:
    """Kept once, however often the button is pressed; then a page that may be reloaded."""
    shown = await _asked(desk, slug, locale)
    if shown is None:
        return gone(desk)
    form = await read_form(request)
    kind, once = _kind(form.get("as", "")), form.get("once", "")[:_MAX_ONCE] or secrets.token_urlsafe(12)
    services = desk.services
    try:
        said = told(
            kind.value,
            form.get("place", ""),
            name=form.get("name", ""),
            phone=form.get("phone", ""),
            people=form.get("people", ""),
            note=form.get("note", ""),
        )
    except UserError as problem:
        return _form(desk, shown, locale, kind, form, once=once, problem=str(problem), status=400)
    address = request.client.host if request.client else ""
    if not desk.flood.lets(address, wall=services.clock.wall()):
        return _form(desk, shown, locale, kind, form, once=once, problem="busy", status=429)
    row = _row(desk, shown, locale, said, once)
    try:
        new = await services.database.write(lambda conn: check_ins.add(conn, row))
    except Exception as problem:  # noqa: BLE001 - whatever it is: whoever needs help must read that nobody knows of it
        log.warning("check_in_not_stored", why=type(problem).__name__)  # its text repeats what was told
        return _form(desk, shown, locale, kind, form, once=once, problem="not_stored", status=503)
    if new and not row.drill:
        services.metrics.check_ins.labels(kind.value).inc()
    desk.overview.forget()
    return Redirect(f"{PATH}{slug}/{locale}/told/{row.id}", status_code=303)


@get(PATH + "{slug:str}/{locale:str}/told/{key:str}", include_in_schema=False)
async def told_page(desk: InDesk, slug: FromPath[str], locale: FromPath[str], key: FromPath[str]) -> Response[bytes]:
    """That it arrived, and whether it was passed on. Says nothing of who told it or where they are."""
    _, shown = await found(desk, slug)
    if shown is None or locale not in locales(desk, shown):
        return gone(desk)

    def look(conn: Connection) -> CheckIn | None:
        return check_ins.find(conn, key)

    row = await desk.services.database.read(look)
    if row is None or row.campaign_id != shown.row.id:
        return gone(desk)
    return _answer(desk, shown, locale, "public_told.html", told=row, kind=row.kind.value)


def _kind(text: str) -> CheckInKind:
    """Whoever does not say what it is is taken to need help."""
    return CheckInKind.SAFE if text == CheckInKind.SAFE.value else CheckInKind.HELP


async def _asked(desk: Desk, slug: str, locale: str) -> Shown | None:
    _, shown = await found(desk, slug)
    if shown is None or locale not in locales(desk, shown) or not asked_here(desk, shown):
        return None
    return shown


def _row(desk: Desk, shown: Shown, locale: str, said: Told, once: str) -> CheckIn:
    return CheckIn(
        id=said.key(shown.row.id, once),
        at=desk.services.clock.now(),
        campaign_id=shown.row.id,
        revision=shown.row.revision,
        locale=locale,
        drill=shown.row.drill,
        **msgspec.structs.asdict(said),
    )


def _form(
    desk: Desk,
    shown: Shown,
    locale: str,
    kind: CheckInKind,
    written: dict[str, str],
    *,
    once: str,
    problem: str = "",
    status: int = 200,
) -> Response[bytes]:
    return _answer(
        desk,
        shown,
        locale,
        "public_tell.html",
        status=status,
        kind=kind.value,
        once=once,
        problem=problem,
        written={field: written.get(field, "") for field in _FIELDS},
        longest=check_in,
        days=desk.services.settings.desk.check_in_days,
    )


def _answer(desk: Desk, shown: Shown, locale: str, name: str, *, status: int = 200, **values: Any) -> Response[bytes]:
    facts = shown.row.spec.facts
    body = frame(
        name,
        locale,
        locale=locale,
        direction=direction(locale),
        desk_name=desk.services.settings.desk.name,
        back=f"{PATH}{shown.slug}/{locale}",
        numbers=numbers(facts.place_codes),
        drill=shown.row.drill,
        tz=facts.tz,
        **values,
    )
    headers = {**HEADERS, "Cache-Control": "no-store", "Content-Language": locale}
    return Response(body, status_code=status, media_type=HTML, headers=headers)


CHECK_IN = (tell_page, tell, told_page)
