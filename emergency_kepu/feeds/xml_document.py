"""XML documents of feeds, read by a hardened parser: no DTD, no entities, no network, bounded size and depth.

libxml2 without its `huge` option stops at 256 levels and 10 MB of text a node (its `parserInternals.h`); a
document type declaration has no use in any feed we read, so one is refused before the parser sees it.
"""

from __future__ import annotations

import threading
from codecs import BOM_UTF8

from lxml import etree

from emergency_kepu.domain.errors import ParseError
from emergency_kepu.feeds.format import MAX_DOCUMENT_BYTES
from emergency_kepu.feeds.json_document import check_body

_parsers = threading.local()


def read_xml(body: bytes, what: str) -> etree._Element:
    """The root element. ParseError for what is not well-formed, empty, an HTML page, or hostile."""
    start = body.removeprefix(BOM_UTF8)
    if not start.startswith(b"<") or len(start) > MAX_DOCUMENT_BYTES:
        start = check_body(start, what)  # a blank line before the declaration occurs in live feeds
    _refuse_doctype(start, what)
    try:
        root = etree.fromstring(start, _parser())
    except (etree.XMLSyntaxError, ValueError) as problem:
        check_body(start, what)
        raise _unreadable(problem, what) from problem
    # In encodings such as UTF-16 or UTF-7 the look at the bytes sees nothing, so the tree is asked.
    if b"UTF-8" not in start[:60] and root.getroottree().docinfo.internalDTD is not None:
        raise _hostile(what)
    return root


def _parser() -> etree.XMLParser:
    # Kept for each thread: a parser shared by threads is locked, and a new one for each call costs a fifth
    # of the parse of a small document.
    parser: etree.XMLParser | None = getattr(_parsers, "parser", None)
    if parser is None:
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            dtd_validation=False,
            huge_tree=False,
            collect_ids=False,
        )
        _parsers.parser = parser
    return parser


def _refuse_doctype(body: bytes, what: str) -> None:
    """Look for a document type declaration in the prolog only: inside CDATA the words are harmless."""
    at = 0
    while True:
        at = body.find(b"<", at)
        if at < 0:
            return
        if body.startswith(b"<?", at):
            at = _after(body, b"?>", at)
        elif body.startswith(b"<!--", at):
            at = _after(body, b"-->", at)
        elif body.startswith(b"<!", at):
            check_body(body[at:], what)  # an HTML page is told by name
            raise _hostile(what)
        else:
            return


def _after(body: bytes, end: bytes, at: int) -> int:
    found = body.find(end, at)
    return len(body) if found < 0 else found + len(end)


def _hostile(what: str) -> ParseError:
    return ParseError(f"{what}: hostile input, a document type declaration (DTD, entities) is not accepted")


def _unreadable(problem: Exception, what: str) -> ParseError:
    text = " ".join(str(problem).split())[:200]
    if "depth" in text.lower() or "huge" in text.lower():
        return ParseError(f"{what}: hostile input, nested too deep or too large ({text})")
    return ParseError(f"{what}: not well-formed XML ({text})")
