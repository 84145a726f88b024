"""A process without a desk tells how it is, and nothing else."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from emergency_kepu.desk.server import MonitorServer
from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.pipeline.services import Services


async def test_health_and_metrics_and_nothing_else(services: Services) -> None:
    server = MonitorServer(services, host="127.0.0.1", port=0)
    await server.start()
    async with httpx.AsyncClient(base_url=server.address) as client:
        assert (await client.get("/-/healthy")).text == "ok\n"
        assert (await client.get("/-/ready")).status_code == 200
        metrics = await client.get("/metrics")
        assert "kepu_lag_records" in metrics.text
        assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
        for path in ("/", "/login", "/api/v1/campaigns", "/api/openapi.json", "/callbacks/twilio/sms"):
            assert (await client.get(path)).status_code == 404, path
    await server.stop()


async def test_a_taken_port_names_the_option(services: Services) -> None:
    other = await asyncio.start_server(lambda reader, writer: None, "127.0.0.1", 0)
    try:
        with pytest.raises(ConfigError, match="--monitor-port: 127"):
            await MonitorServer(services, host="127.0.0.1", port=other.sockets[0].getsockname()[1]).start()
    finally:
        other.close()
        await other.wait_closed()
