"""People and machines known to the desk: their roles, passwords and tokens.

A password is kept as its argon2id hash (RFC 9106), a token as its SHA-256: a token has 256 random bits, so a slow hash
would add nothing. Neither can be read back.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import cache

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, select, update

from emergency_kepu.domain.errors import NotFound, UserError
from emergency_kepu.store.tables import tokens, users
from emergency_kepu.store.upsert import insert_new

TOKEN_PREFIX = "kepu_"  # noqa: S105 - the public part, by which scanners find a leaked one
MIN_PASSWORD = 12
"""Characters; NIST SP 800-63B asks for length, not for composition."""
MAX_PASSWORD_BYTES = 1024
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Right(StrEnum):
    """What somebody may do at the desk."""

    READ = "read"
    OPERATE = "operate"
    """Submit and cancel campaigns, replay and drop dead letters."""
    APPROVE = "approve"
    """Approve and reject campaigns."""
    PUSH = "push"
    """Hand in documents of feeds."""


class Role(StrEnum):
    """A set of rights under a name."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    FEEDER = "feeder"
    """A system that pushes feed documents and sees nothing."""
    ADMIN = "admin"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.READ}),
    Role.OPERATOR: frozenset({Right.READ, Right.OPERATE, Right.PUSH}),
    Role.APPROVER: frozenset({Right.READ, Right.APPROVE}),
    Role.FEEDER: frozenset({Right.PUSH}),
    Role.ADMIN: frozenset(Right),
}

_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """Verified against when a name is unknown, so that it takes as long as when it is known."""
    return _hasher.hash(secrets.token_hex(16))


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One person or system. `password_hash` None: tokens only."""

    name: str
    display_name: str
    roles: frozenset[Role]
    password_hash: str | None
    created_at: datetime
    disabled: bool = False

    def may(self, right: Right) -> bool:
        """Does any of its roles give this right?"""
        return not self.disabled and any(right in RIGHTS[role] for role in self.roles)

    def __repr__(self) -> str:
        return f"Account({self.name!r})"


def anybody(conn: Connection) -> bool:
    """Is there any account? Until there is, the desk can only be read, and only on this machine."""
    return conn.execute(select(users.c.name).limit(1)).first() is not None


def add(
    conn: Connection, name: str, *, roles: Iterable[Role], password: str | None, now: datetime, display_name: str = ""
) -> None:
    """UserError when the name is unfit or taken, or the password too short."""
    if not _NAME.fullmatch(name):
        msg = f"user name {name!r}: use 1 to 64 of a-z, 0-9, '.', '_', '-', a letter or digit first"
        raise UserError(msg)
    row = {
        "name": name,
        "display_name": display_name or name,
        "roles": "".join(f"|{role.value}" for role in sorted(set(roles))) + "|",
        "password_hash": None if password is None else hash_password(password),
        "created_at": now,
        "disabled": False,
    }
    if not insert_new(conn, users, [row]):
        msg = f"user {name!r} exists already; `kepu user list` shows them"
        raise UserError(msg)


def hash_password(password: str) -> str:
    """Its argon2id hash. UserError when it is too short or far too long."""
    if len(password) < MIN_PASSWORD or len(password.encode()) > MAX_PASSWORD_BYTES:
        msg = f"the password must have at least {MIN_PASSWORD} characters (and at most {MAX_PASSWORD_BYTES} bytes)"
        raise UserError(msg)
    return _hasher.hash(password)


def password_fits(account: Account | None, password: str) -> bool:
    """Takes about as long whether or not the account exists. Some tens of milliseconds: never in the event loop."""
    kept = account.password_hash if account and account.password_hash else _nobody()
    try:
        _hasher.verify(kept, password[:MAX_PASSWORD_BYTES])
    except (VerificationError, InvalidHashError):
        return False
    return account is not None and account.password_hash is not None and not account.disabled


def find(conn: Connection, name: str) -> Account | None:
    """By name."""
    row = conn.execute(select(users).where(users.c.name == name)).first()
    return None if row is None else _account(row)


def everybody(conn: Connection) -> list[Account]:
    """By name."""
    return [_account(row) for row in conn.execute(select(users).order_by(users.c.name))]


def set_password(conn: Connection, name: str, password: str) -> None:
    """NotFound names the user. Sessions that were opened with the old password end."""
    _change(conn, name, password_hash=hash_password(password))


def set_disabled(conn: Connection, name: str, *, disabled: bool) -> None:
    """NotFound names the user. A disabled one keeps its place in the audit and can do nothing."""
    _change(conn, name, disabled=disabled)


def new_token(conn: Connection, name: str, *, label: str, now: datetime, expires_at: datetime | None) -> str:
    """The token itself: shown once, never stored. NotFound names the user."""
    if find(conn, name) is None:
        raise _unknown(name)
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = {"hash": _digest(token), "user": name, "label": label, "created_at": now, "expires_at": expires_at}
    insert_new(conn, tokens, [row])
    return token


def bearer(conn: Connection, token: str, *, now: datetime) -> Account | None:
    """Whose token this is; None for an unknown or expired one, or one of a disabled account."""
    query = (
        select(users, tokens.c.expires_at)
        .join(tokens, tokens.c.user == users.c.name)
        .where(tokens.c.hash == _digest(token))
    )
    row = conn.execute(query).first()
    if row is None or row.disabled or (row.expires_at is not None and row.expires_at <= now):
        return None
    return _account(row)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _change(conn: Connection, name: str, **changes: object) -> None:
    if conn.execute(update(users).where(users.c.name == name).values(**changes)).rowcount == 0:
        raise _unknown(name)


def _unknown(name: str) -> NotFound:
    return NotFound(f"no user {name!r}; `kepu user list` shows them")


def _account(row: Row[tuple[object, ...]]) -> Account:
    values = row._mapping
    return Account(
        name=values["name"],
        display_name=values["display_name"],
        roles=frozenset(Role(role) for role in values["roles"].split("|") if role),
        password_hash=values["password_hash"],
        created_at=values["created_at"],
        disabled=values["disabled"],
    )
