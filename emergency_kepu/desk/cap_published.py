"""What this desk has sent to the public, as CAP 1.2 documents and an Atom feed of them.

A document that was read once stays as it was, for as long as the process runs: a text that is corrected in the library
must not change what a message with the same identifier says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from emergency_kepu.desk.cap_message import (
    Speaker,
    identifier_of,
    message_of,
    withdrawal_identifier,
    withdrawal_of,
)
from emergency_kepu.desk.snapshot import Snapshot
from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.errors import NotFound
from emergency_kepu.feeds.atom_write import Entry, Feed, write_feed
from emergency_kepu.feeds.cap_write import write_alert
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store.published import Published, published

FEED_PATH = "/cap/feed.atom"
KEPT = timedelta(days=7)
MOST_CAMPAIGNS = 200


class CapFeed:
    """One a desk. Looks at the database at most once a second, whoever asks."""

    def __init__(self, services: Services) -> None:
        self._services = services
        desk = services.settings.desk
        self._speaker = Speaker(sender=desk.cap_sender, name=desk.name)
        self._base = desk.public_url.rstrip("/")
        self._written: dict[str, tuple[Entry, bytes]] = {}
        self._opened = services.clock.now()
        self._snapshot = Snapshot(self._look)

    async def feed(self) -> bytes:
        """The Atom document. NotFound where the desk publishes none."""
        return (await self._shown())[0]

    async def document(self, name: str) -> bytes:
        """One CAP document. NotFound for what is not in the feed (any more)."""
        found = (await self._shown())[1].get(name)
        if found is None:
            msg = f"no message {name!r} in {FEED_PATH}; it lists the last {KEPT.days} days"
            raise NotFound(msg)
        return found

    async def _shown(self) -> tuple[bytes, dict[str, bytes]]:
        if not self._speaker.sender:
            msg = "this desk publishes no CAP feed: desk.cap_sender is not set"
            raise NotFound(msg)
        return await self._snapshot.get()

    async def _look(self) -> tuple[bytes, dict[str, bytes]]:
        since = self._services.clock.now() - KEPT
        rows = await self._services.database.read(lambda conn: published(conn, since=since, limit=MOST_CAMPAIGNS))
        written: dict[str, tuple[Entry, bytes]] = {}
        for one in rows:
            if one.row.spec.facts.check is not None:
                continue  # no alert, and whoever reads alerts must not take the claim for one
            for name, alert in self._messages(one):
                known = self._written.get(name)
                if known is not None:
                    written[name] = known
                elif (made := alert()) is not None:
                    written[name] = self._write(made)
        self._written = written
        feed = Feed(
            id=f"{self._base}{FEED_PATH}",
            title=self._speaker.name,
            author=self._speaker.name,
            href=f"{self._base}{FEED_PATH}",
            opened=self._opened,
            entries=[entry for entry, _ in self._written.values()],
        )
        return write_feed(feed), {name: document for name, (_, document) in self._written.items()}

    def _messages(self, one: Published) -> Iterable[tuple[str, Callable[[], Alert | None]]]:
        """Each by its identifier, and how it is made where it is not made yet."""
        catalog, speaker, incident = self._services.catalog, self._speaker, one.row.incident_id
        yield (
            identifier_of(one.row),
            lambda: message_of(one.row, one.before, catalog, speaker, incident=incident),
        )
        at = one.withdrawn_at
        if at is not None:
            yield (
                withdrawal_identifier(one.row),
                lambda: withdrawal_of(one.row, one.before, at, catalog, speaker, incident=incident),
            )

    def _write(self, alert: Alert) -> tuple[Entry, bytes]:
        assert alert.sent is not None
        href = f"{self._base}/cap/{alert.identifier}.xml"
        shown = alert.infos[0]
        title = f"{alert.msg_type}: {shown.headline or shown.event}"
        return Entry(id=href, title=title, updated=alert.sent, href=href), write_alert(alert)
