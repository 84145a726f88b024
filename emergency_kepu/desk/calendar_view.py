"""What comes next by the calendar, and how its draft stands: for the command line, the API and the console."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import Connection

from emergency_kepu.campaigns.drafting import campaign_id
from emergency_kepu.matching.calendar import Entry, occasions
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns

AHEAD = timedelta(days=400)
"""In which every yearly entry comes once at least."""


class OccasionView(msgspec.Struct, frozen=True, kw_only=True):
    """One time that an entry comes round. Instants UTC."""

    name: str
    kind: str
    titles: dict[str, str]
    hazard: str
    places: tuple[str, ...]
    first: date
    last: date
    tz: str
    prepare_at: datetime
    """When its draft is laid before people."""
    opens: datetime
    """When it goes out, if it is approved by then."""
    closes: datetime
    campaign: str | None
    """Its draft; null while there is none."""
    state: str | None


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the calendar."""

    name: str
    kind: str
    titles: dict[str, str]
    hazard: str
    places: tuple[str, ...]
    next: OccasionView | None
    """Null: its days have not been announced, or have all passed."""


def coming(conn: Connection, entries: tuple[Entry, ...], now: datetime, ahead: timedelta) -> list[OccasionView]:
    """What is not over and begins within `ahead`, in order."""
    found = sorted(
        (occasion for entry in entries for occasion in occasions(entry, now, now + ahead)),
        key=lambda occasion: (occasion.opens, occasion.entry.name),
    )
    views = []
    for occasion in found:
        entry = occasion.entry
        known = campaigns.revisions(conn, campaign_id(occasion.incident_id))
        views.append(
            OccasionView(
                name=entry.name,
                kind=entry.kind,
                titles=entry.titles,
                hazard=entry.hazard,
                places=entry.places,
                first=occasion.day.first,
                last=occasion.day.last,
                tz=occasion.tz,
                prepare_at=occasion.prepare_at,
                opens=occasion.opens,
                closes=occasion.closes,
                campaign=known[-1].id if known else None,
                state=known[-1].state.value if known else None,
            )
        )
    return views


def entry_views(conn: Connection, entries: tuple[Entry, ...], now: datetime) -> list[EntryView]:
    """Every entry with its next days, in the order of the file."""
    return [
        EntryView(
            name=entry.name,
            kind=entry.kind,
            titles=entry.titles,
            hazard=entry.hazard,
            places=entry.places,
            next=next(iter(coming(conn, (entry,), now, AHEAD)), None),
        )
        for entry in entries
    ]


async def looked_at(services: Services, ahead: timedelta) -> list[OccasionView]:
    """`coming` by the clock of the services."""
    now, entries = services.clock.now(), services.settings.calendar
    return await services.database.read(lambda conn: coming(conn, entries, now, ahead))
