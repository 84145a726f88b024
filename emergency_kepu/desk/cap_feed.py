"""`/cap/feed.atom` and the CAP documents that it lists. Open to everybody: they say what was sent to the public."""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from emergency_kepu.desk.cap_published import FEED_PATH
from emergency_kepu.desk.context import AnyRequest, InDesk
from emergency_kepu.feeds.atom_write import CAP_TYPE, etag_of

_ATOM_TYPE = "application/atom+xml"


@get(FEED_PATH, include_in_schema=False)
async def cap_feed(request: AnyRequest, desk: InDesk) -> Response[bytes]:
    """The newest messages, each with the address of its document."""
    return _conditional(request, await desk.cap.feed(), _ATOM_TYPE)


@get("/cap/{name:str}", include_in_schema=False)
async def cap_document(request: AnyRequest, desk: InDesk, name: FromPath[str]) -> Response[bytes]:
    """One message."""
    return _conditional(request, await desk.cap.document(name.removesuffix(".xml")), CAP_TYPE)


def _conditional(request: AnyRequest, document: bytes, media_type: str) -> Response[bytes]:
    """304 for whoever has it already (RFC 9110, 13.1.2)."""
    tag = etag_of(document)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    asked = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag in asked or "*" in asked:
        return Response(b"", status_code=304, headers=headers, media_type=media_type)
    return Response(document, headers=headers, media_type=media_type)


CAP = (cap_feed, cap_document)
