"""`kepu doctor` on both databases and on real brokers: it finds what is wrong, says what to do, and changes nothing."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from emergency_kepu import checkup
from emergency_kepu.bus import topics
from emergency_kepu.bus.kafka_clients import BusSettings
from emergency_kepu.domain.ask import Asking
from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.matching.policy import Policy
from emergency_kepu.services import wire
from emergency_kepu.settings import DeskSettings, Settings, StoreSettings
from emergency_kepu.store import migrate
from emergency_kepu.store.database import Database
from emergency_kepu.testing.ports import free_port
from tests.services import kafka_brokers, postgres_url


def look(settings: Settings) -> dict[str, checkup.Finding]:
    return {item.check: item for item in checkup.look(settings, {})}


def test_an_empty_database_is_found_and_left_empty(store_url: str) -> None:
    settings = Settings(store=StoreSettings(url=store_url))
    found = look(settings)
    wrong = [item for item in found.values() if not item.ok]
    assert len(wrong) == 1
    assert "kepu db upgrade" in wrong[0].detail
    if store_url.startswith("sqlite"):
        assert not Path(store_url.removeprefix("sqlite:///")).exists()
    else:
        with Database(store_url).reading() as conn:
            assert migrate.current(conn) is None


def test_all_is_well(store_url: str) -> None:
    migrate.ensure(Database(store_url))
    found = look(Settings(store=StoreSettings(url=store_url)))
    assert all(item.ok for item in found.values()), found
    assert found["schema"].detail == migrate.head()


def test_experts_need_an_address_and_a_key_where_a_policy_asks_them(tmp_path: Path) -> None:
    policy = Policy(name="p", channels=("c",), experts=Asking())
    settings = Settings(store=StoreSettings(url=f"sqlite:///{tmp_path}/kepu.db"), policies=(policy,))
    settings = msgspec.structs.replace(settings, desk=DeskSettings(public_url="https://desk.example"))
    for environ, fine in (({}, False), ({"KEPU_LINK_KEY": "short"}, False), ({"KEPU_LINK_KEY": "k" * 32}, True)):
        found = {item.check: item for item in checkup.look(settings, environ)}
        assert found["experts"].ok is fine
        assert "KEPU_LINK_KEY" in found["experts"].detail or fine
        if not fine:
            with pytest.raises(ConfigError, match="KEPU_LINK_KEY"):
                wire(settings, environ=environ)


def test_a_database_that_does_not_answer() -> None:
    url = f"postgresql+psycopg://kepu@127.0.0.1:{free_port()}/kepu"
    found = look(Settings(store=StoreSettings(url=url)))
    assert not found["database"].ok
    assert found["content"].ok, "the rest is looked at all the same"


@pytest.mark.service
def test_a_month_without_a_partition() -> None:
    url = postgres_url()
    migrate.ensure(Database(url))
    with Database(url).begin() as conn:
        name = next(
            name for name in conn.scalars(text("SELECT relname FROM pg_class WHERE relname LIKE 'decisions_m%'"))
        )
        for month in conn.scalars(text("SELECT relname FROM pg_class WHERE relname ~ '^decisions_m[0-9]+$'")).all():
            conn.execute(text(f"DROP TABLE {month}"))
    found = look(Settings(store=StoreSettings(url=url)))
    assert not found["months"].ok
    assert name.split("_")[0] in found["months"].detail


@pytest.mark.service
def test_a_clock_that_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres_url()
    migrate.ensure(Database(url))
    settings = Settings(store=StoreSettings(url=url))
    assert look(settings)["clock"].ok
    monkeypatch.setattr(checkup, "SKEW_SECONDS", -1.0)
    assert "NTP" in look(settings)["clock"].detail


@pytest.mark.service
def test_topics_missing_right_and_different(store_url: str) -> None:
    bus = BusSettings(
        engine="kafka", brokers=kafka_brokers(), prefix=f"d{os.getpid()}-{len(store_url)}.", partitions=2, replication=1
    )
    migrate.ensure(Database(store_url))
    settings = Settings(store=StoreSettings(url=store_url), bus=bus)

    before = [item for item in look(settings).values() if item.check.startswith("topic ")]
    assert before
    assert all("kepu topics create" in item.detail for item in before)

    topics.create(bus, None)
    assert all(item.ok for item in look(settings).values())

    more = msgspec.structs.replace(settings, bus=msgspec.structs.replace(bus, partitions=3))
    assert not any(item.ok for item in look(more).values() if item.check.startswith("topic "))


def test_brokers_that_do_not_answer(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/kepu.db"
    migrate.ensure(Database(url))
    bus = BusSettings(engine="kafka", brokers=f"127.0.0.1:{free_port()}")
    found = look(Settings(store=StoreSettings(url=url), bus=bus))
    assert not found["brokers"].ok
    assert "127.0.0.1" in found["brokers"].detail
