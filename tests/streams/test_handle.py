"""What an agent does with one record: handled or buried, and only then acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError, NotEnoughReplicasError

from emergency_kepu.bus.port import FEED, LAUNCH, Record, Stage
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import ParseError, TransientError, Unprocessable
from streams import agents
from streams.agents import handle
from streams.watchdog import Watchdog, watch

RECORD = Record(topic=FEED, key="k", id="a", value=b"")
NEXT = Record(topic=LAUNCH, key="k", id="b", value=b"")


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents, "_BACKOFF_SECONDS", (0.0,))
    monkeypatch.setattr(agents, "_OUTAGE_SECONDS", 0.0)


class Scene:
    """A handler that raises what it is given, in turn, and then succeeds."""

    def __init__(self, *raises: Exception | float) -> None:
        self.raises = list(raises)
        self.calls = 0
        self.published: list[Record] = []
        self.buried: list[tuple[str, Reason]] = []
        self.burials_fail = 0

    async def handler(self, _record: Record, _services: object) -> list[Record]:
        self.calls += 1
        if self.raises:
            problem = self.raises.pop(0)
            if isinstance(problem, float):
                await asyncio.sleep(problem)
            else:
                raise problem
        return [NEXT]

    async def publish(self, new: Sequence[Record]) -> None:
        self.published += new

    async def bury(self, record: Record, reason: Reason, _detail: str) -> None:
        if self.burials_fail:
            self.burials_fail -= 1
            raise TransientError("the database is away")
        self.buried.append((record.id, reason))

    async def run(self, limit: float = 5.0, attempts: int = 3) -> None:
        stage = Stage(name="s", topic=FEED, handler=self.handler, max_attempts=attempts)
        await handle(RECORD, stage, None, self.publish, self.bury, limit)


async def test_what_follows_is_published_before_it_returns() -> None:
    scene = Scene()
    await scene.run()
    assert (scene.published, scene.buried) == ([NEXT], [])


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (Unprocessable(Reason.UNSUPPORTED, "what"), Reason.UNSUPPORTED),
        (ParseError("cut off"), Reason.MALFORMED),
    ],
)
async def test_what_no_retry_mends_is_buried_at_once(problem: Exception, reason: Reason) -> None:
    scene = Scene(problem)
    await scene.run()
    assert (scene.calls, scene.published, scene.buried) == (1, [], [("a", reason)])


async def test_a_poison_record_is_buried_after_its_tries() -> None:
    scene = Scene(*[ValueError("boom")] * 9)
    await scene.run(attempts=3)
    assert (scene.calls, scene.buried) == (3, [("a", Reason.HANDLER_FAILED)])


async def test_an_outage_is_waited_out_however_long() -> None:
    scene = Scene(*[TransientError("away")] * 50)
    await scene.run(attempts=3)
    assert (scene.calls, scene.published, scene.buried) == (51, [NEXT], [])


async def test_a_handler_that_hangs_is_cancelled_and_tried_again() -> None:
    scene = Scene(60.0)
    await scene.run(limit=0.01)
    assert (scene.calls, scene.published) == (2, [NEXT])


async def test_a_burial_is_durable_or_the_record_is_not_acknowledged() -> None:
    scene = Scene(ParseError("cut off"))
    scene.burials_fail = 20
    await scene.run()
    assert scene.buried == [("a", Reason.MALFORMED)]


async def test_cancelling_leaves_the_record_unacknowledged() -> None:
    scene = Scene(60.0)
    task = asyncio.create_task(scene.run(limit=60.0))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (scene.published, scene.buried) == ([], [])


async def test_brokers_that_are_away_cost_a_record_no_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    refusals = iter([KafkaTimeoutError(), NotEnoughReplicasError()] * 5)

    async def publish(new: Sequence[Record]) -> None:
        for problem in refusals:
            raise problem
        scene.published += new

    monkeypatch.setattr(scene, "publish", publish)
    await scene.run(attempts=3)

    assert (scene.buried, scene.published) == ([], [NEXT])


async def test_what_no_broker_will_ever_take_is_buried(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()

    async def publish(_new: Sequence[Record]) -> None:
        raise MessageSizeTooLargeError

    monkeypatch.setattr(scene, "publish", publish)
    await scene.run(attempts=3)

    assert scene.buried == [("a", Reason.HANDLER_FAILED)]


def test_the_watchdog_bites_only_what_stands_still() -> None:
    dog = Watchdog(stall_seconds=60)
    assert dog.stalled({"t/0": (5, 9), "t/1": (3, 3)}, 0) == []
    assert dog.stalled({"t/0": (5, 9), "t/1": (3, 3)}, 59) == []
    assert dog.stalled({"t/0": (6, 9), "t/1": (3, 4)}, 60) == [], "one moved, the other had nothing to do until now"
    assert dog.stalled({"t/0": (6, 9), "t/1": (3, 4)}, 118) == []
    assert dog.stalled({"t/0": (6, 9), "t/1": (3, 4)}, 120) == ["t/0", "t/1"]
    assert dog.stalled({"t/1": (3, 9)}, 200) == ["t/1"]
    assert dog.stalled({"t/0": (6, 9)}, 300) == [], "it went away and came back: counted anew"


async def test_watchdog_looks_until_something_stands_still() -> None:
    looks = iter([{"t/0": (1, 2)}, RuntimeError("brokers away"), {"t/0": (1, 2)}])
    now = iter([0.0, 100.0])
    told: list[list[str]] = []

    async def look() -> dict[str, tuple[int, int]]:
        found = next(looks)
        if isinstance(found, Exception):
            raise found
        return found

    await watch(look, stall_seconds=60, every_seconds=0, clock=lambda: next(now), give_up=told.append)
    assert told == [["t/0"]]
