"""`kepu serve`: every role in one process, or one role of several; `kepu worker`: the stages alone."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import Annotated

import structlog
import typer

from emergency_kepu import loop
from emergency_kepu.bus import topics
from emergency_kepu.bus.kafka import KafkaBus
from emergency_kepu.cli.output import ConfigOption
from emergency_kepu.desk.server import DeskServer, MonitorServer
from emergency_kepu.domain.errors import UserError
from emergency_kepu.observe.logs import serve_logs
from emergency_kepu.roles import ALL, Role
from emergency_kepu.runtime import Runtime
from emergency_kepu.services import kafka_password, wire
from emergency_kepu.settings import Settings, load_settings
from streams.watchdog import EXIT_CODE, watch

log = structlog.get_logger(__name__)

MonitorPort = Annotated[
    int | None, typer.Option("--monitor-port", help="Health and metrics there too, for a process without a desk.")
]
MonitorHost = Annotated[str, typer.Option("--monitor-host", help="Where that listens.")]


def serve(
    config: ConfigOption,
    role: Annotated[
        list[Role] | None, typer.Option("--role", help="desk, scheduler, worker; several times for more; default: all.")
    ] = None,
    monitor_port: MonitorPort = None,
    monitor_host: MonitorHost = "127.0.0.1",
) -> None:
    """Poll, decide, plan, send, and show it, until a signal ends it; what is in hand is finished first."""
    settings = load_settings(config)
    run(settings, frozenset(role) if role else ALL, monitor=_monitor(monitor_host, monitor_port))


def worker(config: ConfigOption, monitor_port: MonitorPort = None, monitor_host: MonitorHost = "127.0.0.1") -> None:
    """Run the stages on Kafka: as many of these as there is work for, on as many machines as wanted."""
    settings = load_settings(config)
    if settings.bus.engine != "kafka":
        msg = "kepu worker: bus.engine is embedded, which has one process; use `kepu serve`, or set bus.engine: kafka"
        raise UserError(msg)
    run(settings, frozenset({Role.WORKER}), monitor=_monitor(monitor_host, monitor_port))


def _monitor(host: str, port: int | None) -> tuple[str, int] | None:
    return None if port is None else (host, port)


def run(settings: Settings, roles: frozenset[Role], *, monitor: tuple[str, int] | None = None) -> None:
    """Until SIGINT or SIGTERM. ConfigError before anything is started."""
    serve_logs()
    if settings.bus.engine == "kafka":
        _look_at_topics(settings)
    # Faust brings its own idea of an event loop: on Kafka the standard one
    start = loop.run if settings.bus.engine == "embedded" else asyncio.run
    start(_serve(settings, roles, monitor))


def _look_at_topics(settings: Settings) -> None:
    missing = [item for item in topics.check(settings.bus, kafka_password(settings, os.environ)) if item.problem]
    if any(not item.partitions for item in missing):
        names = ", ".join(item.topic for item in missing)
        msg = f"Kafka at {settings.bus.brokers} lacks {names}: run `kepu topics create`"
        raise UserError(msg)
    for item in missing:
        log.warning("topic_differs", topic=item.topic, problem=item.problem)


def _watch(runtime: Runtime, stop: asyncio.Event) -> asyncio.Task[None]:
    bus = runtime.services.bus
    assert isinstance(bus, KafkaBus)
    return asyncio.create_task(
        watch(
            bus.positions,
            stall_seconds=bus.settings.stall_seconds,
            every_seconds=min(30.0, bus.settings.stall_seconds / 4),
            clock=time.monotonic,
            give_up=lambda _still: stop.set(),
        ),
        name="watchdog",
    )


async def _serve(settings: Settings, roles: frozenset[Role], monitor: tuple[str, int] | None) -> None:
    runtime = Runtime(wire(settings), roles=roles)
    stop = asyncio.Event()
    running = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        running.add_signal_handler(number, stop.set)
    await runtime.start()
    desk = DeskServer(runtime.services) if Role.DESK in roles else None
    beside = MonitorServer(runtime.services, host=monitor[0], port=monitor[1]) if monitor else None
    for server in (desk, beside):
        if server:
            await server.start()
    watching = _watch(runtime, stop) if Role.WORKER in roles and isinstance(runtime.services.bus, KafkaBus) else None
    log.info(
        "serving",
        roles=sorted(roles),
        console=desk.address if desk else None,
        monitor=beside.address if beside else None,
    )
    await stop.wait()
    log.info("stopping")
    if watching:
        stuck = watching.done()
        watching.cancel()
        if stuck:
            # what hangs would hang the polite way out too: nothing is lost by going at once
            os._exit(EXIT_CODE)
    for server in (desk, beside):
        if server:
            await server.stop()
    await runtime.stop()
