"""`/k/{slug}`: the page that everybody may read. No account, no cookie, no script needed; each page is whole in itself.

Style and code are inline or ours, so that a saved or cached page still works where the network does not. Only what was
launched is ever shown, the newest of it; what is over says so first.
"""

from __future__ import annotations

import hashlib
import io
from urllib.parse import parse_qsl

import segno
from litestar import Response, get, post
from litestar.params import FromPath

from emergency_kepu.content.locales import resolve
from emergency_kepu.desk import words
from emergency_kepu.desk.check_in_page import asked_here
from emergency_kepu.desk.context import AnyRequest, Desk, InDesk
from emergency_kepu.desk.pages import HERE
from emergency_kepu.desk.public_frame import HEADERS, HTML, found, frame, gone, locales
from emergency_kepu.desk.public_lookup import PublicLookup, Shown, Standing
from emergency_kepu.domain.errors import UserError
from emergency_kepu.pages.address import PATH
from emergency_kepu.pages.emergency import numbers
from emergency_kepu.pages.text import PageText, page_text
from emergency_kepu.store.page_counts import PageKey

MAX_CHECK_BYTES = 1_000
"""Of three answers."""
_WORKER = (HERE / "static/public-worker.js").read_bytes()


@get(f"{PATH}sw.js", include_in_schema=False)
async def worker() -> Response[bytes]:
    """Keeps pages that were opened, for when there is no network."""
    return Response(_WORKER, media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@get(PATH + "{slug:str}/qr.svg", include_in_schema=False)
async def qr(desk: InDesk, slug: FromPath[str]) -> Response[bytes]:
    """The address as a QR code, for posters and screens."""
    public, shown = await found(desk, slug)
    if public is None or shown is None:
        return gone(desk)
    out = io.BytesIO()
    segno.make(public.link(shown.row.id), error="m", micro=False).save(out, kind="svg", scale=8, border=4)
    return Response(out.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


@get(PATH + "{slug:str}", include_in_schema=False)
async def page(request: AnyRequest, desk: InDesk, slug: FromPath[str]) -> Response[bytes]:
    """In the language that the browser prefers among those there are."""
    public, shown = await found(desk, slug)
    if public is None or shown is None:
        return gone(desk)
    locale = _preferred(desk, shown, request.headers.get("accept-language") or "")
    return _page(request, desk, public, shown, locale, vary=True)


@get(PATH + "{slug:str}/{locale:str}", include_in_schema=False)
async def page_in(request: AnyRequest, desk: InDesk, slug: FromPath[str], locale: FromPath[str]) -> Response[bytes]:
    """In this language."""
    public, shown = await found(desk, slug)
    if public is None or shown is None or locale not in locales(desk, shown):
        return gone(desk)
    return _page(request, desk, public, shown, locale)


@post(PATH + "{slug:str}/{locale:str}", include_in_schema=False, status_code=200, request_max_body_size=MAX_CHECK_BYTES)
async def check(request: AnyRequest, desk: InDesk, slug: FromPath[str], locale: FromPath[str]) -> Response[bytes]:
    """The answers to the three questions: what is right and why. Nothing of it is kept but that somebody answered."""
    public, shown = await found(desk, slug)
    if public is None or shown is None or locale not in locales(desk, shown):
        return gone(desk)
    return _page(request, desk, public, shown, locale, answers=_answers(await request.body()))


def _preferred(desk: Desk, shown: Shown, accept: str) -> str:
    available = locales(desk, shown)
    for tag in words.by_quality(accept):
        choice = resolve(tag, available, "")
        if choice is not None:
            return choice[0]
    default = desk.services.settings.content.default_locale
    return default if default in available else available[0]


def _answers(body: bytes) -> dict[int, int]:
    """Question to the answer chosen; what makes no sense is not an answer."""
    try:
        pairs = parse_qsl(body.decode(), max_num_fields=10)
    except ValueError as problem:
        msg = "the body is no form"
        raise UserError(msg) from problem
    chosen = {}
    for name, value in pairs:
        number = name.removeprefix("q")
        if number.isascii() and number.isdigit() and value.isascii() and value.isdigit() and len(number + value) < 4:
            chosen[int(number)] = int(value)
    return chosen


def _page(
    request: AnyRequest,
    desk: Desk,
    public: PublicLookup,
    shown: Shown,
    locale: str,
    *,
    answers: dict[int, int] | None = None,
    vary: bool = False,
) -> Response[bytes]:
    row = shown.row
    key = PageKey(row.id, row.revision, locale, "opened")
    if answers is None:
        # what is over by its time or by its review is seen within the second in which `shown` is looked up anew
        body, tag = desk.rendered.of(shown, (row.id, locale), lambda: _rendered(desk, public, shown, locale))
        if request.method == "GET":
            desk.counting.count(key)
    else:
        text = _text(desk, shown, locale)
        checked = {number: answers.get(number) for number in range(len(text.questions))}
        body = _body(desk, public, shown, text, checked)
        tag = _tag(body)
        if checked:
            desk.counting.count(key._replace(what="answered"))
            if all(checked[number] == asked.answer for number, asked in enumerate(text.questions)):
                desk.counting.count(key._replace(what="understood"))
    headers = {**HEADERS, "ETag": tag, "Content-Language": locale}
    if vary:
        headers["Vary"] = "Accept-Language"
    if answers is None and request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers)
    return Response(body, media_type=HTML, headers=headers)


def _text(desk: Desk, shown: Shown, locale: str) -> PageText:
    return page_text(desk.services.catalog, shown.row.spec, shown.row.kind, locale, seed=shown.slug)


def _rendered(desk: Desk, public: PublicLookup, shown: Shown, locale: str) -> tuple[bytes, str]:
    """A page as everybody gets it, and its tag."""
    body = _body(desk, public, shown, _text(desk, shown, locale), None)
    return body, _tag(body)


def _tag(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _body(
    desk: Desk, public: PublicLookup, shown: Shown, text: PageText, checked: dict[int, int | None] | None
) -> bytes:
    row, link = shown.row, public.link(shown.row.id)
    return frame(
        "public.html",
        text.locale,
        t=text,
        e=text.elements,
        desk_name=desk.services.settings.desk.name,
        slug=shown.slug,
        path=PATH,
        standing=shown.standing.value,
        withdrawn=shown.standing is Standing.WITHDRAWN,
        ended_at=shown.ended_at,
        tz=row.spec.facts.tz,
        drill=row.drill,
        issued_at=row.spec.facts.issued_at,
        languages=[(code, words.language_name(code)) for code in locales(desk, shown)],
        checked=checked,
        link=link,
        qr=segno.make(link, error="m", micro=False).svg_inline(omitsize=True, border=2, svgclass="qr"),
        asked=asked_here(desk, shown),
        numbers=numbers(row.spec.facts.place_codes),
    )


PUBLIC = (worker, qr, page, page_in, check)
