"""Health and metrics of a process without a desk: a scheduler or a worker is measured like the desk is.

The same three pages under the same addresses, and nothing else: no login, no console, no API.
"""

from __future__ import annotations

from types import SimpleNamespace

from litestar import Litestar, Response
from litestar.di import Provide
from litestar.exceptions import HTTPException

from emergency_kepu.desk.context import AnyRequest
from emergency_kepu.desk.health import HEALTH
from emergency_kepu.desk.problems import respond
from emergency_kepu.pipeline.services import Services


def create_monitor(services: Services) -> Litestar:
    """The application over wired services."""
    # the handlers of health ask their desk for its services only
    desk = SimpleNamespace(services=services)

    def answer(request: AnyRequest, problem: Exception) -> Response[bytes]:
        return respond(request, problem)

    return Litestar(
        route_handlers=list(HEALTH),
        dependencies={"desk": Provide(lambda: desk, sync_to_thread=False)},
        openapi_config=None,
        exception_handlers={Exception: answer, HTTPException: answer},
        logging_config=None,
    )
