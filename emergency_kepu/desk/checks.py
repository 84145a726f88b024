"""Rumours and questions at the desk, for the API and the console alike: one transaction each."""

from __future__ import annotations

from functools import partial

import msgspec
from sqlalchemy import Connection

from emergency_kepu.checking import write as writing
from emergency_kepu.checking.seen import RumourView, rumour, rumours, what_was_seen
from emergency_kepu.checking.wish import CheckWish, check_wish, plainly
from emergency_kepu.domain.factcheck import CheckWords
from emergency_kepu.matching.observe import RUMOUR
from emergency_kepu.pages.address import link_of
from emergency_kepu.pipeline.contacts import contact_for
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store.campaigns import CampaignRow


class RumourDetail(msgspec.Struct, frozen=True, kw_only=True):
    """One rumour, and what its messages already say of it."""

    rumour: RumourView
    seen: dict[str, CheckWords]
    """By language; what they lack is empty."""


async def listed(services: Services) -> list[RumourView]:
    """Those nobody has checked first."""
    return await services.database.read(rumours)


async def detail(services: Services, incident_id: str) -> RumourDetail:
    """NotFound names the id."""

    def look(conn: Connection) -> RumourDetail:
        return RumourDetail(rumour=rumour(conn, incident_id), seen=what_was_seen(conn, incident_id))

    return await services.database.read(look)


async def write(services: Services, wish: CheckWish, *, actor: str) -> CampaignRow:
    """The draft. UserError names the part that is wrong, and for a text that is too long, on which channel."""
    wish = plainly(wish)
    clock = services.clock
    now = clock.now()
    check_wish(wish, services.catalog, services.settings, now=now)

    def do(conn: Connection) -> CampaignRow:
        contact = contact_for(
            conn, services.catalog, services.settings, hazard=wish.about or RUMOUR, places=wish.places, now=now
        )
        return writing.write(
            conn,
            wish,
            services.settings,
            actor=actor,
            now=now,
            wall=clock.wall(),
            contact=contact,
            link_of=partial(link_of, services.pages),
        )

    return await services.database.write(do)
