"""One HTTP request a recipient, with plan, render, claim and ledger, against bare clients on the same sink."""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta

import aiohttp
import apprise
import msgspec

from bench.report import emit, progress
from emergency_kepu.campaigns.operations import launch
from emergency_kepu.domain.campaign import CampaignKind, CampaignSpec, CampaignState, Lane, MessageFacts
from emergency_kepu.domain.recipient import Address, AudienceQuery, Recipient, RecipientKind
from emergency_kepu.runtime import Runtime
from emergency_kepu.services import open_database, wire
from emergency_kepu.settings import HttpSettings, Settings, StoreSettings
from emergency_kepu.store import campaigns, recipients
from emergency_kepu.store.campaigns import CampaignRow

_CONNECTIONS = 100


def main(argv: list[str]) -> int:
    """Requests a second of ours, of a bare aiohttp loop, and of Apprise, one after the other in one run."""
    parser = argparse.ArgumentParser(prog="python -m bench fanout")
    parser.add_argument("--recipients", type=int, default=20_000)
    parser.add_argument("--apprise", type=int, default=300, help="messages for Apprise, which sends one at a time")
    wanted = parser.parse_args(argv)
    sink = subprocess.Popen(
        [sys.executable, "-m", "bench.sink"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert sink.stdout is not None
    assert sink.stdin is not None
    url = f"http://127.0.0.1:{int(sink.stdout.readline())}/hook"
    try:
        bare = asyncio.run(_bare(url, wanted.recipients))
        progress(f"aiohttp, bare loop: {bare:,.0f} requests a second")
        peer = _apprise(url, wanted.apprise)
        progress(f"Apprise: {peer:,.0f} requests a second")
        ours = asyncio.run(_ours(url, wanted.recipients))
        progress(f"ours, with plan, render, claim and ledger: {ours:,.0f} requests a second")
    finally:
        sink.stdin.close()
        sink.wait(timeout=10)
    emit(
        "fanout",
        figures={"requests_per_second": ours, "recipients": wanted.recipients},
        baselines={"aiohttp": bare, "apprise": peer},
        ratios={"aiohttp": ours / bare, "apprise": ours / peer},
    )
    return 0


async def _bare(url: str, count: int) -> float:
    """As many workers as ours has connections, each posting the same body until all are sent."""
    body = msgspec.json.encode({"id": "x", "title": "t", "text": "震" * 180, "locale": "zh-Hans", "drill": False})
    left = count
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_CONNECTIONS)) as session:

        async def worker() -> None:
            nonlocal left
            while left > 0:
                left -= 1
                async with session.post(url, data=body) as reply:
                    await reply.read()

        began = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(_CONNECTIONS)))
        return count / (time.perf_counter() - began)


def _apprise(url: str, count: int) -> float:
    sender = apprise.Apprise()
    sender.add(url.replace("http://", "json://"))
    began = time.perf_counter()
    for _ in range(count):
        sender.notify(title="t", body="震" * 180)
    return count / (time.perf_counter() - began)


async def _ours(url: str, count: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            store=StoreSettings(url=f"sqlite:///{folder}/bench.db"),
            http=HttpSettings(allow_private=("127.0.0.1",)),
            channels={
                "hook": {
                    "kind": "webhook",
                    "targets": {"t": url},
                    "secret_env": "BENCH_SECRET",
                    "concurrency": _CONNECTIONS,
                }
            },
        )
        database = open_database(settings)
        with database.begin() as conn:
            recipients.save_all(conn, (_recipient(number) for number in range(count)))
        runtime = Runtime(wire(settings, environ={"BENCH_SECRET": "x"}, database=database))
        await runtime.start()
        now = datetime.now(UTC)
        began = time.perf_counter()
        await runtime.services.bus.publish(
            await database.write(lambda conn: (campaigns.insert(conn, _row(now)), launch(conn, "bench", now=now))[1])
        )
        while True:
            found = await database.read(lambda conn: campaigns.get(conn, "bench", 1))
            if found is not None and found.state is CampaignState.FINISHED:
                break
            await asyncio.sleep(0.02)
        seconds = time.perf_counter() - began
        await runtime.stop()
        return count / seconds


def _recipient(number: int) -> Recipient:
    return Recipient(
        id=f"p-{number:07}",
        kind=RecipientKind.PERSON,
        locale=("zh-Hans", "zh-Hant", "en")[number % 3],
        place="511524",
        addresses=(Address(channel="hook", target="t"),),
    )


def _row(now: datetime) -> CampaignRow:
    facts = MessageFacts(
        source_name="县气象台",
        place_codes=("511524",),
        issued_at=now,
        until=now + timedelta(hours=6),
        tz="Asia/Shanghai",
    )
    spec = CampaignSpec(
        hazard="rainstorm",
        phase="now",
        channels=("hook",),
        facts=facts,
        audience=msgspec.to_builtins(AudienceQuery(places=("511524",))),
        accepted_wall=time.time(),
    )
    return CampaignRow(
        id="bench",
        revision=1,
        incident_id="bench",
        kind=CampaignKind.ISSUE,
        state=CampaignState.APPROVED,
        hazard="rainstorm",
        severity=4,
        title="bench",
        policy="bench",
        lane=Lane.IMMEDIATE,
        drill=False,
        approvals_needed=0,
        created_at=now,
        created_by="bench",
        accepted_at=now,
        expires_at=None,
        spec=spec,
    )
