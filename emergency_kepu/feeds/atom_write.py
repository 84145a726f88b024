"""An Atom feed (RFC 4287) of CAP documents: each entry links to one, so that a reader fetches only what is new."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
from lxml import etree

ATOM = "http://www.w3.org/2005/Atom"
CAP_TYPE = "application/cap+xml"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One published message. `id` is a URI that never changes; `href` is where its CAP document is."""

    id: str
    title: str
    updated: datetime
    href: str


class Feed(msgspec.Struct, frozen=True, kw_only=True):
    """`opened` stands in for the time of the last change while there are no entries."""

    id: str
    title: str
    author: str
    href: str
    opened: datetime
    entries: Sequence[Entry] = ()


def write_feed(feed: Feed) -> bytes:
    """The document, UTF-8, newest entry first. The same feed always gives the same bytes, which the ETag relies on."""
    entries = sorted(feed.entries, key=lambda entry: (entry.updated, entry.id), reverse=True)
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]  # the stubs know no default one
    _add(root, "id", feed.id)
    _add(root, "title", feed.title)
    _add(root, "updated", (entries[0].updated if entries else feed.opened).isoformat(timespec="seconds"))
    _add(etree.SubElement(root, f"{{{ATOM}}}author"), "name", feed.author)
    _link(root, rel="self", href=feed.href, type="application/atom+xml")
    for entry in entries:
        element = etree.SubElement(root, f"{{{ATOM}}}entry")
        _add(element, "id", entry.id)
        _add(element, "title", entry.title)
        _add(element, "updated", entry.updated.isoformat(timespec="seconds"))
        _link(element, rel="alternate", href=entry.href, type=CAP_TYPE)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def etag_of(document: bytes) -> str:
    """A strong validator (RFC 9110), quotes included."""
    return f'"{hashlib.blake2b(document, digest_size=12).hexdigest()}"'


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _link(parent: etree._Element, **attributes: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}link", attributes)
