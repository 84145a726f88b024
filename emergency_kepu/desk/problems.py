"""Errors as problem documents (RFC 9457): what is wrong, where, how to mend it. Pages get the same words as a page.

`type` is a name of ours, `reason` the reason of the closed list where there is one.
"""

from __future__ import annotations

from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from emergency_kepu.domain.errors import KepuError, NotFound, Refused, TransientError, UserError

log = structlog.get_logger(__name__)


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The document. Members beyond `instance` are extensions (RFC 9457, 3.2)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    reason: str | None = None
    errors: tuple[str, ...] = ()


_OURS: tuple[tuple[type[KepuError], int, str, str], ...] = (
    (NotFound, 404, "not-found", "Not found"),
    (Refused, 409, "refused", "Refused"),
    (UserError, 400, "bad-input", "Bad input"),
    (TransientError, 503, "try-later", "Try again later"),
)
_FRAMEWORKS = {
    400: ("bad-input", "Bad input"),
    401: ("who-are-you", "Not logged in"),
    403: ("not-allowed", "Not allowed"),
    404: ("not-found", "Not found"),
    405: ("wrong-method", "Wrong method"),
    413: ("too-large", "Too large"),
    429: ("too-often", "Too often"),
}


def problem_of(request: Request[Any, Any, Any], error: Exception) -> Problem:
    """Any error, in the caller's terms. What nobody foresaw says nothing of our insides; the log has it."""
    path = request.url.path
    if isinstance(error, KepuError):
        status, name, title = next(
            ((status, name, title) for kind, status, name, title in _OURS if isinstance(error, kind)),
            (400, "bad-input", "Bad input"),
        )
        reason = error.reason.value if isinstance(error, Refused) else None
        return Problem(
            type=f"urn:kepu:{name}", title=title, status=status, detail=str(error), instance=path, reason=reason
        )
    if isinstance(error, HTTPException):
        name, title = _FRAMEWORKS.get(error.status_code, ("failed", "Failed"))
        return Problem(
            type=f"urn:kepu:{name}",
            title=title,
            status=error.status_code,
            detail=_detail(error),
            instance=path,
            errors=_errors(error),
        )
    log.error("request_failed", path=path, error=type(error).__name__, exc_info=error)
    detail = "an error of this program; the log has the details"
    return Problem(type="urn:kepu:failed", title="Failed", status=500, detail=detail, instance=path)


def respond(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The exception handler of everything that is not a page."""
    problem = problem_of(request, error)
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="emergency_kepu"'
    if problem.status == 503:
        headers["Retry-After"] = "1"
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type="application/problem+json",
        headers=headers,
    )


def _detail(error: HTTPException) -> str:
    if error.status_code == 404:
        return "there is nothing at this address; GET /api/openapi.json lists what there is"
    if isinstance(error, ValidationException):
        return "the request does not have the shape that this operation takes; `errors` says where"
    return error.detail


def _errors(error: HTTPException) -> tuple[str, ...]:
    if not isinstance(error, ValidationException) or not isinstance(error.extra, list):
        return ()
    return tuple(
        f"{found.get('key', '')}: {found.get('message', '')}".removeprefix(": ")
        for found in error.extra
        if isinstance(found, dict)
    )
