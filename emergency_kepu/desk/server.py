"""The desk's HTTP server inside our own event loop; and a small one beside it for processes without a desk."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Mapping

import structlog
import uvicorn
from litestar import Litestar

from emergency_kepu.desk.app import create_app
from emergency_kepu.desk.cap_published import CapFeed
from emergency_kepu.desk.monitor import create_monitor
from emergency_kepu.domain.errors import ConfigError, TransientError
from emergency_kepu.pipeline.services import Services

log = structlog.get_logger(__name__)
_BACKLOG = 512
_CAP_SECONDS = 5.0
_GRACE_SECONDS = 5
"""For requests that are open when the program ends; browsers that poll would hold it forever."""


class DeskServer:
    """Start, stop. The port is bound first, so that a port in use is one clear line and not a traceback."""

    _publishes = True

    def __init__(
        self,
        services: Services,
        *,
        host: str | None = None,
        port: int | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self._host = host or services.settings.desk.host
        self._port = services.settings.desk.port if port is None else port
        self._services = services
        self._environ = environ
        self._named = "desk.port"
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[None] | None = None
        self.address = ""

    async def start(self) -> None:
        """Listen; `address` tells where. ConfigError when the port is taken."""
        listener = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET)
        try:
            # a port in TIME_WAIT is free for us; one that another program listens on is refused all the same
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self._host, self._port))
            listener.listen(_BACKLOG)
        except (OSError, OverflowError) as problem:
            listener.close()
            why = problem.strerror if isinstance(problem, OSError) else "a port is 0 to 65535"
            msg = f"{self._named}: {self._host}:{self._port} cannot be used ({why}); give another {self._named}"
            raise ConfigError(msg) from problem
        named = f"[{self._host}]" if ":" in self._host else self._host
        self.address = f"http://{named}:{listener.getsockname()[1]}/"
        config = uvicorn.Config(
            self._app(),
            log_level="warning",
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
        self._server = uvicorn.Server(config)
        # signals belong to the program, not to its web server
        self._server.install_signal_handlers = lambda: None  # type: ignore[method-assign, attr-defined, unused-ignore]
        self._server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started:  # uvicorn has a flag, no event
            if self._task.done():
                await self._task
                msg = "the desk's server ended before it began to serve"
                raise TransientError(msg)
            await asyncio.sleep(0.01)
        if self._publishes and self._services.settings.desk.cap_sender:
            self._keeping = asyncio.create_task(self._keep_cap())

    def _app(self) -> Litestar:
        return create_app(self._services, environ=self._environ)

    async def _keep_cap(self) -> None:
        """What was sent is fixed as a CAP document while the library still says what was sent."""
        feed = CapFeed(self._services)
        while True:
            try:
                await feed.keep()
            except Exception as problem:  # noqa: BLE001 - the next look tries again
                log.warning("cap_documents_wait", why=str(problem))
            await asyncio.sleep(_CAP_SECONDS)

    async def stop(self) -> None:
        """Finish open requests."""
        if self._keeping:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping
        if self._server and self._task:
            self._server.should_exit = True
            await self._task


class MonitorServer(DeskServer):
    """Health and metrics alone, where a process has no desk. ConfigError from `start` when the port is taken."""

    _publishes = False

    def __init__(self, services: Services, *, host: str, port: int) -> None:
        super().__init__(services, host=host, port=port)
        self._named = "--monitor-port"

    def _app(self) -> Litestar:
        return create_monitor(self._services)
