"""Who sits at a browser: a signed cookie, and the token that each of its forms carries.

The cookie holds a name and when it was made; its signature is keyed with a secret of this process and the stored
password hash, so a restart, a new password or a disabled account ends it. Machine time (seconds since 1970), not the
clock of the pipeline: a drill that plays an afternoon in a minute must not log anybody out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

import msgspec

COOKIE = "kepu_session"
MAX_AGE_SECONDS = 12 * 3600
"""A shift; then one logs in again."""


class Ticket(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the cookie says."""

    name: str
    at: float
    """Machine time, seconds since 1970."""
    nonce: str


class Sessions:
    """Issues and checks cookies and form tokens. The secret lives and dies with the process."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(32)

    def issue(self, name: str, password_hash: str, *, wall: float) -> str:
        """The value of a fresh cookie."""
        ticket = Ticket(name=name, at=wall, nonce=secrets.token_urlsafe(12))
        body = base64.urlsafe_b64encode(msgspec.json.encode(ticket)).decode()
        return f"{body}.{self._sign(body, password_hash)}"

    def claimed_name(self, cookie: str) -> str | None:
        """The name a cookie claims, not yet proved: to look up whose password hash proves it."""
        ticket = _ticket(cookie)
        return None if ticket is None else ticket.name

    def proves(self, cookie: str, password_hash: str, *, wall: float) -> bool:
        """Signed by us, for this password, not too old."""
        ticket = _ticket(cookie)
        body, _, signature = cookie.partition(".")
        if ticket is None or not hmac.compare_digest(signature.encode(), self._sign(body, password_hash).encode()):
            return False
        return 0 <= wall - ticket.at < MAX_AGE_SECONDS

    def form_token(self, cookie: str) -> str:
        """What each form of this session carries; another site cannot know it."""
        return hmac.new(self._secret, b"form\0" + cookie.encode(), hashlib.sha256).hexdigest()

    def form_is_ours(self, cookie: str, token: str) -> bool:
        """Does the form belong to the session?"""
        return hmac.compare_digest(token.encode(), self.form_token(cookie).encode())

    def _sign(self, body: str, password_hash: str) -> str:
        message = b"cookie\0" + password_hash.encode() + b"\0" + body.encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()


def _ticket(cookie: str) -> Ticket | None:
    body = cookie.partition(".")[0]
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(body), type=Ticket)
    except (ValueError, binascii.Error, msgspec.DecodeError):
        return None
