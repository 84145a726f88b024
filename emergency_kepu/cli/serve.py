"""`kepu serve`: every role in one process."""

from __future__ import annotations

import asyncio
import signal

import structlog

from emergency_kepu import loop
from emergency_kepu.cli.output import ConfigOption
from emergency_kepu.desk.server import DeskServer
from emergency_kepu.observe.logs import serve_logs
from emergency_kepu.runtime import Runtime
from emergency_kepu.services import wire
from emergency_kepu.settings import load_settings

log = structlog.get_logger(__name__)


def serve(config: ConfigOption) -> None:
    """Poll, decide, plan, send, and show it, until a signal ends it; what is in hand is finished first."""
    serve_logs()
    settings = load_settings(config)
    loop.run(_serve(Runtime(wire(settings))))


async def _serve(runtime: Runtime) -> None:
    stop = asyncio.Event()
    running = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        running.add_signal_handler(number, stop.set)
    await runtime.start()
    desk = DeskServer(runtime.services)
    await desk.start()
    log.info("serving", console=desk.address)
    await stop.wait()
    log.info("stopping")
    await desk.stop()
    await runtime.stop()
