"""What every bus promises (`emergency_kepu/bus/port.py`), as one suite. An adapter adds a subclass with `open_bus`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

from emergency_kepu.bus.port import DISPATCH_IMMEDIATE, DISPATCH_ROUTINE, FEED, LAUNCH, Bus, Record, Stage
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import ParseError, TransientError, Unprocessable

Handler = Callable[[Record, object], Awaitable[Sequence[Record]]]


def record(name: str, *, key: str = "k", topic: str = FEED) -> Record:
    return Record(topic=topic, key=key, id=name, value=name.encode())


def stage(handler: Handler, *, topic: str = FEED, lanes: int = 4, max_attempts: int = 3) -> Stage:
    return Stage(name=topic, topic=topic, handler=handler, lanes=lanes, max_attempts=max_attempts)


async def until_idle(bus: Bus) -> None:
    async with asyncio.timeout(20):
        while not await bus.idle():  # noqa: ASYNC110 - the port has no event for it
            await asyncio.sleep(0.005)


class BusContract:
    """One factory method; `again` opens another bus over the same durable state, as after a crash."""

    def open_bus(self) -> AbstractAsyncContextManager[Bus]:
        raise NotImplementedError

    async def dead(self, bus: Bus) -> list[tuple[str, str]]:
        """(record id, reason) of the dead letters."""
        raise NotImplementedError

    async def test_a_record_goes_through_two_stages(self) -> None:
        done: list[str] = []

        async def first(found: Record, _services: object) -> list[Record]:
            return [record(found.id + "'", topic=LAUNCH)]

        async def second(found: Record, _services: object) -> list[Record]:
            done.append(found.id)
            return []

        async with self.open_bus() as bus:
            await bus.start([stage(first), stage(second, topic=LAUNCH)], None)
            await bus.publish([record("a"), record("b")])
            await until_idle(bus)

        assert done == ["a'", "b'"]

    async def test_a_key_keeps_its_order_and_one_at_a_time(self) -> None:
        done: list[str] = []
        inside = 0

        async def handler(found: Record, _services: object) -> list[Record]:
            nonlocal inside
            inside += 1
            assert inside == 1
            await asyncio.sleep(0)
            done.append(found.id)
            inside -= 1
            return []

        async with self.open_bus() as bus:
            await bus.start([stage(handler)], None)
            await bus.publish([record(f"{number:03}") for number in range(50)])
            await until_idle(bus)

        assert done == [f"{number:03}" for number in range(50)]

    async def test_what_is_published_before_the_start_is_not_lost(self) -> None:
        done: list[str] = []

        async def handler(found: Record, _services: object) -> list[Record]:
            done.append(found.id)
            return []

        async with self.open_bus() as bus:
            await bus.publish([record("early")])
            await bus.start([stage(handler)], None)
            await until_idle(bus)

        assert done == ["early"]

    async def test_a_failing_handler_is_tried_again(self) -> None:
        tries = 0

        async def handler(_found: Record, _services: object) -> list[Record]:
            nonlocal tries
            tries += 1
            if tries < 3:
                raise TransientError("not now")
            return []

        async with self.open_bus() as bus:
            await bus.start([stage(handler)], None)
            await bus.publish([record("a")])
            await until_idle(bus)

            assert await self.dead(bus) == []
        assert tries == 3

    async def test_what_cannot_be_processed_is_dead_with_its_reason_and_blocks_nobody(self) -> None:
        done: list[str] = []

        async def handler(found: Record, _services: object) -> list[Record]:
            if found.id == "poison":
                raise ValueError("boom")
            if found.id == "strange":
                raise Unprocessable(Reason.UNSUPPORTED, "what is this")
            if found.id == "torn":
                raise ParseError("cut off")
            done.append(found.id)
            return []

        async with self.open_bus() as bus:
            await bus.start([stage(handler, max_attempts=2)], None)
            await bus.publish([record(name) for name in ("poison", "strange", "torn", "fine")])
            await until_idle(bus)

            assert sorted(await self.dead(bus)) == [
                ("poison", "handler_failed"),
                ("strange", "unsupported"),
                ("torn", "malformed"),
            ]
        assert done == ["fine"]

    async def test_immediate_does_not_wait_behind_routine(self) -> None:
        release = asyncio.Event()
        fast = asyncio.Event()

        async def slow(_found: Record, _services: object) -> list[Record]:
            await release.wait()
            return []

        async def quick(_found: Record, _services: object) -> list[Record]:
            fast.set()
            return []

        async with self.open_bus() as bus:
            await bus.start(
                [stage(slow, topic=DISPATCH_ROUTINE, lanes=1), stage(quick, topic=DISPATCH_IMMEDIATE)], None
            )
            await bus.publish([record(f"r{number}", topic=DISPATCH_ROUTINE) for number in range(20)])
            await bus.publish([record("red", topic=DISPATCH_IMMEDIATE)])
            async with asyncio.timeout(5):
                await fast.wait()
            release.set()
            await until_idle(bus)
