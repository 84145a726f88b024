"""A TCP proxy on the loopback that delays or withholds what passes: a slow, or a silent, way to the database."""

from __future__ import annotations

import asyncio
import contextlib
import threading


class SlowProxy:
    """Runs in a thread of its own. `delay` and `open` may be changed at any time and hold for what passes next."""

    def __init__(self, port: int) -> None:
        """`port`: the server behind it, on 127.0.0.1. `self.port` is where to connect."""
        self.delay = 0.0
        """Seconds that every piece waits, each way."""
        self._behind = port
        self._loop = asyncio.new_event_loop()
        self._passing = asyncio.Event()
        self._passing.set()
        self._ready = threading.Event()
        self.port = 0
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)
        self._thread.start()
        self._ready.wait(10)

    def silence(self) -> None:
        """Connections stay, nothing passes: what a network that lost its way looks like."""
        self._loop.call_soon_threadsafe(self._passing.clear)

    def speak(self) -> None:
        """What was withheld passes."""
        self._loop.call_soon_threadsafe(self._passing.set)

    def stop(self) -> None:
        """Let go of everything."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            their_reader, their_writer = await asyncio.open_connection("127.0.0.1", self._behind)
        except OSError:
            writer.close()
            return
        await asyncio.gather(self._pass(reader, their_writer), self._pass(their_reader, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(65_536):
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self._passing.wait()
                writer.write(piece)
                await writer.drain()
        writer.close()
