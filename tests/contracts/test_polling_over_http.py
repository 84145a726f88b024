"""Polling a real server over a real socket: what it answers, and what is remembered and done then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from emergency_kepu.feeds.poller import FeedState
from emergency_kepu.polling import FeedPolling
from emergency_kepu.services import Wired, wire
from emergency_kepu.settings import FeedSettings, HttpSettings, Settings, StoreSettings
from emergency_kepu.store import dead, feeds
from emergency_kepu.store.tables import records
from emergency_kepu.testing.feed_server import FeedServer

BODY = (Path(__file__).parents[2] / "config/demo/documents/usgs-1.geojson").read_bytes()


class Desk:
    def __init__(self, wired: Wired, server: FeedServer) -> None:
        self.wired = wired
        self.server = server
        self.feed = FeedSettings(format="usgs", url=f"http://127.0.0.1:{server.port}/usgs")
        self.polling = FeedPolling(wired, started_at=wired.services.clock.now())

    async def poll(self) -> tuple[FeedState, bool]:
        return await self.polling.poll("usgs", self.feed)

    async def waiting(self) -> int:
        database = self.wired.services.database
        return len(await database.read(lambda conn: conn.execute(records.select()).all()))


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    server = FeedServer()
    await server.start()
    settings = Settings(
        store=StoreSettings(url=f"sqlite:///{tmp_path}/kepu.db", synchronous="NORMAL"),
        http=HttpSettings(allow_private=("127.0.0.1/32",), timeout_seconds=0.3),
        feeds={"usgs": FeedSettings(format="usgs", url="http://127.0.0.1/usgs")},
    )
    wired = wire(settings)
    await wired.services.database.start()
    yield Desk(wired, server)
    await server.stop()
    await wired.close()


async def test_news_once_then_304(desk: Desk) -> None:
    desk.server.publish("usgs", BODY)
    state, news = await desk.poll()
    assert news
    assert state.last_error is None
    state, news = await desk.poll()
    assert not news
    assert [status for _, status in desk.server.requests] == [200, 304]
    assert await desk.waiting() == 1


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"status": 429, "headers": {"Retry-After": "120"}}, "429"),
        ({"status": 500}, "500"),
        ({"status": 503}, "503"),
        ({"status": 404}, "404"),
        ({"hangs_after": 0}, "no answer"),
        ({"hangs_after": 200}, "no answer"),
        ({"breaks_off_after": 200}, ""),
        ({"breaks_off_after": 0}, ""),
        ({"headers": {"Content-Encoding": "gzip"}, "breaks_off_after": len(BODY)}, ""),
    ],
)
async def test_what_goes_wrong_is_remembered_and_ends_nothing(desk: Desk, answer: dict[str, object], says: str) -> None:
    desk.server.publish("usgs", BODY, **answer)  # type: ignore[arg-type]
    state, news = await desk.poll()

    assert not news
    assert state.failures == 1
    assert state.last_error is not None
    assert says in state.last_error.lower()
    assert await desk.waiting() == 0
    kept = await desk.wired.services.database.read(lambda conn: feeds.get_state(conn, "usgs"))
    assert kept == msgspec.structs.replace(state)

    desk.server.publish("usgs", BODY)
    state, news = await desk.poll()
    assert news, "it is heard again as soon as it speaks"
    assert state.failures == 0


async def test_retry_after_is_obeyed(desk: Desk) -> None:
    desk.server.publish("usgs", b"", status=429, headers={"Retry-After": "120"})
    state, _ = await desk.poll()
    assert state.next_at is not None
    assert (state.next_at - desk.wired.services.clock.now()).total_seconds() > 100
    desk.server.publish("usgs", BODY)
    assert not await desk.polling.poll_if_due("usgs", desk.feed), "it is not asked before"


async def test_half_a_document_that_claims_to_be_whole_is_a_failed_poll_and_kept(desk: Desk) -> None:
    desk.server.publish("usgs", BODY[:200])
    state, news = await desk.poll()
    assert news, "it is on the bus: intake puts it among the dead letters with its reason"
    assert state.failures == 1
    assert await desk.waiting() == 1
    assert await desk.wired.services.database.read(dead.counts) == {}
