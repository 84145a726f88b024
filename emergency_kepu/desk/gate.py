"""Who is asking, and may they? The API proves itself by a bearer token, the console by its session cookie.

While there is no account at all, whoever sits at this very machine may read, and nobody may change anything. "This
machine" means a loopback client *and* a loopback name in `Host`: a page elsewhere that rebinds its name to 127.0.0.1
is still shown its own name.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from litestar import Request
from litestar.exceptions import NotAuthorizedException, PermissionDeniedException

from emergency_kepu.desk import accounts
from emergency_kepu.desk.accounts import Account, Right
from emergency_kepu.desk.session import COOKIE, Sessions
from emergency_kepu.pipeline.services import Services

NO_ACCOUNTS = "no accounts yet: `kepu user add NAME --role admin` makes one; until then the desk can only be read"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks. `open_house`: no account exists and the visitor sits at this machine."""

    account: Account | None = None
    open_house: bool = False
    no_accounts: bool = False
    form_token: str = ""

    @property
    def name(self) -> str:
        """For the audit; only of those who proved who they are."""
        return self.account.name if self.account else ""

    def may(self, right: Right) -> bool:
        """Would `require` let them pass?"""
        if self.account is not None:
            return self.account.may(right)
        return self.open_house and right is Right.READ

    @property
    def may_operate(self) -> bool:
        """For pages: show what begins something?"""
        return self.may(Right.OPERATE)

    def refusal(self, right: Right = Right.OPERATE) -> str:
        """For pages: the console's word for why it is out of reach; empty: it is offered."""
        if self.may(right):
            return ""
        return "no_accounts" if self.no_accounts else "no_right"

    def require(self, right: Right) -> None:
        """401 when it is unknown who asks, 403 when they may not."""
        if self.may(right):
            return
        if self.no_accounts:
            raise PermissionDeniedException(detail=NO_ACCOUNTS)
        if self.account is None:
            raise NotAuthorizedException(detail="log in, or send a bearer token (`kepu user token NAME` makes one)")
        msg = f"{self.account.name} may not do this: it needs the right to {right.value}; an admin can change roles"
        raise PermissionDeniedException(detail=msg)


class Gate:
    """Tells who asks. One an application."""

    def __init__(self, services: Services, sessions: Sessions) -> None:
        self._services = services
        self._sessions = sessions

    async def of_api(self, request: Request[Any, Any, Any]) -> Visitor:
        """By bearer token. A wrong one is refused even where none is needed: it is a mistake worth knowing."""
        header = request.headers.get("authorization")
        if header is None:
            return await self._stranger(request)
        scheme, _, token = header.partition(" ")
        now = datetime.fromtimestamp(self._services.clock.wall(), UTC)
        found = await self._services.database.read(lambda conn: accounts.bearer(conn, token.strip(), now=now))
        if scheme.lower() != "bearer" or found is None:
            raise NotAuthorizedException(
                detail="this token is unknown, expired, or of a disabled account; `kepu user token NAME` makes one"
            )
        return Visitor(account=found)

    async def of_console(self, request: Request[Any, Any, Any]) -> Visitor:
        """By session cookie."""
        cookie = request.cookies.get(COOKIE, "")
        claimed = self._sessions.claimed_name(cookie) if cookie else None
        if claimed is None:
            return await self._stranger(request)
        found = await self._services.database.read(lambda conn: accounts.find(conn, claimed))
        wall = self._services.clock.wall()
        if (
            found is None
            or found.disabled
            or found.password_hash is None
            or not self._sessions.proves(cookie, found.password_hash, wall=wall)
        ):
            return await self._stranger(request)
        return Visitor(account=found, form_token=self._sessions.form_token(cookie))

    async def _stranger(self, request: Request[Any, Any, Any]) -> Visitor:
        if await self._services.database.read(accounts.anybody):
            return Visitor()
        return Visitor(no_accounts=True, open_house=_is_this_machine(request))


def _is_this_machine(request: Request[Any, Any, Any]) -> bool:
    host = request.headers.get("host", "")
    named = host[1:].split("]")[0] if host.startswith("[") else host.rsplit(":", 1)[0]
    return request.client is not None and is_loopback(request.client.host) and is_loopback(named)


def is_loopback(name: str) -> bool:
    """`localhost`, 127.0.0.0/8 or ::1."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
