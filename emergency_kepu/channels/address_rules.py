"""Where the HTTP door may go. A gateway's name that resolves into our own house is refused, unless configured.

The address that was checked is the one that is connected to, so that a name cannot change its mind in between.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver


class AddressRefused(OSError):
    """A host resolves to an address that is not allowed."""


class AddressRules:
    """Public addresses, and those inside that `allow_private` names (`10.1.2.0/24`, `127.0.0.1`)."""

    def __init__(self, allow_private: Sequence[str] = ()) -> None:
        self._allowed = tuple(ipaddress.ip_network(item, strict=False) for item in allow_private)

    def permits(self, address: str) -> bool:
        """Whether a numeric address may be connected to."""
        ip = ipaddress.ip_address(address)
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
            ip = ip.ipv4_mapped
        return ip.is_global or any(ip in network for network in self._allowed if network.version == ip.version)


class CheckedResolver(AbstractResolver):
    """Resolves, and keeps only what the rules permit."""

    def __init__(self, rules: AddressRules) -> None:
        self._rules = rules
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        permitted = [item for item in found if self._rules.permits(item["host"])]
        if not permitted:
            msg = f"{host} resolves to a private address; name it in http.allow_private if that is meant"
            raise AddressRefused(msg)
        return permitted

    async def close(self) -> None:
        await self._inner.close()
