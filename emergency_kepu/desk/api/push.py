"""Feeds that come to us: a system posts one document as it is."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import post
from litestar.params import PathParameter

from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.context import AnyRequest, InDesk, InVisitor
from emergency_kepu.domain.errors import NotFound, UserError
from emergency_kepu.pipeline.jobs import feed_record

MAX_PUSH_BYTES = 20_000_000
"""The largest feed documents known (nationwide CAP bundles) have a few million."""


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The document is durable; `record` names it in the log and among dead letters."""

    record: str


@post(
    "/feeds/{name:str}",
    status_code=202,
    summary="Push one document of a feed",
    tags=["feeds"],
    request_max_body_size=MAX_PUSH_BYTES,
)
async def push(
    request: AnyRequest,
    desk: InDesk,
    visitor: InVisitor,
    name: Annotated[str, PathParameter(description="A feed with `push: true` in feeds.yaml.")],
) -> Accepted:
    """The body is the document in the feed's own format. 202 only once it cannot be lost; reading it comes later.

    The same document twice is one record.
    """
    visitor.require(Right.PUSH)
    services = desk.services
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
    return Accepted(record=record.id)
