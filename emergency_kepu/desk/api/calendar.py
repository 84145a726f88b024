"""What comes next by the calendar, by API."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.calendar_view import OccasionView, looked_at
from emergency_kepu.desk.context import InDesk, InVisitor


@get("/calendar", summary="What comes by the calendar", tags=["campaigns"])
async def next_occasions(
    desk: InDesk, visitor: InVisitor, days: Annotated[int, QueryParameter(ge=1, le=400)] = 60
) -> list[OccasionView]:
    """Days, seasons and drills that are not over and begin within so many days, the next first."""
    visitor.require(Right.READ)
    return await looked_at(desk.services, timedelta(days=days))


CALENDAR = (next_occasions,)
