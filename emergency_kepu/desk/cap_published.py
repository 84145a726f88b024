"""What this desk has sent to the public, as CAP 1.2 documents and an Atom feed of them.

A document stays as it was issued: it is stored before it is shown, some seconds after the launch, and a text that is
corrected in the library later does not change what a message with the same identifier says.
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
from emergency_kepu.store import cap_documents
from emergency_kepu.store.cap_documents import CapDocument
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
        self._kept: dict[str, CapDocument] = {}
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

    async def keep(self) -> None:
        """Fix what has been sent in the words of this library, whether or not anybody reads the feed."""
        if self._speaker.sender:
            await self._snapshot.get()

    async def _look(self) -> tuple[bytes, dict[str, bytes]]:
        since, sender = self._services.clock.now() - KEPT, self._speaker.sender
        database = self._services.database
        rows = await database.read(lambda conn: published(conn, since=since, limit=MOST_CAMPAIGNS))
        makers: dict[str, Callable[[], Alert | None]] = {}
        for one in rows:
            if one.row.spec.facts.check is not None:
                continue  # no alert, and whoever reads alerts must not take the claim for one
            makers.update(self._messages(one))
        known = {name: self._kept[name] for name in makers if name in self._kept}
        if unseen := makers.keys() - known.keys():
            known |= await database.read(lambda conn: cap_documents.kept(conn, sender, unseen))
        made = [alert for name in makers if name not in known and (alert := makers[name]()) is not None]
        if made:
            # nothing is shown that is not kept: a process that dies now must not have said what nobody can repeat
            fresh = [_document(alert) for alert in made]
            known |= await database.write(lambda conn: cap_documents.keep(conn, sender, fresh))
        self._kept = known
        feed = Feed(
            id=f"{self._base}{FEED_PATH}",
            title=self._speaker.name,
            author=self._speaker.name,
            href=f"{self._base}{FEED_PATH}",
            opened=self._opened,
            entries=[self._entry(one) for one in known.values()],
        )
        return write_feed(feed), {name: one.document for name, one in known.items()}

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

    def _entry(self, one: CapDocument) -> Entry:
        href = f"{self._base}/cap/{one.identifier}.xml"
        return Entry(id=href, title=one.title, updated=one.updated, href=href)


def _document(alert: Alert) -> CapDocument:
    assert alert.sent is not None
    shown = alert.infos[0]
    title = f"{alert.msg_type}: {shown.headline or shown.event}"
    return CapDocument(identifier=alert.identifier, updated=alert.sent, title=title, document=write_alert(alert))
