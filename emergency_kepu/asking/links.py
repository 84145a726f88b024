"""The links in a question to an expert: signed, expiring, and each for one purpose.

A token holds which question, what the link does and until when, and is signed with a key of the house
(`KEPU_LINK_KEY`), which every process and the next start share. So a link proves itself without a session, cannot be
made into another one, and costs no row. That it acts once is the question's own state, not the token's.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from emergency_kepu.channels.secrets import Secret, read_secret
from emergency_kepu.domain.ask import Ask, Purpose
from emergency_kepu.domain.errors import ConfigError

LINK_KEY = "KEPU_LINK_KEY"
PATH = "/e/"
"""Where the desk answers; nothing else of it has to be reachable by experts."""
_SHORTEST_KEY = 32
_SIGNATURE_BYTES = 16
_PURPOSES = (Purpose.CONFIRM, Purpose.CORRECT, Purpose.DECLINE)


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What a genuine token says. It may be too late: `expires_at` is for the reader to compare."""

    ask: str
    purpose: Purpose
    expires_at: datetime


class Links:
    """Makes and reads them. `base` is the address under which the outside reaches the desk."""

    def __init__(self, key: Secret, base: str) -> None:
        self._key = key
        self._base = base.rstrip("/")

    def url(self, ask: Ask, purpose: Purpose) -> str:
        """The same link for the same question, also when it is sent again."""
        return f"{self._base}{PATH}{self.token(ask, purpose)}"

    def token(self, ask: Ask, purpose: Purpose) -> str:
        """39 characters that need no escaping."""
        until = int(ask.expires_at.timestamp())
        body = bytes((_PURPOSES.index(purpose),)) + until.to_bytes(4) + bytes.fromhex(ask.id)
        return base64.urlsafe_b64encode(body + self._sign(body)).rstrip(b"=").decode()

    def read(self, token: str) -> Link | None:
        """None for what this house has not signed."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            return None
        body, signature = raw[:-_SIGNATURE_BYTES], raw[-_SIGNATURE_BYTES:]
        if len(body) != 13 or not hmac.compare_digest(signature, self._sign(body)):
            return None
        return Link(
            ask=body[5:].hex(),
            purpose=_PURPOSES[body[0]],
            expires_at=datetime.fromtimestamp(int.from_bytes(body[1:5]), UTC),
        )

    def _sign(self, body: bytes) -> bytes:
        message = b"kepu expert link\0" + body
        return hmac.new(self._key.reveal().encode(), message, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def links_of(environ: Mapping[str, str], base: str) -> Links | None:
    """None where no key is set or nobody outside reaches the desk. ConfigError for a key that can be guessed."""
    key = link_key(environ) if base else None
    return None if key is None else Links(key, base)


def link_key(environ: Mapping[str, str]) -> Secret | None:
    """The house's key; None where none is set. ConfigError for one that can be guessed."""
    if not (environ.get(LINK_KEY) or environ.get(f"{LINK_KEY}_FILE")):
        return None
    key = read_secret(LINK_KEY, environ, "desk")
    if len(key.reveal()) < _SHORTEST_KEY:
        msg = f"{LINK_KEY}: shorter than {_SHORTEST_KEY} characters can be guessed; `openssl rand -hex 32` makes one"
        raise ConfigError(msg)
    return key
