"""What keeps planning linear in the audience, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from bench import world
from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.campaigns.operations import launch, unplanned
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.domain.recipient import AudienceQuery
from emergency_kepu.store import campaigns, migrate, progress, recipients
from emergency_kepu.store.database import Database
from emergency_kepu.store.tables import campaigns as table
from emergency_kepu.store.tables import records

NOW = datetime(2026, 6, 30, 5, tzinfo=UTC)


@pytest.fixture
def database(store_url: str) -> Database:
    found = Database(store_url)
    migrate.ensure(found)
    return found


@pytest.mark.parametrize("in_order", [False, True])
def test_pages_are_the_same_either_way(database: Database, in_order: bool) -> None:
    with database.begin() as conn:
        recipients.save_all(conn, world.people(25))
        query = AudienceQuery(places=(world.PLACE,))
        seen: list[str] = []
        while page := recipients.page(conn, query, after=seen[-1] if seen else "", limit=10, in_order=in_order):
            seen += [person.id for person in page]
        elsewhere = AudienceQuery(places=("110101",))
        assert recipients.page(conn, elsewhere, after="", limit=10, in_order=in_order) == []
    assert seen == [person.id for person in world.people(25)]


def test_what_is_being_planned_is_not_begun_anew(database: Database) -> None:
    """The sweep looks every half minute; a large audience takes longer."""
    with database.begin() as conn:
        campaigns.insert(conn, world.campaign("c"))
        publish_in(conn, launch(conn, "c", now=NOW), SystemClock())
        assert unplanned(conn) == []
        conn.execute(records.delete())
        assert [record.id for record in unplanned(conn)] == ["c.1/0"]
        conn.execute(update(table).values(plan_complete=True))
        assert unplanned(conn) == []
        assert not progress.anything_open(conn, "c", 1)
