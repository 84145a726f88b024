"""The event loop that servers run on: uvloop where it is installed, asyncio's own elsewhere."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_SWITCH_SECONDS = 0.001
"""How long one thread may keep the interpreter from another. The writer lets go of it at every statement; with Python's
default of 5 ms each of an alert's dozen statements could wait that long for the loop that sends a routine campaign."""


def run(main: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    if importlib.util.find_spec("uvloop") is None:
        return asyncio.run(main)
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)
