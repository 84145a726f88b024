"""The kinds of channels by name, in plain sight; each module is loaded on first use.

A new kind is one file, one line here, one harness in `tests/contracts/test_channels.py`, one section in
`docs/reference/channels.md` and one example in `config/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import msgspec

from emergency_kepu.channels.door import Door
from emergency_kepu.channels.port import Channel
from emergency_kepu.domain.errors import ConfigError

CHANNELS: dict[str, str] = {
    "twilio": "emergency_kepu.channels.twilio:Twilio",
    "wecom": "emergency_kepu.channels.wecom:WeCom",
    "dingtalk": "emergency_kepu.channels.dingtalk:DingTalk",
    "feishu": "emergency_kepu.channels.feishu:Feishu",
    "email": "emergency_kepu.channels.mail:Email",
    "webhook": "emergency_kepu.channels.webhook:Webhook",
    "kafka": "emergency_kepu.channels.kafka:KafkaBroadcast",
    "file": "emergency_kepu.channels.file:File",
    "console": "emergency_kepu.channels.console:Console",
}


def build(name: str, raw: Mapping[str, Any], *, door: Door, environ: Mapping[str, str]) -> Channel:
    """A configured channel. ConfigError names the channel, the key and the mend; secrets are read here."""
    kind = raw.get("kind")
    if kind not in CHANNELS:
        msg = f"channel {name!r}: no kind {kind!r}; known kinds: {', '.join(sorted(CHANNELS))}"
        raise ConfigError(msg)
    module, attribute = CHANNELS[kind].split(":")
    channel_class = getattr(import_module(module), attribute)
    settings = {key: value for key, value in raw.items() if key != "kind"}
    try:
        config = msgspec.convert(settings, channel_class.Config)
    except msgspec.ValidationError as problem:
        msg = f"channel {name!r} ({kind}): {problem}; see docs/reference/channels.md"
        raise ConfigError(msg) from problem
    channel: Channel = channel_class(name, config, door=door, environ=environ)
    return channel
