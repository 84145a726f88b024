"""Group robots that may sign: `name=token` or `name=token:secret`, as one environment variable holds them.

DingTalk and Feishu keep two secrets a robot: the token in its address, and a key that signs each request.
"""

from __future__ import annotations

import base64
import hmac

import msgspec

from emergency_kepu.channels.secrets import Secret, scrub
from emergency_kepu.domain.errors import ConfigError


class Robot(msgspec.Struct, frozen=True, kw_only=True):
    """`secret` is None for a robot that its owner protects by keywords or addresses instead."""

    token: Secret
    secret: Secret | None = None

    def scrub(self, text: str) -> str:
        """`text` without what this robot keeps secret."""
        return scrub(text, self.token) if self.secret is None else scrub(text, self.token, self.secret)


def read_robots(listed: Secret, channel: str) -> dict[str, Robot]:
    """Robots by name, from pairs one a line or separated by commas. ConfigError names the channel, never the pair."""
    robots: dict[str, Robot] = {}
    for item in listed.reveal().replace("\n", ",").split(","):
        if not item.strip():
            continue
        name, _, rest = item.strip().partition("=")
        token, separator, secret = rest.partition(":")
        if not (name and token) or (separator and not secret):
            msg = f"channel {channel!r}: robots are given as name=token or name=token:secret; one is neither"
            raise ConfigError(msg)
        if name in robots:
            msg = f"channel {channel!r}: two robots are named {name!r}"
            raise ConfigError(msg)
        robots[name] = Robot(token=Secret(token), secret=Secret(secret) if secret else None)
    return robots


def dingtalk_sign(timestamp_ms: int, secret: Secret) -> str:
    """Base64, not yet percent-encoded: keyed with the secret, over the time in milliseconds and the secret."""
    return _mac(secret.reveal().encode(), f"{timestamp_ms}\n{secret.reveal()}".encode())


def feishu_sign(timestamp_s: int, secret: Secret) -> str:
    """Base64: the time in seconds and the secret are the *key*, and what is signed is empty."""
    return _mac(f"{timestamp_s}\n{secret.reveal()}".encode(), b"")


def _mac(key: bytes, said: bytes) -> str:
    return base64.b64encode(hmac.digest(key, said, "sha256")).decode()
