"""The simulation that the sizing page uses: the tightest limit decides, and more of it helps."""

from __future__ import annotations

import pytest

from bench.sizing import Costs, Wanted, simulate

ROOMY = Costs(
    worker_sends=1e9, worker_plans=1e9, worker_matches=1e9, database_rows=1e9, provider_sends=1e9, delivery_bytes=1.0
)


@pytest.mark.parametrize(
    ("tight", "limit"),
    [
        ("worker_sends", "workers"),
        ("worker_plans", "planning"),
        ("provider_sends", "providers"),
        ("database_rows", "database"),
    ],
)
def test_the_tightest_limit_decides(tight: str, limit: str) -> None:
    found = simulate(Wanted(10_000, 1, 0), ROOMY._replace(**{tight: 100.0}))
    assert found.limit == limit
    assert found.seconds == pytest.approx(100, abs=2)


@pytest.mark.parametrize("recipients", [1_000, 50_000])
def test_twice_the_workers_take_half_the_time(recipients: int) -> None:
    costs = ROOMY._replace(worker_sends=10.0)
    one, two = (simulate(Wanted(recipients, workers, 0), costs).seconds for workers in (1, 2))
    assert two == pytest.approx(one / 2, abs=1)


def test_more_workers_do_not_help_against_the_provider() -> None:
    costs = ROOMY._replace(provider_sends=10.0)
    assert simulate(Wanted(1_000, 1, 0), costs) == simulate(Wanted(1_000, 9, 0), costs)


def test_alerts_that_come_faster_than_they_are_matched_wait_and_take_the_workers() -> None:
    calm = simulate(Wanted(1_000, 1, 60), Costs(worker_matches=10))
    storm = simulate(Wanted(1_000, 1, 60 * 30), Costs(worker_matches=10))
    assert calm.waiting_alerts == 0
    assert storm.waiting_alerts > 0
    assert storm.seconds > calm.seconds
    assert storm.limit in ("matching", "workers", "planning")
