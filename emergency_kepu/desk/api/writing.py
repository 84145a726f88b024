"""Beginning things by API: a draft of one's own, the end of an incident, silences."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy import Connection

from emergency_kepu.campaigns.authoring import Wish
from emergency_kepu.desk import writing
from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.context import InDesk, InVisitor
from emergency_kepu.desk.overview import campaign_views
from emergency_kepu.desk.views import CampaignView
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.errors import UserError
from emergency_kepu.domain.silence import Silence
from emergency_kepu.matching.silences import check_silence
from emergency_kepu.store import campaigns, silences
from emergency_kepu.store.decisions import append_decision


class Ending(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which authority says that it is over."""

    source: str


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """The all-clear that waits for another person; null when nobody had been told."""

    campaign: str | None
    revision: int | None


class NewSilence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As `kepu silence add`. `minutes` from `starts_at` (default: now) on."""

    comment: str
    minutes: float
    hazards: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    also_red: bool = False
    starts_at: datetime | None = None


@post("/campaigns", status_code=201, summary="Write a draft", tags=["campaigns"])
async def write(desk: InDesk, visitor: InVisitor, data: JSONBody[Wish]) -> CampaignView:
    """Nothing is sent before it is submitted and somebody else approves. The same wish again is the same draft."""
    visitor.require(Right.OPERATE)
    row = await writing.write(desk.services, data, actor=visitor.name)
    desk.overview.forget()

    def look(conn: Connection) -> CampaignView:
        return campaign_views(conn, [campaigns.latest(conn, row.id)])[0]

    return await desk.services.database.read(look)


@post("/incidents/{incident_id:str}/end", status_code=200, summary="It is over", tags=["incidents"])
async def end(desk: InDesk, visitor: InVisitor, incident_id: FromPath[str], data: JSONBody[Ending]) -> Ended:
    """What waits is stopped; an all-clear to those who were reached waits for another person. 409 when it is over."""
    visitor.require(Right.OPERATE)
    row = await writing.end(desk.services, incident_id, source=data.source, actor=visitor.name)
    desk.overview.forget()
    return Ended(campaign=row.id if row else None, revision=row.revision if row else None)


@get("/silences", summary="Silences that hold now", tags=["silences"])
async def list_silences(desk: InDesk, visitor: InVisitor) -> list[Silence]:
    """The one that ends last first."""
    visitor.require(Right.READ)
    now = desk.services.clock.now()
    return await desk.services.database.read(lambda conn: silences.active(conn, now))


@post("/silences", status_code=201, summary="Be silent about something for a while", tags=["silences"])
async def add_silence(desk: InDesk, visitor: InVisitor, data: JSONBody[NewSilence]) -> Silence:
    """Red goes out all the same unless `also_red`. 400 names what is wrong."""
    visitor.require(Right.OPERATE)
    now = desk.services.clock.now()
    if not 0 < data.minutes <= 60 * 24 * 30:
        msg = "minutes: more than 0, at most 43200 (30 days)"
        raise UserError(msg)
    if data.starts_at is not None and data.starts_at.tzinfo is None:
        msg = "starts_at: write an instant with an offset"
        raise UserError(msg)
    starts = data.starts_at or now
    name = f"{data.hazards}{data.places}{data.feeds}{starts.isoformat()}{visitor.name}"
    silence = Silence(
        id="s-" + hashlib.blake2b(name.encode(), digest_size=4).hexdigest(),
        hazards=data.hazards,
        places=data.places,
        feeds=data.feeds,
        also_red=data.also_red,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=data.minutes),
        created_by=visitor.name,
        comment=data.comment,
    )
    check_silence(silence, feeds=desk.services.settings.feeds)
    detail = f"{visitor.name} silenced {silence.subject()} until {silence.ends_at:%F %H:%MZ}: {silence.comment}"

    def do(conn: Connection) -> None:
        silences.add(conn, silence)
        _record(conn, detail, visitor.name, now)

    await desk.services.database.write(do)
    return silence


@delete("/silences/{silence_id:str}", status_code=204, summary="End a silence", tags=["silences"])
async def end_silence(desk: InDesk, visitor: InVisitor, silence_id: FromPath[str]) -> None:
    """404 when no such silence still holds."""
    visitor.require(Right.OPERATE)
    now = desk.services.clock.now()

    def do(conn: Connection) -> None:
        ended = silences.expire(conn, silence_id, now)
        _record(conn, f"{visitor.name} ended the silence of {ended.subject()}", visitor.name, now)

    await desk.services.database.write(do)


def _record(conn: Connection, detail: str, actor: str, now: datetime) -> None:
    decision = Decision(action=Action.WATCH, reason=Reason.OPERATOR, guard="desk", detail=detail)
    append_decision(conn, decision, at=now, subject="silence", actor=actor)


WRITING = (write, end, list_silences, add_silence, end_silence)
