"""For machines that watch: alive, ready, measured. Open to whoever reaches the port; nothing personal is in them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from litestar import Response, get

from emergency_kepu.desk.context import InDesk
from emergency_kepu.desk.gauges import read_gauges
from emergency_kepu.domain.errors import KepuError

READY_SECONDS = 3.0
"""A dependency that answers slower than this is missing."""
_TEXT = "text/plain; charset=utf-8"


@get("/-/healthy", include_in_schema=False)
async def healthy() -> Response[bytes]:
    """The process serves. Says nothing about what it depends on: restarting would not mend that."""
    return Response(b"ok\n", media_type=_TEXT)


@get("/-/ready", include_in_schema=False)
async def ready(desk: InDesk) -> Response[bytes]:
    """200, or 503 with one line for each missing dependency."""
    services = desk.services
    checks = {"database": services.database.read(lambda conn: None), "bus": services.bus.lag()}
    answers = await asyncio.gather(*(_missing(name, check) for name, check in checks.items()))
    missing = "".join(f"{line}\n" for line in answers if line)
    if missing:
        return Response(missing.encode(), status_code=503, media_type=_TEXT)
    return Response(b"ready\n", media_type=_TEXT)


async def _missing(name: str, check: Awaitable[object]) -> str:
    try:
        async with asyncio.timeout(READY_SECONDS):
            await check
    except TimeoutError:
        return f"{name}: no answer within {READY_SECONDS:g} s"
    except KepuError as problem:
        return f"{name}: {problem}"
    except Exception as problem:  # noqa: BLE001 - whatever it is, the dependency is not there
        return f"{name}: {type(problem).__name__}"
    return ""


@get("/metrics", include_in_schema=False)
async def metrics(desk: InDesk) -> Response[bytes]:
    """The Prometheus exposition format; gauges that live in the database are read now."""
    services = desk.services
    await read_gauges(services)
    return Response(services.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


HEALTH = (healthy, ready, metrics)
