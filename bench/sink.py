"""An HTTP sink in a process of its own: answers 200 to every request. `python -m bench.sink` prints its port.

With `--delay SECONDS` each answer waits so long, as a provider's does. With `--times` it also notes when each request
began to arrive and under which `Idempotency-Key`, and prints `<unix seconds> <key>` lines when its standard input ends.
It runs on uvloop where that is installed, so that the client under measurement is the limit and not the sink.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import cast

from emergency_kepu.loop import run

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
_KEY = b"idempotency-key:"


class RunningSink:
    """A sink process: its address, and after `stop` what it noted."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        self._process = process
        self.url = f"http://127.0.0.1:{int(process.stdout.readline())}/hook"

    def stop(self) -> list[tuple[float, str]]:
        """End it; (unix seconds, key) of each request in order of arrival, if it was asked to note them."""
        said, _ = self._process.communicate(timeout=30)
        return [(float(at), key) for at, _, key in (line.partition(" ") for line in said.splitlines())]


@contextlib.contextmanager
def running(*arguments: str) -> Iterator[RunningSink]:
    """A sink until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.sink", *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield RunningSink(process)
    finally:
        if process.poll() is None:
            process.communicate(timeout=30)


class _Sink(asyncio.Protocol):
    """Just enough HTTP/1.1 for clients that send a Content-Length and keep the connection."""

    def __init__(self, noted: list[tuple[float, bytes]] | None, delay: float) -> None:
        self._buffer = b""
        self._noted = noted
        self._delay = delay
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no subclasses of asyncio's
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head = self._buffer[:end].lower()
            mark = head.find(b"content-length:")
            length = int(head[mark + 15 :].split(b"\r\n", 1)[0]) if mark >= 0 else 0
            if len(self._buffer) < end + 4 + length:
                return
            self._buffer = self._buffer[end + 4 + length :]
            if self._noted is not None:
                key = head.find(_KEY)
                self._noted.append((time.time(), head[key + len(_KEY) :].split(b"\r\n", 1)[0].strip()))
            if self._delay:
                asyncio.get_running_loop().call_later(self._delay, self._transport.write, _ANSWER)
            else:
                self._transport.write(_ANSWER)


async def main(*, note: bool, delay: float) -> None:
    """Serve until standard input ends."""
    noted: list[tuple[float, bytes]] | None = [] if note else None
    server = await asyncio.get_running_loop().create_server(lambda: _Sink(noted, delay), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()
    for at, key in noted or ():
        print(f"{at:.6f} {key.decode()}")


if __name__ == "__main__":
    words = sys.argv[1:]
    run(main(note="--times" in words, delay=float(words[words.index("--delay") + 1]) if "--delay" in words else 0.0))
