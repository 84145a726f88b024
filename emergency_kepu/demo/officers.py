"""Two duty officers with accounts of their own. They approve over the API, as people do through the console."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import aiohttp
from sqlalchemy import Connection

from emergency_kepu.desk import accounts
from emergency_kepu.desk.accounts import Role

NAMES = ("wang", "li")


def hire(conn: Connection) -> dict[str, str]:
    """An account for each, once, and a token for this run."""
    now = datetime.now(UTC)
    for name in NAMES:
        if accounts.find(conn, name) is None:
            accounts.add(conn, name, roles=[Role.APPROVER], password=None, now=now)
    return {
        name: accounts.new_token(conn, name, label="demo", now=now, expires_at=now + timedelta(days=1))
        for name in NAMES
    }


class Officers:
    """Their side of the API."""

    def __init__(self, desk: str, tokens: dict[str, str]) -> None:
        self._desk = desk.rstrip("/")
        self._tokens = tokens
        self.session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30))

    async def approve(self, hazard: str, actor: str) -> str:
        """What the officer did, in words."""
        headers = {"Authorization": f"Bearer {self._tokens[actor]}"}
        async with self.session.get(f"{self._desk}/api/v1/campaigns?state=waiting", headers=headers) as reply:
            reply.raise_for_status()
            waiting = [row for row in (await reply.json())["items"] if row["hazard"] == hazard]
        if not waiting:
            return f"{actor} finds nothing that waits"
        row = waiting[0]
        url = f"{self._desk}/api/v1/campaigns/{row['id']}/approve"
        async with self.session.post(url, headers=headers, json={"revision": row["revision"]}) as reply:
            answer = await reply.json()
        if reply.status != 200:
            return str(answer["detail"])
        return f"{actor} approves {row['id']}" + (
            ": one more must" if answer["state"] == "waiting" else ": it goes out"
        )

    async def close(self) -> None:
        """Hang up."""
        await self.session.close()
