"""One process works on a database at a time, and a dead one holds nothing."""

from __future__ import annotations

import pytest

from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.store.alone import Alone
from emergency_kepu.store.database import Database


def test_the_second_is_refused_until_the_first_has_ended(store_url: str) -> None:
    first, second = Alone(Database(store_url), "worker"), Alone(Database(store_url), "worker")
    other = Alone(Database(store_url), "scheduler")
    first.take()
    assert (first.holds(), second.holds()) == (True, False)
    other.take()
    other.release()
    with pytest.raises(ConfigError, match="another `kepu serve`"):
        second.take()

    first.release()
    first.release()
    second.take()
    second.release()
