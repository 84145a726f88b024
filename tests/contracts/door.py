"""A server that misbehaves as told, for the door's contract suite: each path is one way to answer."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import socket
from typing import Any

BOMB = gzip.compress(b"0" * 5_000_000)


class OddServer:
    """Listens on 127.0.0.1. `asked` holds (path, headers, body) of every request, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> OddServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.close()
        await self._server.wait_closed()

    @property
    def paths(self) -> list[str]:
        return [path for path, _, _ in self.asked]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = head.strip().split("\r\n")
                pairs = (line.split(": ", 1) for line in lines[1:])
                headers = {name.lower(): value for name, value in pairs}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                path = lines[0].split(" ")[1].partition("?")[0]
                self.asked.append((path, headers, body))
                if not await getattr(self, f"_{path.rpartition('/')[2]}")(writer):
                    return
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _ok(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\nX-Kind: Plain\r\nSet-Cookie: id=1\r\nContent-Length: 2\r\n\r\nok")
        return True

    async def _moved(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n")
        return True

    async def _bomb(self, writer: asyncio.StreamWriter) -> bool:
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(BOMB)}\r\n\r\n"
        writer.write(head.encode() + BOMB)
        return True

    async def _endless(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
            await writer.drain()

    async def _short(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        return False

    async def _reset(self, writer: asyncio.StreamWriter) -> bool:
        writer.transport.abort()
        return False

    async def _silent(self, writer: asyncio.StreamWriter) -> bool:
        await asyncio.Event().wait()
        return False

    async def _garbage(self, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"\x00\x01 not http at all\r\n\r\n")
        await writer.drain()
        return False


class Names:
    """Stands in for the system's resolver: what each name answers, and how often it was asked."""

    def __init__(self, **answers: list[str]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def getaddrinfo(self, host: Any, port: Any, *_: object, **__: object) -> list[tuple[Any, ...]]:
        name = host.decode() if isinstance(host, bytes) else host
        self.asked.append(name)
        known = self.answers.get(name.partition(".")[0])
        if known is None:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, int(port or 0))) for address in known]


def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
