"""Questions to experts on both databases: one change of two at once is done, and what is due is found in order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from emergency_kepu.domain.ask import Ask, AskState
from emergency_kepu.domain.incident import AlertKey, Incident, IncidentStatus
from emergency_kepu.store import asks, incidents, migrate
from emergency_kepu.store.database import Database

NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)


@pytest.fixture
def database(store_url: str) -> Database:
    found = Database(store_url)
    migrate.ensure(found)
    return found


def ask(name: str, **changes: object) -> Ask:
    fields: dict[str, object] = {
        "id": name,
        "incident_id": "i-1",
        "round": "r1",
        "expert": name,
        "state": AskState.QUEUED,
        "created_at": NOW,
        "created_by": "intake",
        "answer_minutes": 15.0,
        "desk_at": NOW + timedelta(minutes=45),
        "expires_at": NOW + timedelta(hours=24),
    }
    return Ask(**{**fields, **changes})  # type: ignore[arg-type]


def test_it_comes_back_as_it_was_and_is_there_once(database: Database) -> None:
    whole = ask("a", next_at=NOW, channel="sms", sent_at=NOW, answer={"zh-Hans": "水深不明"}, detail="x", off_duty=True)
    with database.begin() as conn:
        assert asks.add(conn, whole)
        assert not asks.add(conn, whole)
        assert asks.find(conn, "a") == whole
        assert asks.find(conn, "b") is None


def test_of_two_changes_at_once_one_is_done(database: Database) -> None:
    with database.begin() as conn:
        asks.add(conn, ask("a"))
        [seen] = asks.of_incident(conn, "i-1")
        first = asks.change(conn, seen, state=AskState.CONFIRMED, answer={"en": "yes"})
        assert first is not None
        assert asks.change(conn, seen, state=AskState.SILENT) is None
        assert asks.find(conn, "a") == first
        assert asks.change(conn, first, state=AskState.CORRECTED) is not None


def test_what_is_due_comes_in_order(database: Database) -> None:
    with database.begin() as conn:
        assert asks.next_instant(conn) is None
        for name, minutes in (("late", 9), ("first", 1), ("second", 2)):
            asks.add(conn, ask(name, next_at=NOW + timedelta(minutes=minutes)))
        asks.add(conn, ask("never"))
        assert asks.next_instant(conn) == NOW + timedelta(minutes=1)
        assert [found.id for found in asks.due(conn, NOW + timedelta(minutes=2))] == ["first", "second"]
        assert [found.id for found in asks.due(conn, NOW + timedelta(minutes=9), limit=1)] == ["first"]


def test_the_desk_sees_what_goes_on(database: Database) -> None:
    incident = Incident(
        id="i-1",
        hazard="flood",
        title="t",
        opened_at=NOW,
        updated_at=NOW,
        latest=AlertKey(sender="s", identifier="1"),
    )
    with database.begin() as conn:
        incidents.save(conn, incident)
        asks.add(conn, ask("z", expert="", state=AskState.DESK))
        asks.add(conn, ask("a", state=AskState.SILENT))
        assert [found.id for found in asks.of_incident(conn, "i-1")] == ["a", "z"], "the desk after those asked"
        assert [found.id for found in asks.at_desk(conn)] == ["z"]
        incidents.save(conn, msgspec.structs.replace(incident, status=IncidentStatus.CANCELLED))
        assert asks.at_desk(conn) == []
