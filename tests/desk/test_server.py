"""The server inside our own loop: a free port, a taken one, and an end."""

from __future__ import annotations

import asyncio

import httpx
import msgspec
import pytest

from emergency_kepu.desk.cap_published import CapFeed
from emergency_kepu.desk.server import DeskServer
from emergency_kepu.domain.errors import ConfigError, TransientError
from emergency_kepu.pipeline.services import Services


async def test_serves_on_a_free_port_until_stopped(services: Services) -> None:
    server = DeskServer(services, port=0)
    await server.start()
    async with httpx.AsyncClient(base_url=server.address) as client:
        reply = await client.get("/")
        assert reply.status_code == 200
        assert "server" not in reply.headers
        assert (await client.get("/-/ready")).status_code == 200
    await server.stop()
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient(base_url=server.address) as client:
            await client.get("/")


async def test_a_taken_port_is_one_clear_line(services: Services) -> None:
    other = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    port = other.sockets[0].getsockname()[1]
    try:
        with pytest.raises(ConfigError, match=rf"desk\.port: 127\.0\.0\.1:{port} cannot be used \(.+\)") as caught:
            await DeskServer(services, port=port).start()
    finally:
        other.close()
        await other.wait_closed()
    assert "\n" not in str(caught.value)
    with pytest.raises(ConfigError, match="0 to 65535"):
        await DeskServer(services, port=99_999).start()


async def test_a_desk_that_publishes_fixes_its_documents_by_itself(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = asyncio.Event()

    async def keep(_feed: CapFeed) -> None:
        kept.set()
        raise TransientError("the database is away")

    monkeypatch.setattr(CapFeed, "keep", keep)
    silent = DeskServer(services, port=0)
    await silent.start()
    await silent.stop()
    assert not kept.is_set()
    desk = msgspec.structs.replace(services.settings.desk, cap_sender="kepu@desk.example")
    services.settings = msgspec.structs.replace(services.settings, desk=desk)
    server = DeskServer(services, port=0)
    await server.start()
    async with asyncio.timeout(10):
        await kept.wait()
    await server.stop()
