"""What each layout's channel holds, and which kind of channel uses which layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from emergency_kepu.content import sms

SMS_PARTS = 3
"""More parts cost more, arrive apart and are read less."""
WECOM_TEXT_BYTES = 2048
"""WeCom group robot, text message, UTF-8 (developer.work.weixin.qq.com, path 99110)."""
BROADCAST_CHARACTERS = 600
"""Two to three minutes read aloud."""

LAYOUT_OF_KIND = {
    "twilio": "sms",
    "wecom": "chat",
    "wecom_markdown": "wecom_markdown",
    "dingtalk": "chat",
    "dingtalk_markdown": "dingtalk_markdown",
    "feishu": "chat",
    "email": "email",
    "kafka": "broadcast",
    "webhook": "full",
    "file": "full",
    "console": "full",
}


def kind_of(raw: Mapping[str, Any]) -> str:
    """A configured channel's kind, with its `format` where that has a layout of its own: a key of LAYOUT_OF_KIND."""
    kind = str(raw["kind"])
    formatted = f"{kind}_{raw.get('format', 'text')}"
    return formatted if formatted in LAYOUT_OF_KIND else kind


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """At most `most` of what `measure` counts, in `unit`."""

    unit: str
    most: int
    measure: Callable[[str], int]


def _parts(text: str) -> int:
    return sms.count(text).segments


def _bytes(text: str) -> int:
    return len(text.encode())


LIMITS: dict[str, Limit] = {
    "sms": Limit(unit="parts", most=SMS_PARTS, measure=_parts),
    "chat": Limit(unit="bytes", most=WECOM_TEXT_BYTES, measure=_bytes),
    "broadcast": Limit(unit="characters", most=BROADCAST_CHARACTERS, measure=len),
    "full": Limit(unit="characters", most=8_000, measure=len),
}
