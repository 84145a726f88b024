"""A new release upgrades the schema while processes of the old one go on, and can be taken back."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from emergency_kepu.delivery.retry import NextStep
from emergency_kepu.domain.campaign import Lane
from emergency_kepu.domain.delivery import DeliveryState
from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from emergency_kepu.store import ledger, migrate, recipients
from emergency_kepu.store.database import Database
from emergency_kepu.store.ledger import PlannedBatch, PlannedDelivery

SCRIPTS = Path(migrate.__file__).parent / "migrations"
NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
PERSON = Recipient(
    id="p", kind=RecipientKind.PERSON, locale="en", place="510100", addresses=(Address(channel="sms", target="+1"),)
)
FUTURE = '''
"""What a later release might add."""
import sqlalchemy as sa
from alembic import op
revision = "future"
down_revision = "{head}"
def upgrade():
    op.add_column("deliveries", sa.Column("price", sa.Integer(), nullable=True))
    op.add_column("recipients", sa.Column("shift", sa.String(), nullable=False, server_default="day"))
    op.create_table("rota", sa.Column("id", sa.Integer(), primary_key=True))
    op.create_index("ix_deliveries_price", "deliveries", ["price"])
def downgrade():
    op.drop_index("ix_deliveries_price", "deliveries")
    op.drop_table("rota")
    with op.batch_alter_table("recipients") as batch_op:
        batch_op.drop_column("shift")
    with op.batch_alter_table("deliveries") as batch_op:
        batch_op.drop_column("price")
'''


@pytest.fixture
def database(store_url: str) -> Database:
    found = Database(store_url)
    migrate.ensure(found)
    return found


@pytest.fixture
def later(tmp_path: Path) -> Path:
    """The migrations of a later release."""
    folder = tmp_path / "later"
    shutil.copytree(SCRIPTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_future.py").write_text(FUTURE.format(head=migrate.head()), encoding="utf-8")
    return folder


def run(database: Database, scripts: Path, step: Any, revision: str) -> None:
    with database.begin() as conn:
        config = Config()
        config.set_main_option("script_location", str(scripts))
        config.attributes["connection"] = conn
        step(config, revision)


def test_old_programs_work_on_the_new_schema_and_on_the_old_one_again(database: Database, later: Path) -> None:
    send(database, "before")

    run(database, later, command.upgrade, "head")
    assert migrate.ensure(database) == "future", "a process of the old release starts again on the new schema"
    send(database, "meanwhile")

    run(database, later, command.downgrade, migrate.head())
    assert migrate.ensure(database) == migrate.head()
    send(database, "after")

    with database.reading() as conn:
        found = conn.execute(text("SELECT campaign_id, state FROM deliveries ORDER BY campaign_id")).all()
    assert found == [("after", "sent"), ("before", "sent"), ("meanwhile", "sent")]


def send(database: Database, name: str) -> None:
    """The statements of the main job: audience, plan, claim, settle."""
    with database.begin() as conn:
        assert recipients.save_all(conn, [PERSON]) == 1
        planned = PlannedDelivery(recipient_id="p", target="+1", locale="en", message_id="m")
        batch = PlannedBatch(
            id=f"{name}.1.sms.0-0", campaign_id=name, revision=1, incident_id=name, channel="sms",
            lane=Lane.IMMEDIATE, deliveries=(planned,),
        )  # fmt: skip
        assert ledger.add_batch(conn, batch, now=NOW)
        conn.execute(
            text(
                "INSERT INTO messages (id, campaign_id, revision, channel, locale, audience, title, text, payload,"
                " template_version) VALUES ('m', 'c', 1, 'sms', 'en', '', 't', 'x', :payload, 'v')"
                " ON CONFLICT DO NOTHING"
            ),
            {"payload": b"{}"},
        )
        until = NOW + timedelta(seconds=60)
        assert ledger.claim(conn, batch.id, worker="w", now=NOW, lease_until=until, limit=10)
        sent = NextStep(state=DeliveryState.SENT, provider_id="SM1")
        assert ledger.settle(conn, batch.id, [(0, sent)], worker="w", now=NOW) == 1


def test_every_revision_only_adds_and_can_be_taken_back(store_url: str) -> None:
    """What old code reads and writes stays; what is new has a value without it."""
    database = Database(store_url)
    revisions = [script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()][::-1]
    shapes = []
    for revision in revisions:
        run(database, SCRIPTS, command.upgrade, revision)
        shapes.append(shape(database))
        if len(shapes) > 1:
            only_adds(shapes[-2], shapes[-1])
    for revision, wanted in reversed(list(zip(revisions, shapes, strict=True))[:-1]):
        run(database, SCRIPTS, command.downgrade, revision)
        assert shape(database) == wanted, revision


Shape = dict[str, dict[str, tuple[str, bool, bool]]]


def shape(database: Database) -> Shape:
    """Table to column to (type, may be NULL, has a default)."""
    with database.reading() as conn:
        found = inspect(conn)
        return {
            table: {
                column["name"]: (str(column["type"]), bool(column["nullable"]), column["default"] is not None)
                for column in found.get_columns(table)
            }
            for table in found.get_table_names()
            if table != "alembic_version"
        }


def only_adds(before: Shape, after: Shape) -> None:
    """AssertionError for what an old program would stumble over."""
    for table, columns in before.items():
        assert table in after, f"{table} is gone"
        for name, kind in columns.items():
            assert after[table].get(name) == kind, f"{table}.{name} changed"
        for name in after[table].keys() - columns.keys():
            _, nullable, default = after[table][name]
            assert nullable or default, f"{table}.{name}: old programs do not fill it"


def test_the_check_sees_what_would_break_old_programs() -> None:
    old: Shape = {"t": {"a": ("INTEGER", False, False)}}
    only_adds(old, {"t": {"a": ("INTEGER", False, False), "b": ("TEXT", True, False)}, "u": {}})
    for broken in (
        {},
        {"t": {}},
        {"t": {"a": ("TEXT", False, False)}},
        {"t": {"a": ("INTEGER", False, False), "b": ("TEXT", False, False)}},
    ):
        with pytest.raises(AssertionError):
            only_adds(old, broken)
