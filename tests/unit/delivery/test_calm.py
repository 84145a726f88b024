"""Routine work waits for urgent work, a moment longer, and never for long."""

from __future__ import annotations

import asyncio

import pytest

from emergency_kepu.delivery import calm
from emergency_kepu.delivery.calm import Calm


async def test_nothing_urgent_costs_nothing() -> None:
    assert await Calm().come()


async def test_it_waits_for_all_that_is_urgent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm, "LINGER_SECONDS", 0.0)
    found = Calm()
    order: list[str] = []

    async def routine() -> None:
        order.append("waits")
        assert await found.come()
        order.append("routine")

    with found.urgent():
        task = asyncio.create_task(routine())
        await asyncio.sleep(0)
        with found.urgent():
            order.append("urgent")
        await asyncio.sleep(0)
        order.append("still urgent")
    await task
    assert order == ["waits", "urgent", "still urgent", "routine"]


async def test_between_two_stages_it_is_not_calm() -> None:
    found = Calm()
    with found.urgent():
        pass
    task = asyncio.create_task(found.come())
    await asyncio.sleep(0)
    assert not task.done()
    with found.urgent():
        await asyncio.sleep(0)
        assert not task.done()
    assert await task


async def test_a_storm_slows_down_and_does_not_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm, "PATIENCE_SECONDS", 0.0)
    found = Calm()
    with found.urgent():
        assert not await found.come()


async def test_it_is_calm_again_after_something_urgent_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calm, "LINGER_SECONDS", 0.0)
    found = Calm()
    with pytest.raises(ValueError, match="torn"), found.urgent():
        raise ValueError("torn")
    assert await found.come()


async def test_what_is_on_its_way_makes_room_already(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Calm()
    found.soon()
    waiting = asyncio.ensure_future(found.come())
    await asyncio.sleep(0)
    assert not waiting.done()
    with found.urgent():
        found.soon()
    found._settle()
    assert await waiting
