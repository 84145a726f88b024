"""The Litestar application: console, API, callbacks, health. Routes live beside their handlers; this joins them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from litestar import Litestar, Response, Router
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.response import Redirect
from litestar.static_files import create_static_files_router
from litestar.types import Message, Scope

from emergency_kepu.desk.answering import ANSWERING
from emergency_kepu.desk.api.calendar import CALENDAR
from emergency_kepu.desk.api.campaigns import DECIDING
from emergency_kepu.desk.api.dead_letters import DEAD_LETTERS
from emergency_kepu.desk.api.experts import EXPERTS
from emergency_kepu.desk.api.factchecks import FACTCHECKS
from emergency_kepu.desk.api.parameters import refuse_unknown
from emergency_kepu.desk.api.push import push
from emergency_kepu.desk.api.reading import READING
from emergency_kepu.desk.api.writing import WRITING
from emergency_kepu.desk.attempts import Attempts
from emergency_kepu.desk.callbacks import twilio_status
from emergency_kepu.desk.cap_feed import CAP
from emergency_kepu.desk.cap_published import CapFeed
from emergency_kepu.desk.check_in_page import CHECK_IN
from emergency_kepu.desk.console import PAGES
from emergency_kepu.desk.console_check_ins import CHECK_IN_PAGES
from emergency_kepu.desk.console_checks import CHECK_PAGES
from emergency_kepu.desk.console_experts import EXPERT_PAGES
from emergency_kepu.desk.console_forms import FORMS
from emergency_kepu.desk.console_writing import WRITING_PAGES
from emergency_kepu.desk.context import AnyRequest, Desk
from emergency_kepu.desk.flood import Flood
from emergency_kepu.desk.gate import Gate, Visitor
from emergency_kepu.desk.health import HEALTH
from emergency_kepu.desk.overview import overview
from emergency_kepu.desk.page_counting import PageCounting
from emergency_kepu.desk.pages import HERE, Pages
from emergency_kepu.desk.problems import problem_of, respond
from emergency_kepu.desk.public_lookup import PublicLookup
from emergency_kepu.desk.public_page import PUBLIC
from emergency_kepu.desk.session import Sessions
from emergency_kepu.desk.shared import Made
from emergency_kepu.desk.snapshot import Snapshot
from emergency_kepu.desk.views import Overview
from emergency_kepu.pipeline.services import Services

MAX_BODY_BYTES = 64_000
"""Of everything but pushed documents."""
_FOR_MACHINES = ("/api/", "/callbacks/", "/cap/", "/-/", "/metrics", "/static/")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # with no-referrer, browsers send `Origin: null` from our own forms, which cannot be told from a sandboxed frame
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}


def create_app(services: Services, *, environ: Mapping[str, str] | None = None) -> Litestar:
    """One application over wired services. Secrets of callbacks are read from `environ`, the process's own if None."""
    desk = open_desk(services, os.environ if environ is None else environ)

    async def visitor_of_api(request: AnyRequest) -> Visitor:
        return await desk.gate.of_api(request)

    async def visitor_of_console(request: AnyRequest) -> Visitor:
        return await desk.gate.of_console(request)

    def answer_problem(request: AnyRequest, problem: Exception) -> Response[bytes] | Redirect:
        for_machines = request.url.path.startswith(_FOR_MACHINES)
        return respond(request, problem) if for_machines else _as_page(desk, request, problem)

    api = Router(
        path="/api/v1",
        route_handlers=[*READING, *DECIDING, *WRITING, *EXPERTS, *CALENDAR, *FACTCHECKS, *DEAD_LETTERS, push],
        dependencies={"visitor": Provide(visitor_of_api)},
        before_request=refuse_unknown,
        security=[{"token": []}],
    )
    console = Router(
        path="/",
        route_handlers=[*PAGES, *WRITING_PAGES, *CHECK_PAGES, *EXPERT_PAGES, *CHECK_IN_PAGES, *FORMS],
        dependencies={"visitor": Provide(visitor_of_console)},
    )
    static = create_static_files_router(path="/static", directories=[HERE / "static"], include_in_schema=False)
    return Litestar(
        route_handlers=[api, console, *CAP, *HEALTH, twilio_status, *ANSWERING, *PUBLIC, *CHECK_IN, static],
        dependencies={"desk": Provide(lambda: desk, sync_to_thread=False)},
        openapi_config=_openapi(),
        exception_handlers={Exception: answer_problem, HTTPException: answer_problem},
        before_send=[add_headers],
        on_shutdown=[desk.counting.flush],
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
    )


async def add_headers(message: Message, scope: Scope) -> None:
    """On every answer, also where something went wrong. The public page brings a policy of its own, no looser."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)


def open_desk(services: Services, environ: Mapping[str, str]) -> Desk:
    """What the handlers share."""
    settings = services.settings

    async def look() -> Overview:
        return await services.database.read(lambda conn: overview(conn, settings.feeds))

    sessions = Sessions()
    return Desk(
        services=services,
        gate=Gate(services, sessions),
        sessions=sessions,
        attempts=Attempts(),
        pages=Pages(settings.desk.name, settings.desk.locale, check_ins=bool(settings.desk.check_in_places)),
        cap=CapFeed(services),
        overview=Snapshot(look),
        environ=environ,
        counting=PageCounting(services),
        flood=Flood(),
        rendered=Made(),
        public=PublicLookup(services) if services.pages else None,
    )


def _as_page(desk: Desk, request: Any, problem: Exception) -> Response[bytes] | Redirect:
    """Whoever is not logged in is asked to; anything else is said in a page."""
    found = problem_of(request, problem)
    if found.status == 401 and request.method == "GET" and request.headers.get("hx-request") != "true":
        return Redirect("/login", status_code=303)
    return desk.pages.page("problem.html", request, Visitor(), status=found.status, problem=found)


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="emergency_kepu",
        version="1",
        description="Errors are problem documents (RFC 9457). Instants are RFC 3339. Lists are read page by page: give "
        "`next` of one page as `after` of the next.",
        path="/api",
        render_plugins=[],
        components=Components(
            security_schemes={
                "token": SecurityScheme(type="http", scheme="bearer", description="`kepu user token NAME` makes one.")
            }
        ),
    )
