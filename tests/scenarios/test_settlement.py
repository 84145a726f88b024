"""What a provider has said is not forgotten while the database is away: else everybody hears it twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from emergency_kepu.channels.port import OutboundMessage, Outcome
from emergency_kepu.domain.errors import TransientError
from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from emergency_kepu.pipeline import dispatch
from emergency_kepu.store.database import Database
from tests.scenarios.rig import DEMO, SENT, Rig

QUAKE = (DEMO / "documents/usgs-1.geojson").read_bytes()


@pytest.mark.parametrize("after_commit", [False, True], ids=["not done", "done, but the word of it was lost"])
def test_an_outage_after_the_call_sends_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after_commit: bool
) -> None:
    person = Recipient(
        id="p-1",
        kind=RecipientKind.PERSON,
        locale="zh-CN",
        place="511524",
        addresses=(Address(channel="sms", target="+1"),),
    )
    rig = Rig(tmp_path, [person])
    monkeypatch.setattr(dispatch, "AGAIN_SECONDS", 0.0)
    away = iter(())
    write = Database.write

    def answer(_message: OutboundMessage, _asked: int) -> Outcome:
        nonlocal away
        away = iter([True] * 5)
        return SENT

    async def sometimes(database: Database, fn: Any) -> Any:
        refused = next(away, False)
        if not refused or after_commit:
            found = await write(database, fn)
        if refused:
            msg = "the database is away"
            raise TransientError(msg)
        return found

    rig.channels["sms"].answer = answer
    monkeypatch.setattr(Database, "write", sometimes)
    rig.feed("usgs", QUAKE)
    rig.run(until=timedelta(minutes=5))

    assert [target for target, _ in rig.accepted("sms")] == ["+1"]
    assert [(row["state"], row["possible_duplicates"]) for row in rig.deliveries()] == [("sent", 0)]
    [campaign] = rig.campaigns()
    assert campaign.state == "finished"
