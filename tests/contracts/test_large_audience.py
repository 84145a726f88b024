"""What keeps planning linear in the audience, on both databases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import update

from bench import world
from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.bus.port import LAUNCH, Record
from emergency_kepu.campaigns.operations import launch, unplanned
from emergency_kepu.domain.campaign import Lane
from emergency_kepu.domain.clock import SystemClock
from emergency_kepu.domain.recipient import AudienceQuery
from emergency_kepu.pipeline import plan
from emergency_kepu.pipeline.jobs import Launch, decode
from emergency_kepu.pipeline.services import Services
from emergency_kepu.services import wire
from emergency_kepu.settings import DeliverySettings
from emergency_kepu.store import campaigns, due, migrate, progress, recipients
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


def test_planning_goes_on_where_it_was_left(database: Database, tmp_path: Path) -> None:
    """Only after nobody has planned a page of it for a while, on any engine."""
    services = _services(tmp_path, plan_page=10)
    with database.begin() as conn:
        recipients.save_all(conn, world.people(25))
        campaigns.insert(conn, world.campaign("c"))
        [first] = launch(conn, "c", now=NOW)
        [second] = _launches(plan._page(conn, services, decode(first, Launch)))
        assert second.id == "c.1/1"
        assert unplanned(conn, before=services.clock.now() - timedelta(minutes=2)) == []
        [resumed] = unplanned(conn, before=services.clock.now() + timedelta(seconds=1))
        assert resumed.id == second.id
        assert resumed.value == second.value

        [third] = _launches(plan._page(conn, services, decode(resumed, Launch)))
        # the first record once more, from a look that came too early: the chain that is ahead goes on alone
        assert plan._page(conn, services, decode(first, Launch)) == []
        # the last page once more: who planned it may have died before its batches were on their way
        again = plan._page(conn, services, decode(second, Launch))
        assert _launches(again) == [third]
        assert len(again) == 2
        assert _launches(plan._page(conn, services, decode(third, Launch))) == []
        assert unplanned(conn) == []
        [row] = campaigns.revisions(conn, "c")
        assert (row.planned, row.plan_complete, row.plan_next) == (25, True, None)


def test_a_routine_campaign_is_planned_a_page_a_second_where_sending_is_far_behind(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "_AHEAD", 15)
    services = _services(tmp_path, plan_page=10)
    with database.begin() as conn:
        recipients.save_all(conn, world.people(35))
        for lane in (Lane.ROUTINE, Lane.IMMEDIATE):
            name = lane.value
            campaigns.insert(conn, world.campaign(name, lane=lane))
            [first] = launch(conn, name, now=NOW)
            [second] = _launches(plan._page(conn, services, decode(first, Launch)))
            out = plan._page(conn, services, decode(second, Launch))
            assert len(out) == (1 if lane is Lane.ROUTINE else 2)
        now = services.clock.now()
        [(at, value)] = due.waiting(conn, "routine")
        assert timedelta(0) < at - now <= timedelta(seconds=1)
        later = msgspec.json.decode(value, type=Launch)
        assert (later.step, later.after) == (2, "p-0000019")
        assert due.waiting(conn, "immediate") == []


def test_an_audience_is_called_large_without_counting_it(database: Database) -> None:
    query = AudienceQuery(places=(world.PLACE,))
    with database.begin() as conn:
        recipients.save_all(conn, world.people(5))
        assert recipients.more_than(conn, query, 4)
        assert not recipients.more_than(conn, query, 5)
        assert not recipients.more_than(conn, AudienceQuery(nobody=True), 0)


def _launches(found: Sequence[Record]) -> list[Record]:
    return [record for record in found if record.topic == LAUNCH]


def _services(folder: Path, *, plan_page: int) -> Services:
    channel = {"kind": "webhook", "targets": {"t": "http://127.0.0.1:9"}, "secret_env": "BENCH_SECRET"}
    chosen = world.settings(folder, channel, delivery=DeliverySettings(plan_page=plan_page))
    return wire(chosen, environ=world.SECRET).services
