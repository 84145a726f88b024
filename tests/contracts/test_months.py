"""Months: room is made ahead, old ones are forgotten, and nothing that is still needed goes with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, func, inspect, select, text

from emergency_kepu.domain.ask import Ask, AskState
from emergency_kepu.domain.campaign import Lane
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.store import absences, asks, ledger, ledger_sql, migrate, months
from emergency_kepu.store.absences import AbsenceRow
from emergency_kepu.store.database import Database
from emergency_kepu.store.decisions import append_decision
from emergency_kepu.store.ledger import PlannedBatch, PlannedDelivery
from emergency_kepu.store.tables import absences as absence_table
from emergency_kepu.store.tables import asks as ask_table
from emergency_kepu.store.tables import batches, decisions, deliveries, incidents
from tests.services import postgres_url

NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=800)
"""September 2024."""


@pytest.fixture
def database(store_url: str) -> Database:
    found = Database(store_url)
    migrate.ensure(found)
    return found


def add(
    database: Database, name: str, at: datetime, state: DeliveryState = DeliveryState.SENT, people: int = 3
) -> None:
    planned = tuple(
        PlannedDelivery(recipient_id=f"p{n}", target=f"+{n}", locale="en", message_id="m", state=state)
        for n in range(people)
    )
    with database.begin() as conn:
        months.prepare(conn, at)
        ledger.add_batch(
            conn,
            PlannedBatch(
                id=f"{name}.1.sms.0-0", campaign_id=name, revision=1, incident_id=name, channel="sms",
                lane=Lane.IMMEDIATE, deliveries=planned,
            ),
            now=at,
        )  # fmt: skip
        decide(database, conn, at, name)


def decide(database: Database, conn: object, at: datetime, alert: str) -> bool:
    decision = Decision(action=Action.STOP, reason=Reason.EXPIRED, guard="clock", detail="")
    return append_decision(conn, decision, at=at, subject="incident", actor="clock", alert_id=alert)  # type: ignore[arg-type]


def forget_all(database: Database, before: int) -> int:
    steps = 0
    while True:
        with database.begin() as conn:
            done = months.forget(conn, before=before)
        if not done:
            return steps
        steps += 1
        assert steps < 100, "it must come to an end"


def left(database: Database) -> tuple[set[str], int, int]:
    with database.reading() as conn:
        ids = set(conn.scalars(select(deliveries.c.campaign_id)))
        return ids, conn.scalar(select(func.count()).select_from(batches)), conn.scalar(
            select(func.count()).select_from(decisions)
        )  # fmt: skip


def test_old_months_are_forgotten_and_young_ones_kept(database: Database) -> None:
    add(database, "old", LONG_AGO)
    add(database, "young", NOW)

    assert forget_all(database, before=202611) > 0

    assert left(database) == ({"young"}, 1, 1)
    assert forget_all(database, before=202611) == 0, "the second time there is nothing to do"


def test_the_month_itself_is_kept(database: Database) -> None:
    add(database, "old", LONG_AGO)
    forget_all(database, before=months.month_of(LONG_AGO))
    assert left(database) == ({"old"}, 1, 1)


@pytest.mark.parametrize("state", [DeliveryState.QUEUED, DeliveryState.SENDING])
def test_what_is_still_to_be_sent_is_kept(database: Database, state: DeliveryState) -> None:
    add(database, "waits", LONG_AGO, state)
    forget_all(database, before=202611)
    assert left(database)[:2] == ({"waits"}, 1)


def an_outbreak_goes_on(conn: Connection) -> None:
    conn.execute(
        incidents.insert().values(
            id="outbreak", hazard="cholera", status="open", severity=2, revision=1, drill=False,
            opened_at=LONG_AGO, updated_at=LONG_AGO, incident=b"{}",
        )
    )  # fmt: skip


def test_who_was_told_of_an_incident_that_goes_on_is_kept(database: Database) -> None:
    """The all-clear goes to exactly those, however long it took."""
    with database.begin() as conn:
        an_outbreak_goes_on(conn)
    add(database, "outbreak", LONG_AGO)

    forget_all(database, before=202611)
    assert left(database)[0] == {"outbreak"}

    with database.begin() as conn:
        conn.execute(incidents.update().values(status="expired"))
    forget_all(database, before=202611)
    assert left(database)[0] == set()


def an_ask(name: str, state: AskState, incident: str = "over", *, next_at: datetime | None = None) -> Ask:
    return Ask(
        id=name, incident_id=incident, round="r1", expert=name, state=state, created_at=LONG_AGO, created_by="intake",
        answer_minutes=15.0, desk_at=LONG_AGO, expires_at=LONG_AGO, next_at=next_at,
    )  # fmt: skip


def test_what_experts_were_asked_and_when_they_were_away_is_forgotten_too(database: Database) -> None:
    with database.begin() as conn:
        an_outbreak_goes_on(conn)
        asks.add(conn, an_ask("answered", AskState.CONFIRMED))
        asks.add(conn, an_ask("goes-on", AskState.CONFIRMED, "outbreak"))
        asks.add(conn, an_ask("open", AskState.ASKED))
        asks.add(conn, an_ask("due", AskState.SILENT, next_at=LONG_AGO))
        asks.add(conn, msgspec.structs.replace(an_ask("young", AskState.CONFIRMED), created_at=NOW))
        for name, end in (("old", LONG_AGO), ("now", NOW)):
            absences.add(
                conn,
                AbsenceRow(
                    expert=name, starts_at=LONG_AGO - timedelta(days=9), ends_at=end, created_by="li", comment=""
                ),
            )
    forget_all(database, before=202611)
    with database.reading() as conn:
        assert set(conn.scalars(select(ask_table.c.id))) == {"goes-on", "open", "due", "young"}
        assert set(conn.scalars(select(absence_table.c.expert))) == {"now"}


def test_many_batches_go_in_bounded_steps(database: Database) -> None:
    for number in range(45):
        add(database, f"old{number}", LONG_AGO, people=1)
    steps = forget_all(database, before=202611)
    assert left(database) == (set(), 0, 0)
    assert steps >= 3, "one transaction must not hold everybody up"


def test_the_same_decision_over_the_end_of_a_month_is_one(database: Database) -> None:
    with database.begin() as conn:
        assert decide(database, conn, datetime(2026, 10, 31, 23, 59, tzinfo=UTC), "a")
        assert not decide(database, conn, datetime(2026, 11, 1, 0, 1, tzinfo=UTC), "a")


@pytest.mark.parametrize(
    ("month", "by", "wanted"), [(202611, 1, 202612), (202612, 1, 202701), (202601, -1, 202512), (202611, -24, 202411)]
)
def test_later(month: int, by: int, wanted: int) -> None:
    assert months.later(month, by) == wanted


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2090, 1, 1)), st.integers(-240, 240))  # noqa: DTZ001
def test_there_and_back(at: datetime, by: int) -> None:
    month = months.month_of(at)
    assert months.later(months.later(month, by), -by) == month
    assert 1 <= months.later(month, by) % 100 <= 12


@pytest.mark.service
class TestPartitions:
    """Of PostgreSQL."""

    @pytest.fixture
    def database(self) -> Database:
        found = Database(postgres_url())
        migrate.ensure(found)
        return found

    def test_room_for_this_month_and_the_next_ones(self, database: Database) -> None:
        with database.begin() as conn:
            assert months.prepare(conn, NOW + timedelta(days=3650))
            assert months.prepare(conn, NOW + timedelta(days=3650)) == []
            names = set(inspect(conn).get_table_names())
        assert {f"deliveries_m{month}" for month in (203611, 203612, 203701, 203702)} <= names

    def test_without_a_partition_a_row_is_kept_all_the_same(self, database: Database) -> None:
        far = datetime(2050, 1, 1, tzinfo=UTC)
        with database.begin() as conn:
            ledger.add_batch(
                conn,
                PlannedBatch(
                    id="far.1.sms.0-0", campaign_id="far", revision=1, incident_id="i", channel="sms",
                    lane=Lane.ROUTINE,
                    deliveries=(
                        PlannedDelivery(
                            recipient_id="p", target="+1", locale="en", message_id="m", state=DeliveryState.SENT
                        ),
                    ),
                ),
                now=far,
            )  # fmt: skip
            assert conn.scalar(text("SELECT count(*) FROM deliveries_default")) == 1
            assert "deliveries_m205001" not in months.prepare(conn, far), "its rows are in the default one"
        forget_all(database, before=205006)
        assert left(database)[0] == set()

    def test_a_batch_opens_one_partition(self, database: Database) -> None:
        add(database, "old", LONG_AGO)
        add(database, "c", NOW)
        with database.reading() as conn:
            asked = ledger_sql.next_due("postgresql").params(batch="c.1.sms.0-0")
            words = asked.compile(dialect=conn.dialect, compile_kwargs={"literal_binds": True})
            lines = list(conn.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF) {words}").scalars())
        scans = [line for line in lines if " on deliveries_" in line]
        opened = [line for line in scans if "never executed" not in line]
        assert len(scans) > 1, lines
        assert len(opened) == 1, lines
        assert "m202611" in opened[0]
