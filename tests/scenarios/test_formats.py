"""A room whose robot is configured for markdown is sent markdown; another of the same kind is not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from tests.scenarios.rig import DEMO, Rig, demo_settings

QUAKE = (DEMO / "documents/usgs-1.geojson").read_bytes()


@pytest.mark.parametrize("written", ["text", "markdown"])
def test_a_room_gets_what_its_robot_is_configured_for(written: str, tmp_path: Path) -> None:
    settings = demo_settings()
    channels = {**settings.channels, "rooms": {**settings.channels["rooms"], "kind": "wecom", "format": written}}
    room = Recipient(
        id="r-1", kind=RecipientKind.PERSON, locale="zh-CN", place="511524",
        addresses=(Address(channel="rooms", target="room-01"),),
    )  # fmt: skip
    rig = Rig(tmp_path, [room], settings=msgspec.structs.replace(settings, channels=channels))
    rig.feed("usgs", QUAKE)
    rig.run(until=timedelta(minutes=5))
    [(target, text)] = rig.accepted("rooms")
    assert target == "room-01"
    assert text.startswith("### ") is (written == "markdown")
    assert ("**" in text) is (written == "markdown")
