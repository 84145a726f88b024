"""The console and the API over a small database: what is shown, in which language, and that nothing is injected."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import httpx
import pytest

from emergency_kepu.desk.app import create_app
from emergency_kepu.domain.incident import AlertKey, Incident
from emergency_kepu.domain.severity import Severity
from emergency_kepu.services import wire
from emergency_kepu.settings import FeedSettings, Settings, StoreSettings
from emergency_kepu.store import incidents

AT = datetime(2026, 6, 30, 16, 28, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(
        store=StoreSettings(url=f"sqlite:///{tmp_path}/kepu.db"),
        feeds={"open": FeedSettings(format="cap", push=True), "shut": FeedSettings(format="cap")},
    )
    wired = wire(settings, environ={})
    await wired.services.database.start()
    incident = Incident(
        id="i-1",
        hazard="rainstorm",
        title="<script>alert(1)</script>",
        severity=Severity.EXTREME,
        opened_at=AT,
        updated_at=AT,
        latest=AlertKey(sender="s", identifier="1"),
    )
    await wired.services.database.write(lambda conn: incidents.save(conn, incident))
    # in this very loop, as in the program: the database answers the loop that started it
    transport = httpx.ASGITransport(app=create_app(wired.services))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as found:
        yield found
    await wired.close()


async def test_the_page_speaks_two_languages_and_escapes(client: httpx.AsyncClient) -> None:
    chinese = (await client.get("/?lang=zh-CN")).text
    english = (await client.get("/", headers={"Accept-Language": "en"})).text
    assert "等待审批" in chinese
    assert "Waiting for approval" in english
    assert "<script>" not in chinese
    assert "&lt;script&gt;" in chinese
    assert "06-30 08:28 UTC" in english, "an instant in Beijing time is shown in UTC"


async def test_strict_headers(client: httpx.AsyncClient) -> None:
    reply = await client.get("/")
    assert reply.headers["content-security-policy"].startswith("default-src 'none'")


async def test_an_incident_and_what_is_none(client: httpx.AsyncClient) -> None:
    assert (await client.get("/incidents/i-1")).status_code == 200
    missing = await client.get("/incidents/nope")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"
    assert "kepu incidents list" in missing.json()["detail"]


async def test_push_is_accepted_only_where_configured(client: httpx.AsyncClient) -> None:
    taken = await client.post("/api/v1/feeds/open", content=b"<alert/>")
    assert taken.status_code == 202
    assert taken.json()["record"].startswith("open/")
    assert (await client.post("/api/v1/feeds/shut", content=b"x")).status_code == 404
    assert (await client.post("/api/v1/feeds/open", content=b"")).status_code == 400


async def test_health_metrics_and_the_description(client: httpx.AsyncClient) -> None:
    assert (await client.get("/-/healthy")).status_code == 200
    assert (await client.get("/-/ready")).status_code == 200
    assert "kepu_alerts_total" in (await client.get("/metrics")).text
    assert (await client.get("/api/openapi.json")).json()["openapi"].startswith("3.1")
