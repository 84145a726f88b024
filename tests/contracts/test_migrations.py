"""The migrations build exactly the schema that the code uses."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.store import migrate
from emergency_kepu.store.database import Database
from emergency_kepu.store.tables import metadata


@pytest.fixture
def database(store_url: str) -> Database:
    return Database(store_url)


def test_an_empty_database_comes_up_and_equals_the_tables(database: Database) -> None:
    assert migrate.ensure(database) == migrate.head()

    with database.reading() as conn:
        context = MigrationContext.configure(conn, opts={"include_name": our_name})
        assert compare_metadata(context, metadata) == []


def our_name(name: str | None, kind: str, _parents: object) -> bool:
    """Partitions are made month by month, not by a migration."""
    return not (kind == "table" and re.search(r"_(default|m\d{6})$", name or ""))


def test_doing_it_twice_changes_nothing(database: Database) -> None:
    migrate.ensure(database)

    assert migrate.ensure(database) == migrate.head()


def test_a_newer_database_is_refused_untouched(database: Database) -> None:
    migrate.ensure(database)
    with database.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        conn.execute(text("UPDATE compatibility SET oldest = '9998'"))

    with pytest.raises(ConfigError, match="9999"):
        migrate.ensure(database)


def test_many_that_start_at_once_on_a_new_database_make_one_schema(store_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: migrate.ensure(Database(store_url)), range(4)))

    assert made == [migrate.head()] * 4
