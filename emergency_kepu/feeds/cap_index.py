"""Atom entries and RSS items that only summarise a CAP message, as the old NWS index does.

The entry has CAP elements but no `alert`: it lacks references, parameters and texts, so what is read from it
carries the flag `from_index`.
"""

from __future__ import annotations

from lxml import etree

from emergency_kepu.domain.alert import Alert
from emergency_kepu.feeds import cap_words
from emergency_kepu.feeds.cap_alert import read_info, read_msg_type
from emergency_kepu.feeds.cap_effect import effect_of
from emergency_kepu.feeds.cap_elements import gather, is_cap
from emergency_kepu.feeds.flags import Flags
from emergency_kepu.feeds.format import FeedContext
from emergency_kepu.feeds.instants import read_instant
from emergency_kepu.feeds.text import collapse, trim

_CAP_TYPE = "application/cap+xml"


def is_index_entry(entry: etree._Element) -> bool:
    """Whether the entry carries CAP elements of its own."""
    return any(is_cap(child, "msgType", "severity", "areaDesc") for child in entry.iterchildren())


def link_of(entry: etree._Element) -> str | None:
    """The address of the CAP document an entry points at: the link of that type before any other."""
    fallback: str | None = None
    for link in entry.iterchildren("{*}link", "link"):
        address = (link.get("href") or link.text or "").strip()
        if address and link.get("type") == _CAP_TYPE:
            return address
        fallback = fallback or address or None
    return fallback


def read_index_entry(entry: etree._Element, feed: FeedContext) -> Alert:
    """One entry as an alert. ValueError when it has no id."""
    identifier = _text(entry, "id") or _text(entry, "guid")
    if not identifier:
        msg = "the entry has no id"
        raise ValueError(msg)
    flags = Flags("from_index")
    message = gather(entry, flat=True)
    texts, info_texts = message.texts, message.infos[0].texts
    title = collapse(_text(entry, "title"))
    if title:
        info_texts.setdefault("headline", title)
        info_texts.setdefault("event", title.partition(" issued ")[0])  # "<event> issued <time> by <office>"
    if summary := _text(entry, "summary"):
        info_texts.setdefault("description", summary)
    if link := link_of(entry):
        info_texts.setdefault("web", link)
    sent = None
    if updated := trim(texts.get("sent")) or _text(entry, "updated") or _text(entry, "published"):
        sent, assumed = read_instant(updated)
        if assumed:
            flags.add("offset_missing")
    if sent is None:
        flags.add("no_sent")
    info = read_info(message.infos[0], flags)
    msg_type = read_msg_type(texts.get("msgType"), flags)
    status = cap_words.spell(texts.get("status", ""), cap_words.STATUS)
    if status is None:
        flags.add("status_missing")
    scope = cap_words.spell(texts.get("scope", ""), cap_words.SCOPE)
    if scope is None:
        flags.add("scope_assumed")  # an index has no scope element; it is itself published
    return Alert(
        identifier=identifier,
        sender=trim(texts.get("sender")) or _author(entry) or feed.sender or feed.name,
        sent=sent,
        status=status or "",
        msg_type=msg_type,
        scope=scope or "Public",
        effect=effect_of(msg_type, (info,), flags),
        infos=(info,),
        flags=flags.as_tuple(),
    )


def _text(entry: etree._Element, name: str) -> str | None:
    found = entry.find(f"{{*}}{name}")
    return found.text.strip() or None if found is not None and found.text else None


def _author(entry: etree._Element) -> str | None:
    found = entry.find("{*}author/{*}name")
    return found.text.strip() or None if found is not None and found.text else None
