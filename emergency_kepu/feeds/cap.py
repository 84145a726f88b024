"""CAP 1.2 and 1.1 (OASIS; 1.0 is read too) in the carriers that live feeds use.

A bare alert, Atom entries or RSS items with the alert inside, EDXL-DE with many, and Atom entries that carry
CAP elements of their own. An index that only links gives `links`.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.errors import ParseError
from emergency_kepu.feeds.cap_alert import read_alert
from emergency_kepu.feeds.cap_elements import ALERT_TAGS
from emergency_kepu.feeds.cap_index import is_index_entry, link_of, read_index_entry
from emergency_kepu.feeds.format import FeedContext, MemberError, ParseResult
from emergency_kepu.feeds.xml_document import read_xml

_WHAT = "CAP document"


def parse(body: bytes, *, feed: FeedContext) -> ParseResult:
    """Read one document in any of the carriers. ParseError when it is none of them."""
    root = read_xml(body, _WHAT)
    if root.tag in ALERT_TAGS:
        return _bare(root, feed)
    members = _members(root)
    if members is None:
        msg = f"{_WHAT}: the root element <{etree.QName(root).localname}> is no CAP alert, Atom, RSS or EDXL-DE"
        raise ParseError(msg)
    return _carried(members, feed)


def _bare(root: etree._Element, feed: FeedContext) -> ParseResult:
    try:
        return ParseResult(alerts=(read_alert(root, feed),))
    except ValueError as problem:
        return ParseResult(errors=(MemberError(member="alert", detail=str(problem)),))


def _members(root: etree._Element) -> Iterator[etree._Element] | None:
    match etree.QName(root).localname:
        case "feed":
            return root.iterchildren("{*}entry")
        case "rss":
            return root.iterfind("channel/item")
        case "RDF":
            return root.iterchildren("{*}item")
        case "EDXLDistribution":
            return root.iterchildren("{*}contentObject")
        case _:
            return None


def _carried(members: Iterator[etree._Element], feed: FeedContext) -> ParseResult:
    alerts: list[Alert] = []
    errors: list[MemberError] = []
    links: list[str] = []
    for number, member in enumerate(members, start=1):
        inside = list(member.iterdescendants(*ALERT_TAGS))
        if inside:
            for element in inside:
                _read(element, f"member {number}", feed, alerts, errors)
        elif is_index_entry(member):
            try:
                alerts.append(read_index_entry(member, feed))
            except ValueError as problem:
                errors.append(MemberError(member=f"entry {number}", detail=str(problem)))
        elif link := link_of(member):
            links.append(link)
        else:
            errors.append(MemberError(member=f"member {number}", detail="holds no alert and no link to one"))
    return ParseResult(alerts=tuple(alerts), errors=tuple(errors), links=tuple(links))


def _read(
    element: etree._Element, where: str, feed: FeedContext, alerts: list[Alert], errors: list[MemberError]
) -> None:
    try:
        alerts.append(read_alert(element, feed))
    except ValueError as problem:
        errors.append(MemberError(member=where, detail=str(problem)))
