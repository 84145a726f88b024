"""Logs as data: structlog, to stderr, so that stdout stays what a command prints. Secrets become stars on the way."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

STARS = "***"
_SECRET_KEY = re.compile(
    r"(?:^|[_-])(?:token|secret|password|passwd|authorization|cookie|signature|api[_-]?key|robot[_-]?key)s?$",
    re.IGNORECASE,
)
_IN_TEXT = (
    # webhook robots carry their key in the address: ?key=, ?access_token=
    re.compile(r"(?i)([?&](?:key|access_token|token|secret|sign|signature)=)[^&\s\"'#]+"),
    re.compile(r"(?i)\b((?:bearer|basic)\s+)[a-z0-9._~+/=-]{8,}"),
    re.compile(r"(://[^/\s:@]*:)[^/\s@]+(?=@)"),
    re.compile(r"\b(kepu_)[A-Za-z0-9_-]{40,}"),
)


def redact(logger: object, name: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """A structlog processor: values under a secret's name, and secrets inside any text, become stars."""
    return {key: STARS if _SECRET_KEY.search(key) else _clean(value) for key, value in event.items()}


def _clean(value: object) -> object:
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {key: STARS if _SECRET_KEY.search(str(key)) else _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


def redact_text(text: str) -> str:
    """`text` without what looks like a key in an address, a credential in a header, or a token of ours."""
    for pattern in _IN_TEXT:
        text = pattern.sub(rf"\1{STARS}", text)
    return text


class _RedactingFormatter(logging.Formatter):
    """For libraries that log by themselves."""

    def format(self, record: logging.LogRecord) -> str:
        return redact_text(super().format(record))


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
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # libraries: their own chatter only when something is wrong
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_RedactingFormatter("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
