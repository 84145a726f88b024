"""One CAP `alert` element to normal form. CAP 1.0, 1.1 and 1.2 differ in name space and a few words only.

One walk over the children with a table from full tags to names: looking up each field by path would cost
three times the parse itself.
"""

from __future__ import annotations

import re
from datetime import datetime

from lxml import etree

from emergency_kepu.domain.alert import Alert, Area, Info, Reference
from emergency_kepu.feeds import cap_words
from emergency_kepu.feeds.cap_effect import effect_of
from emergency_kepu.feeds.flags import Flags
from emergency_kepu.feeds.format import FeedContext
from emergency_kepu.feeds.geometry import read_circle, read_polygon
from emergency_kepu.feeds.instants import read_instant
from emergency_kepu.feeds.recognise import hazard_of
from emergency_kepu.feeds.text import collapse

NAMESPACES = (
    "urn:oasis:names:tc:emergency:cap:1.2",
    "urn:oasis:names:tc:emergency:cap:1.1",
    "http://www.incident.com/cap/1.0",
)
ALERT_TAGS = frozenset(f"{{{namespace}}}alert" for namespace in NAMESPACES)

_ONCE = (
    "identifier sender sent status msgType source scope references incidents language event urgency severity "
    "certainty effective onset expires senderName headline description instruction web contact areaDesc "
    "altitude ceiling valueName value"
)
_MANY = "info area category responseType eventCode parameter polygon circle geocode"
NAMES: dict[str, str] = {
    f"{{{namespace}}}{name}": name for namespace in NAMESPACES for name in (*_ONCE.split(), *_MANY.split())
}
"""Full tag to CAP name. Comments and processing instructions have no text tag and miss the table."""
_LISTS = frozenset(_MANY.split())
_QUOTED_OR_WORD = re.compile(r'"([^"]*)"|(\S+)')
_ATOM = "{http://www.w3.org/2005/Atom}"

Named = dict[str, tuple[str, ...]]


class Fields:
    """The children of one element: single values, trimmed and not empty, and lists of elements."""

    __slots__ = ("lists", "single")

    def __init__(self, element: etree._Element) -> None:
        self.single: dict[str, str] = {}
        self.lists: dict[str, list[etree._Element]] = {}
        names, single, lists = NAMES, self.single, self.lists
        for child in element.iterchildren():
            name = names.get(child.tag)
            if name is None:
                continue
            if name in _LISTS:
                lists.setdefault(name, []).append(child)
            elif (text := child.text) and (text := text.strip()) and name not in single:
                single[name] = text

    def texts(self, name: str) -> list[str]:
        return [child.text or "" for child in self.lists.get(name, ())]


def read_alert(element: etree._Element, feed: FeedContext) -> Alert:
    """One message. ValueError, in one line, when it has no identifier and so cannot be told from others."""
    fields = Fields(element)
    single = fields.single
    identifier = single.get("identifier")
    if not identifier:
        msg = "no identifier"
        raise ValueError(msg)
    flags = Flags()
    sender = single.get("sender") or _assumed_sender(feed, flags)
    sent = _instant(single.get("sent"), flags)
    if sent is None:
        flags.add("no_sent")
    msg_type = _msg_type(single.get("msgType"), flags)
    infos = tuple([read_info(info, flags) for info in fields.lists.get("info", ())])
    if not infos:
        flags.add("no_info")
    elif msg_type in ("Alert", "Update") and not any(info.expires for info in infos):
        flags.add("no_expires")
    return Alert(
        identifier=identifier,
        sender=sender,
        sent=sent,
        status=_held_word(single.get("status"), cap_words.STATUS, "status", flags),
        msg_type=msg_type,
        scope=_held_word(single.get("scope"), cap_words.SCOPE, "scope", flags),
        effect=effect_of(msg_type, infos, flags),
        source=collapse(single.get("source")),
        references=_references(single.get("references"), (sender, identifier), flags),
        incidents=_incidents(single.get("incidents")),
        infos=infos,
        flags=flags.as_tuple(),
    )


def read_info(element: etree._Element, flags: Flags) -> Info:
    """One language or part. Whatever is missing or odd becomes a flag of the whole message."""
    fields = Fields(element)
    areas = tuple([read_area(Fields(area), flags) for area in fields.lists.get("area", ())])
    return info_of(fields, areas, flags)


def info_of(fields: Fields, areas: tuple[Area, ...], flags: Flags) -> Info:
    """An info from its fields; an index entry of an Atom feed comes here with areas of its own."""
    single = fields.single
    event = collapse(single.get("event")) or ""
    if not event:
        flags.add("no_event")
    headline = collapse(single.get("headline"))
    codes = named_values(fields.lists.get("eventCode"))
    return Info(
        language=single.get("language"),
        categories=cap_words.listed(fields.texts("category"), cap_words.CATEGORY, "category_unknown", flags),
        event=event,
        hazard=hazard_of(event, codes, headline),
        response_types=cap_words.listed(
            fields.texts("responseType"), cap_words.RESPONSE_TYPE, "response_type_unknown", flags
        ),
        urgency=cap_words.graded(single.get("urgency"), cap_words.URGENCY, "urgency_unknown", flags),
        severity=cap_words.graded(single.get("severity"), cap_words.SEVERITY, "severity_unknown", flags),
        certainty=cap_words.graded(single.get("certainty"), cap_words.CERTAINTY, "certainty_unknown", flags),
        effective=_instant(single.get("effective"), flags),
        onset=_instant(single.get("onset"), flags),
        expires=_instant(single.get("expires"), flags),
        sender_name=collapse(single.get("senderName")),
        headline=headline,
        description=collapse(single.get("description")),
        instruction=collapse(single.get("instruction")),
        web=single.get("web"),
        contact=collapse(single.get("contact")),
        event_codes=codes,
        parameters=named_values(fields.lists.get("parameter")),
        areas=areas,
    )


