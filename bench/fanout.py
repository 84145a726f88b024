"""One HTTP request a recipient, with plan, render, claim and ledger, against bare clients on the same sink.

Ours, a bare aiohttp loop (on asyncio's own loop: what a script would do) and Apprise take turns, several rounds in one
run; a ratio is the median of the rounds' ratios, so that other work on the machine weighs on all alike. A bare aiohttp
loop on uvloop is measured too and stands among the baselines.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time

import aiohttp
import apprise
import msgspec

from bench import world
from bench.report import emit, progress
from bench.sink import running
from emergency_kepu.loop import run
from emergency_kepu.services import open_database
from emergency_kepu.store import recipients

_CONNECTIONS = 100


def main(argv: list[str]) -> int:
    """Requests a second of each, in rounds; last the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m bench fanout", description=__doc__)
    parser.add_argument("--recipients", type=int, default=20_000, help="of one round")
    parser.add_argument("--apprise", type=int, default=200, help="messages for Apprise, which sends one at a time")
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args(argv)
    rates: dict[str, list[float]] = {name: [] for name in ("ours", "aiohttp", "aiohttp_uvloop", "apprise")}
    with tempfile.TemporaryDirectory() as folder, running() as sink:
        chosen = world.settings(
            folder,
            {"kind": "webhook", "targets": {"t": sink.url}, "secret_env": "BENCH_SECRET", "concurrency": _CONNECTIONS},
        )
        database = open_database(chosen)
        with database.begin() as conn:
            recipients.save_all(conn, world.people(wanted.recipients))
        for number in range(wanted.rounds):
            rates["aiohttp"].append(asyncio.run(_bare(sink.url, wanted.recipients // 4)))
            seconds = run(world.deliver(chosen, world.campaign(f"bench{number}")))
            rates["ours"].append(wanted.recipients / seconds)
            rates["aiohttp_uvloop"].append(run(_bare(sink.url, wanted.recipients // 4)))
            rates["apprise"].append(_apprise(sink.url, wanted.apprise))
            progress(f"round {number + 1}: " + ", ".join(f"{name} {found[-1]:,.0f}/s" for name, found in rates.items()))
    emit(
        "fanout",
        figures={"requests_per_second": statistics.median(rates["ours"]), "recipients": wanted.recipients},
        baselines={name: statistics.median(found) for name, found in rates.items() if name != "ours"},
        ratios={name: _ratio(rates["ours"], rates[name]) for name in ("aiohttp", "apprise")},
    )
    return 0


def _ratio(ours: list[float], other: list[float]) -> float:
    return statistics.median(mine / theirs for mine, theirs in zip(ours, other, strict=True))


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
