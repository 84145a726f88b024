"""What is urgent passes what can wait, and neither stops the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from emergency_kepu.store import line as module
from emergency_kepu.store.line import Line, urgent_writes


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    at = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: at[0])
    return at


def ask(line: Line, *names: str, urgent: bool = False) -> None:
    loop = asyncio.new_event_loop()
    for name in names:
        with urgent_writes(urgent):
            line.put(_named(name), loop.create_future())
    loop.close()


def _named(name: str) -> Callable[[Connection], Any]:
    return lambda conn, name=name: name  # type: ignore[misc]


def names(line: Line, most: int = 10) -> list[str]:
    group, _ = line.take(most, 0.0)
    return [work.fn(None) for work in group]  # type: ignore[arg-type]


def test_urgent_first_and_each_in_its_order(now: list[float]) -> None:
    line = Line()
    ask(line, "r1", "r2")
    ask(line, "u1", "u2", urgent=True)
    assert names(line) == ["u1", "u2"]
    assert names(line) == ["r1", "r2"]
    assert names(line) == []


def test_one_group_is_of_one_urgency_and_no_longer_than_asked(now: list[float]) -> None:
    line = Line()
    ask(line, "u1", "u2", "u3", urgent=True)
    ask(line, "r1")
    assert names(line, most=2) == ["u1", "u2"]
    assert names(line, most=2) == ["u3"]
    assert names(line, most=2) == ["r1"]


def test_a_routine_group_hears_that_something_urgent_came_and_goes_on_where_it_was(now: list[float]) -> None:
    line = Line()
    ask(line, "r1", "r2", "r3")
    group, _ = line.take(10, 0.0)
    assert not line.urgent_waits()
    ask(line, "u1", urgent=True)
    assert line.urgent_waits()
    line.put_back(group[1:])
    ask(line, "r4")
    assert names(line) == ["u1"]
    assert names(line) == ["r2", "r3", "r4"]


def test_who_waited_long_takes_turns_with_a_storm_of_alerts(now: list[float]) -> None:
    line = Line()
    ask(line, "r1", "r2", "r3")
    now[0] = module.PATIENCE_SECONDS + 0.1
    served = []
    for number in range(6):
        ask(line, f"u{number}", urgent=True)
        served += names(line, most=1)
    assert served == ["r1", "u0", "r2", "u1", "r3", "u2"]


def test_closing_serves_what_is_there(now: list[float]) -> None:
    line = Line()
    ask(line, "r1")
    ask(line, "u1", urgent=True)
    line.close()
    assert line.take(10, 0.0)[1] is False
    group, over = line.take(10, 0.0)
    assert (len(group), over) == (1, True)
    assert line.take(10, 0.0) == ([], True)


def test_urgency_is_of_the_task_that_asks() -> None:
    async def both() -> list[bool]:
        line = Line()
        loop = asyncio.get_running_loop()

        async def one(urgent: bool) -> None:
            with urgent_writes(urgent):
                await asyncio.sleep(0)
                line.put(_named("x"), loop.create_future())

        await asyncio.gather(one(True), one(False))
        line.put(_named("x"), loop.create_future())
        return [work.urgent for work in (*line.take(10, 0.0)[0], *line.take(10, 0.0)[0])]

    assert asyncio.run(both()) == [True, False, False]