def read_area(fields: Fields, flags: Flags) -> Area:
    """One area; empty geometry means none, and unreadable geometry is dropped with a flag."""
    lists, single = fields.lists, fields.single
    rings = [read_polygon(element.text, flags) for element in lists.get("polygon", ())]
    circles = [read_circle(element.text, flags) for element in lists.get("circle", ())]
    return Area(
        desc=collapse(single.get("areaDesc")) or "",
        polygons=tuple([ring for ring in rings if ring is not None]),
        circles=tuple([circle for circle in circles if circle is not None]),
        geocodes=_geocodes(lists.get("geocode")),
        altitude=_feet(single.get("altitude"), flags),
        ceiling=_feet(single.get("ceiling"), flags),
    )


def named_values(elements: list[etree._Element] | None) -> Named:
    """Name to values, in order. An empty value stays, as `""`: a parameter is never dropped."""
    if not elements:
        return {}
    found: dict[str, list[str]] = {}
    for element in elements:
        name: str | None = None
        for child in element.iterchildren():
            kind = _pair_part(child.tag)
            if kind == "valueName":
                name = (child.text or "").strip()
            elif kind == "value" and name:
                # One element may hold several pairs (the old NWS index).
                found.setdefault(name, []).append(" ".join((child.text or "").split()))
        if name is None and "=" in (text := element.text or ""):
            name, _, value = text.partition("=")  # CAP 1.0 wrote `name=value`
            found.setdefault(name.strip(), []).append(value.strip())
    return {name: tuple(values) for name, values in found.items()}


def _pair_part(tag: object) -> str | None:
    """`valueName` or `value`: in a CAP name space, none, or that of the Atom entry around them."""
    if not isinstance(tag, str):
        return None
    return NAMES.get(tag) or tag.removeprefix(_ATOM)


def _geocodes(elements: list[etree._Element] | None) -> Named:
    """Codes by scheme; a blank-separated list is split, but DWD's `EXCLUDE_POLYGON` is text with commas."""
    return {
        name: tuple(
            code for value in values for code in ((value,) if "," in value else tuple(value.split())) if code
        )
        for name, values in named_values(elements).items()
    }


def _instant(text: str | None, flags: Flags) -> datetime | None:
    if not text:
        return None
    instant, assumed = read_instant(text)
    if instant is None:
        flags.add("bad_time")
    elif assumed:
        flags.add("offset_missing")
    return instant


def _feet(text: str | None, flags: Flags) -> float | None:
    if not text:
        return None
    try:
        feet = float(text)
    except ValueError:
        flags.add("bad_altitude")
        return None
    return feet if abs(feet) < 1e7 else None


def _assumed_sender(feed: FeedContext, flags: Flags) -> str:
    flags.add("sender_assumed")
    return feed.sender or feed.name


def _msg_type(text: str | None, flags: Flags) -> str:
    if text and (word := cap_words.spell(text, cap_words.MSG_TYPE)):
        return word
    flags.add("msg_type_assumed")
    return "Alert"


def _held_word(text: str | None, words: dict[str, str], name: str, flags: Flags) -> str:
    """Status or scope.

    What is missing or unknown is never read as Actual or Public: the guards hold it back.
    """
    if not text:
        flags.add(f"{name}_missing")
        return ""
    word = cap_words.spell(text, words)
    if word is None:
        flags.add(f"{name}_unknown")
        return text
    return word


def _references(text: str | None, own: tuple[str, str], flags: Flags) -> tuple[Reference, ...]:
    """`sender,identifier,sent` triples. One that names the message itself is dropped: it would end itself."""
    if not text:
        return ()
    found: list[Reference] = []
    for triple in text.split():
        parts = triple.split(",")
        if len(parts) < 2 or not parts[1]:
            flags.add("bad_reference")
            continue
        if (parts[0], parts[1]) == own:
            flags.add("self_reference")
            continue
        sent = _instant(parts[2], flags) if len(parts) > 2 else None
        found.append(Reference(sender=parts[0], identifier=parts[1], sent=sent))
    return tuple(found)


def _incidents(text: str | None) -> tuple[str, ...]:
    """Names of incidents, quoted when they hold blanks.

    MeteoAlarm writes the bare word `Alert`: no incident.
    """
    if not text:
        return ()
    names = [quoted or word for quoted, word in _QUOTED_OR_WORD.findall(text)]
    return tuple(name for name in names if name and name != "Alert")
