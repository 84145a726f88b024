"""Logs as data: structlog, to stderr, so that stdout stays what a command prints."""

from __future__ import annotations

import logging
import sys

import structlog


def quiet_logs(level: int = logging.WARNING) -> None:
    """For commands: warnings and worse, one line each."""
    _configure(level, json=False)


def serve_logs() -> None:
    """For servers: everything, as JSON when nobody sits at a terminal."""
    _configure(logging.INFO, json=not sys.stderr.isatty())


def _configure(level: int, *, json: bool) -> None:
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # libraries: their own chatter only when something is wrong
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
