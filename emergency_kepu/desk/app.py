"""The Litestar application. Reading is open to whoever reaches the loopback address it listens on; accepting feed
documents is open for feeds that are configured for it; deciding is done with `kepu campaign` for now."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import ResponseHeader
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.params import FromPath
from litestar.static_files import create_static_files_router

from emergency_kepu.desk import problems
from emergency_kepu.desk.overview import Overview, decision_rows, overview
from emergency_kepu.desk.words import WORDS, language_of
from emergency_kepu.domain.errors import KepuError, NotFound, UserError
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.pipeline.jobs import feed_record
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import incidents

_HERE = Path(__file__).parent
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
MAX_PUSH_BYTES = 20_000_000


def create_app(services: Services) -> Litestar:
    """One application over wired services."""
    pages = Environment(loader=FileSystemLoader(_HERE / "pages"), autoescape=True, undefined=StrictUndefined)

    pages.filters["utc"] = lambda moment, pattern: moment.astimezone(UTC).strftime(pattern)

    def page(name: str, request: Request[Any, Any, Any], **values: Any) -> Response[bytes]:
        lang = language_of(request.query_params.get("lang"), request.headers.get("accept-language"))
        body = pages.get_template(name).render(w=WORDS[lang], lang=lang, hazards=HAZARDS, **values)
        return Response(body.encode(), media_type="text/html; charset=utf-8")

    @get("/", include_in_schema=False)
    async def console(request: Request[Any, Any, Any]) -> Response[bytes]:
        found = await services.database.read(overview)
        return page("overview.html", request, desk=services.settings.desk.name, o=found, path="/")

    @get("/incidents/{incident_id:str}", include_in_schema=False)
    async def incident(request: Request[Any, Any, Any], incident_id: FromPath[str]) -> Response[bytes]:
        found = await services.database.read(lambda conn: incidents.get(conn, incident_id))
        trace = await services.database.read(lambda conn: decision_rows(conn, incident_id))
        desk = services.settings.desk.name
        return page("incident.html", request, desk=desk, incident=found, trace=trace, path=f"/incidents/{incident_id}")

    @get("/api/v1/overview", summary="What a duty officer must know")
    async def api_overview() -> Overview:
        return await services.database.read(overview)

    @post("/api/v1/feeds/{name:str}", status_code=202, summary="Push one document of a feed")
    async def push(request: Request[Any, Any, Any], name: FromPath[str]) -> dict[str, str]:
        feed = services.settings.feeds.get(name)
        if feed is None or not feed.push:
            msg = f"no feed {name!r} that accepts documents; set `push: true` in feeds.yaml"
            raise NotFound(msg)
        body = await request.body()
        if not body:
            msg = "the body is empty; send one document of the feed's format"
            raise UserError(msg)
        clock = services.clock
        record = feed_record(feed=name, body=body, received_at=clock.now(), received_wall=clock.wall(), origin="push")
        await services.bus.publish([record])
        return {"record": record.id}

    @get("/-/healthy", include_in_schema=False)
    async def healthy() -> str:
        return "ok\n"

    @get("/-/ready", include_in_schema=False)
    async def ready() -> str:
        await services.bus.lag()
        return "ready\n"

    @get("/metrics", include_in_schema=False)
    async def metrics() -> Response[bytes]:
        return Response(services.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return Litestar(
        route_handlers=[
            console,
            incident,
            api_overview,
            push,
            healthy,
            ready,
            metrics,
            create_static_files_router(path="/static", directories=[_HERE / "static"], include_in_schema=False),
        ],
        openapi_config=OpenAPIConfig(title="emergency_kepu", version="1", path="/api", render_plugins=[]),
        exception_handlers={KepuError: problems.of_kepu, HTTPException: problems.of_http},
        response_headers=[ResponseHeader(name=name, value=value) for name, value in _HEADERS.items()],
        request_max_body_size=MAX_PUSH_BYTES,
        logging_config=None,
    )
