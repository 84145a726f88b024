"""A desk over a small database: one open incident, one campaign that waits, three people."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection

from emergency_kepu.desk import accounts
from emergency_kepu.desk.accounts import Role
from emergency_kepu.desk.app import create_app
from emergency_kepu.domain.campaign import CampaignKind, CampaignSpec, CampaignState, Lane, MessageFacts
from emergency_kepu.domain.incident import AlertKey, Incident
from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from emergency_kepu.domain.severity import Severity
from emergency_kepu.pipeline.services import Services
from emergency_kepu.services import wire
from emergency_kepu.settings import DeskSettings, FeedSettings, Settings, StoreSettings
from emergency_kepu.store import campaigns, incidents, recipients
from emergency_kepu.store.campaigns import CampaignRow

AT = datetime(2026, 6, 30, 8, 28, tzinfo=UTC)
PASSWORD = "a long enough password"
TITLE = "<script>alert(1)</script>"
ENVIRON = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "made-up-token"}


class HeldClock:
    """Stands still."""

    def now(self) -> datetime:
        return AT

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here sleeps")

    def real_seconds(self, seconds: float) -> float:
        return seconds

    def wall(self) -> float:
        return AT.timestamp()


def an_incident() -> Incident:
    return Incident(
        id="i-1",
        hazard="rainstorm",
        title=TITLE,
        severity=Severity.EXTREME,
        opened_at=AT,
        updated_at=AT,
        place_codes=("511123",),
        place_text="犍为县",
        tz="Asia/Shanghai",
        source_name="犍为县气象台",
        latest=AlertKey(sender="s", identifier="1"),
    )


def a_campaign(*, revision: int = 1, state: CampaignState = CampaignState.WAITING, needed: int = 2) -> CampaignRow:
    facts = MessageFacts(
        source_name="犍为县气象台", place_codes=("511123",), place_text="犍为县", issued_at=AT, tz="Asia/Shanghai"
    )
    spec = CampaignSpec(
        hazard="rainstorm", phase="now", channels=("records",), facts=facts, audience={"places": ["511123"]}
    )
    return CampaignRow(
        id="c-1",
        revision=revision,
        incident_id="i-1",
        kind=CampaignKind.ISSUE,
        state=state,
        hazard="rainstorm",
        severity=3,
        title=TITLE,
        policy="natural-orange",
        lane=Lane.IMMEDIATE,
        drill=False,
        approvals_needed=needed,
        created_at=AT,
        created_by="intake",
        accepted_at=AT,
        expires_at=None,
        spec=spec,
    )


def _fill(conn: Connection) -> None:
    incidents.save(conn, an_incident())
    campaigns.insert(conn, a_campaign())
    person = Recipient(
        id="p-1",
        kind=RecipientKind.PERSON,
        locale="zh-Hans",
        place="511123",
        addresses=(Address(channel="records", target="+8613900001234"),),
    )
    recipients.save_all(conn, [person])


def _hire(conn: Connection) -> None:
    for name, roles in (
        ("admin", [Role.ADMIN]),
        ("wang", [Role.APPROVER]),
        ("li", [Role.APPROVER]),
        ("zhao", [Role.VIEWER]),
        ("qian", [Role.OPERATOR]),
        ("county", [Role.FEEDER]),
    ):
        password = PASSWORD if name in ("admin", "wang") else None
        accounts.add(conn, name, roles=roles, password=password, now=AT)


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    settings = Settings(
        desk=DeskSettings(name="Desk of tests", public_url="https://desk.example"),
        store=StoreSettings(url=f"sqlite:///{tmp_path}/kepu.db", synchronous="NORMAL"),
        feeds={"open": FeedSettings(format="cap", push=True), "shut": FeedSettings(format="cap")},
        channels={
            "records": {"kind": "file", "path": str(tmp_path / "out.jsonl")},
            "sms": {"kind": "twilio", "sender": "+15005550006"},
        },
    )
    wired = wire(settings, clock=HeldClock(), environ=ENVIRON)
    await wired.services.database.start()
    await wired.services.database.write(_fill)
    yield wired.services
    await wired.close()


@pytest.fixture
async def staffed(services: Services) -> Services:
    """With accounts."""
    await services.database.write(_hire)
    return services


Open = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def browse(services: Services) -> AsyncIterator[Open]:
    """Clients of one application, in this very loop: the database answers the loop that started it."""
    app = create_app(services, environ=ENVIRON)
    clients: list[httpx.AsyncClient] = []

    def open_client(*, address: str = "127.0.0.1", host: str = "127.0.0.1:8600", token: str = "") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=app, client=(address, 50_000))  # type: ignore[arg-type]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        clients.append(httpx.AsyncClient(transport=transport, base_url=f"http://{host}", headers=headers))
        return clients[-1]

    yield open_client
    for client in clients:
        await client.aclose()


@pytest.fixture
def token_of(staffed: Services) -> Callable[[str], str]:
    def make(name: str) -> str:
        with staffed.database.begin() as conn:
            return accounts.new_token(conn, name, label="test", now=AT, expires_at=None)

    return make
