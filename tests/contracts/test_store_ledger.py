"""What the ledger promises: claim once, settle only what one holds, tell everyone who may have been told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from emergency_kepu.delivery.retry import NextStep
from emergency_kepu.domain.campaign import Lane
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.store import ledger, migrate, progress, reach
from emergency_kepu.store.database import Database
from emergency_kepu.store.ledger import PlannedBatch, PlannedDelivery
from emergency_kepu.store.tables import messages

NOW = datetime(2026, 6, 30, 5, tzinfo=UTC)
LEASE = timedelta(seconds=60)
SENT = NextStep(state=DeliveryState.SENT, provider_id="SM1")


@pytest.fixture
def database(store_url: str) -> Database:
    found = Database(store_url)
    migrate.ensure(found)
    with found.begin() as conn:
        conn.execute(
            messages.insert().values(
                id="m", campaign_id="c", revision=1, channel="sms", locale="en", audience="",
                title="t", text="x", payload=b"{}", template_version="v",
            )
        )  # fmt: skip
    return found


def batch(revision: int = 1, people: int = 3) -> PlannedBatch:
    return PlannedBatch(
        id=f"c.{revision}.sms.0-0",
        campaign_id="c",
        revision=revision,
        incident_id="i",
        channel="sms",
        lane=Lane.IMMEDIATE,
        deliveries=tuple(
            PlannedDelivery(recipient_id=f"p{number}", target=f"+{number}", locale="en", message_id="m")
            for number in range(people)
        ),
    )


def claim(database: Database, worker: str, now: datetime = NOW, revision: int = 1) -> list[int]:
    with database.begin() as conn:
        found = ledger.claim(conn, f"c.{revision}.sms.0-0", worker=worker, now=now, lease_until=now + LEASE, limit=100)
    return [item.n for item in found]


def test_a_batch_is_written_once(database: Database) -> None:
    with database.begin() as conn:
        assert ledger.add_batch(conn, batch(), now=NOW)
        assert not ledger.add_batch(conn, batch(people=9), now=NOW)
        assert progress.open_count(conn, "c", 1) == 3


def test_one_worker_gets_each_delivery(database: Database) -> None:
    with database.begin() as conn:
        ledger.add_batch(conn, batch(), now=NOW)

    assert claim(database, "a") == [0, 1, 2]
    assert claim(database, "b") == []


def test_after_the_lease_it_is_claimed_again_and_counted(database: Database) -> None:
    with database.begin() as conn:
        ledger.add_batch(conn, batch(people=1), now=NOW)
    claim(database, "a")

    assert claim(database, "b", NOW + LEASE) == [0]
    with database.begin() as conn:
        assert ledger.settle(conn, "c.1.sms.0-0", [(0, SENT)], worker="a", now=NOW) == 0, "a thawed worker"
        assert ledger.settle(conn, "c.1.sms.0-0", [(0, SENT)], worker="b", now=NOW) == 1
        assert [row.doubled for row in progress.counts(conn)] == [1]


def test_a_later_revision_waits_for_the_earlier_request_and_tells_who_may_have_been_told(database: Database) -> None:
    with database.begin() as conn:
        ledger.add_batch(conn, batch(), now=NOW)
    claim(database, "a")
    with database.begin() as conn:
        ledger.settle(conn, "c.1.sms.0-0", [(0, SENT)], worker="a", now=NOW)
        ledger.add_batch(conn, batch(revision=2), now=NOW)

    assert claim(database, "b", revision=2) == [0], "the others have revision 1 still on its way"
    with database.begin() as conn:
        told = reach.reached(conn, "c", (1,), after="", limit=10)
    assert [item[0] for item in told] == ["p0", "p1", "p2"], "a request on its way may have arrived"


def test_superseding_stops_what_is_queued_and_nothing_else(database: Database) -> None:
    with database.begin() as conn:
        ledger.add_batch(conn, batch(), now=NOW)
    claim(database, "a")
    with database.begin() as conn:
        ledger.settle(conn, "c.1.sms.0-0", [(0, SENT)], worker="a", now=NOW)
        ledger.release(conn, "c.1.sms.0-0", [1, 2], worker="a", now=NOW, next_at=NOW)

        assert ledger.supersede(conn, "c", below_revision=2, now=NOW) == 2
        assert progress.open_count(conn, "c", 1) == 0
        assert [item[0] for item in reach.reached(conn, "c", (1,), after="", limit=10)] == ["p0"]


def test_pages_of_the_reached_hold_everyone_once(database: Database) -> None:
    with database.begin() as conn:
        ledger.add_batch(conn, batch(people=25), now=NOW)
    numbers = claim(database, "a")
    with database.begin() as conn:
        ledger.settle(conn, "c.1.sms.0-0", [(n, SENT) for n in numbers], worker="a", now=NOW)
        seen: list[str] = []
        while page := reach.reached(conn, "c", (1,), after=seen[-1] if seen else "", limit=10):
            seen += [item[0] for item in page]

    assert seen == sorted({f"p{number}" for number in range(25)})
