"""Where an expert's link leads: a page that says what it would do, and a form that does it.

GET only shows: link scanners, previews of chat programs and curious proxies open every link and must change nothing.
POST acts, once. There is no account and no cookie behind it: the signed link is the whole proof, so a form from
elsewhere that carries it can do no more than its owner, and one without it can do nothing.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from emergency_kepu.asking import answers
from emergency_kepu.asking.around import Around
from emergency_kepu.asking.links import PATH, Link
from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.campaigns.drafting import campaign_id
from emergency_kepu.desk.context import AnyRequest, Desk, InDesk
from emergency_kepu.desk.gate import Visitor
from emergency_kepu.desk.overview import campaign_detail
from emergency_kepu.desk.views import IncidentView, MessageView
from emergency_kepu.domain.ask import AskState, Purpose
from emergency_kepu.domain.errors import NotFound, Refused, UserError

MAX_ANSWER_BYTES = 16_000
_TEXT = "text."
_FIELDS = 20
_RESULT = {
    Purpose.CONFIRM: AskState.CONFIRMED,
    Purpose.CORRECT: AskState.CORRECTED,
    Purpose.DECLINE: AskState.DECLINED,
}


class _Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the page is made of."""

    standing: answers.Standing
    texts: tuple[MessageView, ...]
    """What the public is told, in the expert's languages."""
    locales: tuple[str, ...]
    """In which the expert may write."""


@get(PATH + "{token:str}", include_in_schema=False)
async def answer_page(request: AnyRequest, desk: InDesk, token: FromPath[str]) -> Response[bytes]:
    """What the link would do. Changes nothing."""
    link = _link(desk, token)
    return await _page(desk, request, token, link, {}, "")


@post(PATH + "{token:str}", include_in_schema=False, status_code=303, request_max_body_size=MAX_ANSWER_BYTES)
async def answer(request: AnyRequest, desk: InDesk, token: FromPath[str]) -> Response[bytes] | Redirect:
    """What the link is for; reloading afterwards does nothing."""
    link = _link(desk, token)
    form = _form(await request.body())
    texts = {name.removeprefix(_TEXT): text for name, text in form.items() if name.startswith(_TEXT)}
    services = desk.services
    kinds = {name: services.kind_of(name) for name in services.channels}

    def do(conn: Connection) -> None:
        now = services.clock.now()
        _, records = answers.answer(conn, Around.of(services), link, texts=texts, channel_kinds=kinds, now=now)
        publish_in(conn, records, services.clock)

    try:
        await services.database.write(do)
    except UserError as problem:
        return await _page(desk, request, token, link, texts, str(problem))
    except Refused:  # a second tap on the same button must not look as if the first had failed
        return await _page(desk, request, token, link, {}, "")
    desk.overview.forget()
    return Redirect(f"{PATH}{token}", status_code=303)


def _link(desk: Desk, token: str) -> Link:
    link = desk.services.links.read(token) if desk.services.links else None
    if link is None:
        msg = "this link is not valid: please use the one in the message that you were sent"
        raise NotFound(msg)
    return link


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_FIELDS))
    except ValueError as problem:
        msg = "the body is no form"
        raise UserError(msg) from problem


async def _page(
    desk: Desk, request: AnyRequest, token: str, link: Link, written: dict[str, str], problem: str
) -> Response[bytes]:
    services = desk.services
    shown = await services.database.read(lambda conn: _look(conn, desk, link))
    found = shown.standing
    done = found.ask.state is _RESULT[link.purpose]
    status = 400 if problem else 200 if found.refusal is None or done else 410
    values: dict[str, Any] = {
        "action": f"{PATH}{token}",
        "purpose": link.purpose.value,
        "refusal": "" if done or found.refusal is None else found.refusal.value,
        "done_word": link.purpose.value if done else "",
        "i": IncidentView.of(found.incident),
        "expert": found.expert,
        "texts": shown.texts,
        "locales": shown.locales,
        "longest": answers.LONGEST,
        "written": written,
        "problem": problem,
    }
    page = desk.pages.page("answer.html", request, Visitor(), status=status, **values)
    page.headers["X-Robots-Tag"] = "noindex, nofollow"
    return page


def _look(conn: Connection, desk: Desk, link: Link) -> _Shown:
    services = desk.services
    found = answers.standing(conn, Around.of(services), link, services.clock.now())
    locales = answers.locales_of(found.expert, services.catalog.locales(found.incident.hazard))
    try:
        texts = campaign_detail(conn, services, campaign_id(found.incident.id)).messages
    except NotFound:
        texts = ()  # asked by hand about something of which nothing is sent
    ours = tuple(text for text in texts if text.locale in locales and not text.audience and not text.problem)
    return _Shown(standing=found, texts=ours, locales=locales)


ANSWERING = (answer_page, answer)
