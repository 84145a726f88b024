"""The server inside our own loop: a free port, a taken one, and an end."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from emergency_kepu.desk.server import DeskServer
from emergency_kepu.domain.errors import ConfigError
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
