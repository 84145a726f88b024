"""Query parameters that several lists share, and the refusal of those that no list knows."""

from __future__ import annotations

from typing import Annotated

from litestar.exceptions import ValidationException
from litestar.params import QueryParameter

from emergency_kepu.desk.context import AnyRequest
from emergency_kepu.desk.paging import MAX_PAGE

Limit = Annotated[int, QueryParameter(ge=1, le=MAX_PAGE, description="Rows of the page at most.")]
After = Annotated[str | None, QueryParameter(description="`next` of the page before; none for the first page.")]

_NAMES = {"in_state": "state"}
"""`state` means something else to the framework: handlers call the parameter differently."""


async def refuse_unknown(request: AnyRequest) -> None:
    """A misspelt filter must not silently select everything."""
    known = {_NAMES.get(name, name) for name in request.route_handler.parsed_fn_signature.parameters}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        extra = [{"key": name, "message": "no such parameter"} for name in unknown]
        raise ValidationException(detail="unknown query parameters", extra=extra)
