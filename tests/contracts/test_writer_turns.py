"""What the writer promises about turns, on both databases."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import Connection

from emergency_kepu.store.database import Database
from emergency_kepu.store.line import urgent_writes


@pytest.fixture
async def database(store_url: str) -> AsyncIterator[Database]:
    found = Database(store_url)
    await found.start()
    yield found
    await found.stop()


async def test_what_is_urgent_passes_what_waits_and_ends_a_routine_group(database: Database) -> None:
    """A red alert waits for one routine write and a commit, never for all that were asked for before it."""
    order: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    def note(name: str) -> Callable[[Connection], None]:
        return lambda conn: order.append(name)

    def hold(conn: Connection) -> None:
        order.append("held")
        begun.set()
        assert go_on.wait(10)

    waiting = [asyncio.ensure_future(database.write(hold))]
    waiting += [asyncio.ensure_future(database.write(note(f"routine {number}"))) for number in range(3)]
    await asyncio.to_thread(begun.wait, 10)

    async def urgent() -> None:
        with urgent_writes():
            await database.write(note("urgent"))

    waiting.append(asyncio.ensure_future(urgent()))
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(*waiting)
    assert order == ["held", "urgent", "routine 0", "routine 1", "routine 2"]
