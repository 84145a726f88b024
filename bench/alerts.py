"""CAP alerts for benchmarks: each a new incident in a county of its own, with one room to tell over a webhook."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import select

from bench import world
from emergency_kepu.bus.port import Record
from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from emergency_kepu.pipeline.jobs import feed_record
from emergency_kepu.places import china
from emergency_kepu.store.database import Database
from emergency_kepu.store.tables import deliveries

FEED = "bench"
_CAP = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
    "<identifier>BENCH-{n:06d}</identifier><sender>office{n}@weather.example</sender><sent>{sent}</sent>"
    "<status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info><language>zh-CN</language>"
    "<category>Met</category><event>{event}</event><urgency>Immediate</urgency><severity>Extreme</severity>"
    "<certainty>Observed</certainty><expires>{expires}</expires><senderName>示例气象台</senderName>"
    "<headline>示例气象台发布{event}红色预警信号</headline><description>有强降雨。</description>"
    "<area><areaDesc>{code}</areaDesc><geocode><valueName>adcode</valueName><value>{code}</value></geocode></area>"
    "</info></alert>\n"
)


Publish = Callable[[Sequence[Record]], Awaitable[object]]


@cache
def codes() -> tuple[str, ...]:
    """Counties, each a place of its own."""
    return tuple(code for code in china.table() if not code.endswith("00"))


def room(code: str) -> Recipient:
    return Recipient(
        id=f"room-{code}",
        kind=RecipientKind.ROOM,
        locale="zh-Hans",
        place=code,
        addresses=(Address(channel=world.CHANNEL, target="t"),),
    )


_GOLDEN = 0.6180339887498949
"""Its multiples fall evenly between 0 and 1."""


async def hand_in(
    publish: Publish, alerts: Iterable[tuple[int, str]], rate: float, *, spread: bool = False
) -> dict[str, float]:
    """Publish at fixed instants, `rate` a second (open loop); place code to the unix second of handing in.

    `spread`: each at another moment of its second, so as to be in step with nothing that happens once a second.
    """
    handed: dict[str, float] = {}
    under_way: set[asyncio.Task[object]] = set()
    began = time.perf_counter()
    for position, (number, code) in enumerate(alerts):
        moment = position + (position * _GOLDEN % 1.0 if spread else 0.0)
        await asyncio.sleep(max(0.0, began + moment / rate - time.perf_counter()))
        handed[code] = time.time()
        task = asyncio.ensure_future(publish([alert(number, code)]))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    await asyncio.gather(*under_way)
    return handed


def alert(number: int, code: str, *, event: str = "暴雨", feed: str = FEED) -> Record:
    """A red warning, as a record of the feed topic."""
    now = datetime.now(UTC)
    body = _CAP.format(
        n=number,
        code=code,
        event=event,
        sent=now.isoformat(timespec="seconds"),
        expires=(now + timedelta(hours=3)).isoformat(timespec="seconds"),
    )
    return feed_record(feed=feed, body=body.encode(), received_at=now, received_wall=time.time(), origin="push")


def told(database: Database) -> dict[str, str]:
    """Idempotency key to the place code of the recipient."""
    query = select(deliveries.c.batch_id, deliveries.c.n, deliveries.c.recipient_id)
    query = query.where(deliveries.c.recipient_id.startswith("room-"))
    with database.reading() as conn:
        return {f"{row[0]}/{row[1]}": row[2].removeprefix("room-") for row in conn.execute(query)}


def waited(handed: dict[str, float], seen: Iterable[tuple[float, str]], keys: dict[str, str]) -> list[float]:
    """Seconds from handing in to the first request, sorted; alerts without a request are left out."""
    arrived: dict[str, float] = {}
    for at, key in seen:
        arrived.setdefault(keys.get(key, ""), at)
    return sorted(arrived[code] - at for code, at in handed.items() if code in arrived)


def share(found: Sequence[float], part: float) -> float:
    """The value that `part` of the sorted values do not exceed."""
    return found[min(len(found) - 1, int(len(found) * part))]
