"""Free ports of the loopback for servers that are told their port before they bind it."""

from __future__ import annotations

import random
import socket

_LOWEST, _HIGHEST = 20_000, 30_000
"""Below what systems hand out to outgoing connections: a port from there may be gone before its server binds it."""
_TRIES = 200


def free_port() -> int:
    """One that nobody listens on now. RuntimeError when none is found."""
    for _ in range(_TRIES):
        port = random.randint(_LOWEST, _HIGHEST)  # noqa: S311 - no secret
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    msg = "no free port between 20000 and 30000"
    raise RuntimeError(msg)
