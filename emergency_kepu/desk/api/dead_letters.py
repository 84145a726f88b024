"""Dead letters: look, put back, or drop."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from litestar import get, post
from litestar.params import FromQuery, PathParameter, QueryParameter

from emergency_kepu.desk import decide, queries
from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.api.parameters import After, Limit
from emergency_kepu.desk.context import InDesk, InVisitor
from emergency_kepu.desk.paging import Page
from emergency_kepu.desk.views import DeadLetterView

Seq = Annotated[int, PathParameter(ge=1, le=2**53, description="Number of the dead letter.")]


class DeadState(StrEnum):
    """Where a dead letter stands."""

    DEAD = "dead"
    REPLAYED = "replayed"
    DROPPED = "dropped"


@get("/dead-letters", summary="What could not be processed, newest first", tags=["dead letters"])
async def list_dead(
    desk: InDesk,
    visitor: InVisitor,
    in_state: Annotated[DeadState, QueryParameter(name="state")] = DeadState.DEAD,
    topic: FromQuery[str | None] = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[DeadLetterView]:
    """One page; the records themselves are shown by `kepu dead show`."""
    visitor.require(Right.READ)
    return await desk.services.database.read(
        lambda conn: queries.dead_page(conn, state=in_state, topic=topic, after=after, limit=limit)
    )


@post("/dead-letters/{seq:int}/replay", status_code=204, summary="Process it again", tags=["dead letters"])
async def replay(desk: InDesk, visitor: InVisitor, seq: Seq) -> None:
    """After the cause was mended. 409 when it was replayed or dropped before."""
    visitor.require(Right.OPERATE)
    await decide.replay(desk.services, seq, actor=visitor.name)
    desk.overview.forget()


@post("/dead-letters/{seq:int}/drop", status_code=204, summary="It is nothing", tags=["dead letters"])
async def drop(desk: InDesk, visitor: InVisitor, seq: Seq) -> None:
    """It stays on record. 409 when it was replayed or dropped before."""
    visitor.require(Right.OPERATE)
    await decide.drop(desk.services, seq, actor=visitor.name)
    desk.overview.forget()


DEAD_LETTERS = (list_dead, replay, drop)
