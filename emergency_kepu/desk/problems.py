"""Errors as RFC 9457 problem documents: what is wrong, where, how to mend it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from emergency_kepu.domain.errors import KepuError, NotFound, Refused, UserError

_STATUS: tuple[tuple[type[KepuError], int, str], ...] = (
    (NotFound, 404, "Not found"),
    (Refused, 409, "Refused"),
    (UserError, 400, "Bad input"),
)


def of_kepu(request: Request[Any, Any, Any], problem: KepuError) -> Response[bytes]:
    """Our own errors."""
    status, title = next(
        ((status, title) for kind, status, title in _STATUS if isinstance(problem, kind)), (503, "Try again later")
    )
    return _document(request, status, title, str(problem))


def of_http(request: Request[Any, Any, Any], problem: HTTPException) -> Response[bytes]:
    """The framework's."""
    return _document(request, problem.status_code, type(problem).__name__.removesuffix("Exception"), problem.detail)


def _document(request: Request[Any, Any, Any], status: int, title: str, detail: str) -> Response[bytes]:
    body = msgspec.json.encode(
        {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": request.url.path}
    )
    return Response(body, status_code=status, media_type="application/problem+json")
