"""What the delivery benchmarks share: recipients, one approved campaign, settings with one channel to a sink."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from emergency_kepu.campaigns.operations import launch
from emergency_kepu.domain.campaign import CampaignKind, CampaignSpec, CampaignState, Lane, MessageFacts
from emergency_kepu.domain.recipient import Address, AudienceQuery, Recipient, RecipientKind
from emergency_kepu.runtime import Runtime
from emergency_kepu.services import wire
from emergency_kepu.settings import HttpSettings, Settings, StoreSettings
from emergency_kepu.store import campaigns
from emergency_kepu.store.campaigns import CampaignRow

PLACE = "511524"
CHANNEL = "hook"
SECRET = {"BENCH_SECRET": "x"}
_LOCALES = ("zh-Hans", "zh-Hant", "en")


def settings(folder: str | Path, channel: Mapping[str, Any], **more: Any) -> Settings:
    """A database in `folder` and one channel, which may reach this machine. `more`: sections that differ."""
    return Settings(
        store=StoreSettings(url=f"sqlite:///{folder}/bench.db"),
        http=more.pop("http", HttpSettings(allow_private=("127.0.0.1",))),
        channels={CHANNEL: dict(channel)},
        **more,
    )


def people(count: int, target: str = "t") -> Iterable[Recipient]:
    """Recipients in one county, in three languages by turns."""
    return (
        Recipient(
            id=f"p-{number:07}",
            kind=RecipientKind.PERSON,
            locale=_LOCALES[number % 3],
            place=PLACE,
            addresses=(Address(channel=CHANNEL, target=target),),
        )
        for number in range(count)
    )


def campaign(name: str, *, lane: Lane = Lane.IMMEDIATE) -> CampaignRow:
    """An approved rainstorm warning to everybody in the county."""
    now = datetime.now(UTC)
    facts = MessageFacts(
        source_name="县气象台",
        place_codes=(PLACE,),
        issued_at=now,
        until=now + timedelta(hours=6),
        tz="Asia/Shanghai",
    )
    spec = CampaignSpec(
        hazard="rainstorm",
        phase="now",
        channels=(CHANNEL,),
        facts=facts,
        audience=msgspec.to_builtins(AudienceQuery(places=(PLACE,))),
        accepted_wall=time.time(),
    )
    return CampaignRow(
        id=name,
        revision=1,
        incident_id=name,
        kind=CampaignKind.ISSUE,
        state=CampaignState.APPROVED,
        hazard="rainstorm",
        severity=4,
        title=name,
        policy="bench",
        lane=lane,
        drill=False,
        approvals_needed=0,
        created_at=now,
        created_by="bench",
        accepted_at=now,
        expires_at=None,
        spec=spec,
    )


async def deliver(chosen: Settings, row: CampaignRow) -> float:
    """Launch `row` in a runtime of its own on the settings' database; seconds until the campaign is finished."""
    runtime = Runtime(wire(chosen, environ=SECRET))
    await runtime.start()
    database = runtime.services.database
    began = time.perf_counter()
    await runtime.services.bus.publish(
        await database.write(lambda conn: (campaigns.insert(conn, row), launch(conn, row.id, now=datetime.now(UTC)))[1])
    )
    while True:
        found = await database.read(lambda conn: campaigns.get(conn, row.id, 1))
        if found is not None and found.state is CampaignState.FINISHED:
            break
        await asyncio.sleep(0.02)
    seconds = time.perf_counter() - began
    await runtime.stop()
    return seconds
