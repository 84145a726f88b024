"""What people begin at the desk: a campaign of their own, the end of an incident, a silence. One transaction each."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from emergency_kepu.campaigns import authoring
from emergency_kepu.campaigns.authoring import Wish
from emergency_kepu.domain.errors import UserError
from emergency_kepu.pages.address import link_of
from emergency_kepu.pipeline.contacts import contact_for
from emergency_kepu.pipeline.services import Services
from emergency_kepu.places.search import find_place
from emergency_kepu.store.campaigns import CampaignRow

DESK_ZONE = ZoneInfo("Asia/Shanghai")
"""In which the console's form reads times."""


async def write(services: Services, wish: Wish, *, actor: str) -> CampaignRow:
    """A draft. UserError names the field that is wrong."""
    authoring.check(wish, channels=services.settings.channels, content=services.catalog.topics)
    now = services.clock.now()

    def do(conn: Connection) -> CampaignRow:
        contact = contact_for(
            conn, services.catalog, services.settings, hazard=wish.hazard, places=wish.places, now=now
        )
        return authoring.write(
            conn,
            wish,
            actor=actor,
            now=now,
            wall=services.clock.wall(),
            contact=contact,
            link_of=partial(link_of, services.pages),
        )

    return await services.database.write(do)


async def end(services: Services, incident_id: str, *, source: str, actor: str) -> CampaignRow | None:
    """It is over: the all-clear that waits for another person, or None when nobody had been told."""
    if not source.strip():
        msg = "source: name the authority that says it is over"
        raise UserError(msg)

    def do(conn: Connection) -> CampaignRow | None:
        clock = services.clock
        return authoring.end(conn, incident_id, source=source.strip(), actor=actor, now=clock.now(), wall=clock.wall())

    return await services.database.write(do)


def wish_of(form: dict[str, str], channels: tuple[str, ...], now: datetime) -> Wish:
    """The console's form as a wish. UserError names the field that is wrong."""
    return Wish(
        hazard=form.get("hazard", ""),
        places=places_of(form),
        source=form.get("source", "").strip(),
        issued_at=local_instant(form, "issued") or now,
        until=local_instant(form, "until"),
        channels=channels,
        severity=form.get("severity", "Severe"),
        colour=form.get("colour") or None,
        phase=form.get("phase", "now"),
        urgent=form.get("urgent") == "yes",
        approvers=2 if form.get("approvers") == "2" else 1,
    )


def places_of(form: dict[str, str]) -> tuple[str, ...]:
    """The places of the form, each once. UserError names one that is not known, or that several have."""
    typed = form.get("places", "").replace("、", ",").replace("，", ",").split(",")
    return tuple(dict.fromkeys(find_place(part) for part in typed if part.strip()))


def local_instant(form: dict[str, str], field: str) -> datetime | None:
    """A time of the form, in Beijing where it says nothing else; None where it is empty. UserError names the field."""
    text = form.get(field, "").strip()
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "T"))
    except ValueError as problem:
        msg = f"{field} {text!r}: write it as 2026-06-30 13:30 (Beijing time)"
        raise UserError(msg) from problem
    return moment.replace(tzinfo=DESK_ZONE) if moment.tzinfo is None else moment


def default_until(now: datetime) -> str:
    """What the form proposes: six hours from now, in Beijing time."""
    return f"{(now + timedelta(hours=6)).astimezone(DESK_ZONE):%Y-%m-%d %H:%M}"
