"""One CAP `alert` element to normal form. CAP 1.0, 1.1 and 1.2 differ in name space and a few words only."""

from __future__ import annotations

import math
import re
from datetime import datetime

from lxml import etree

from emergency_kepu.domain.alert import Alert, Area, Info, Reference
from emergency_kepu.domain.hazard import AWARENESS
from emergency_kepu.feeds import cap_words
from emergency_kepu.feeds.cap_effect import effect_of
from emergency_kepu.feeds.cap_elements import AreaElements, InfoElements, Pairs, gather
from emergency_kepu.feeds.flags import Flags
from emergency_kepu.feeds.format import FeedContext
from emergency_kepu.feeds.geometry import read_circles, read_polygons
from emergency_kepu.feeds.instants import read_instant
from emergency_kepu.feeds.recognise import hazard_of
from emergency_kepu.feeds.text import collapse, trim

_QUOTED_OR_WORD = re.compile(r'"([^"]*)"|(\S+)')


def read_alert(element: etree._Element, feed: FeedContext) -> Alert:
    """One message. ValueError, in one line, when it has no identifier and so cannot be told from others."""
    message = gather(element)
    texts = message.texts.get
    identifier = trim(texts("identifier"))
    if identifier is None:
        msg = "no identifier"
        raise ValueError(msg)
    flags = Flags()
    sender = trim(texts("sender")) or _assumed_sender(feed, flags)
    sent = _instant(texts("sent"), flags)
    if sent is None:
        flags.add("no_sent")
    msg_type = read_msg_type(texts("msgType"), flags)
    infos = tuple([read_info(info, flags) for info in message.infos])
    if not infos:
        flags.add("no_info")
    elif infos[0].expires is None and msg_type in ("Alert", "Update") and _none_expires(infos):
        flags.add("no_expires")
    return Alert(
        identifier=identifier,
        sender=sender,
        sent=sent,
        status=_held_word(texts("status"), cap_words.STATUS, "status", flags),
        msg_type=msg_type,
        scope=_held_word(texts("scope"), cap_words.SCOPE, "scope", flags),
        effect=effect_of(msg_type, infos, flags),
        source=collapse(texts("source")),
        references=_references(texts("references"), (sender, identifier), flags),
        incidents=_incidents(texts("incidents")),
        infos=infos,
        flags=flags.as_tuple(),
    )


def read_info(elements: InfoElements, flags: Flags) -> Info:
    """One language or part. Whatever is missing or odd becomes a flag of the whole message."""
    texts = elements.texts.get
    event = collapse(texts("event")) or ""
    if not event:
        flags.add("no_event")
    headline = collapse(texts("headline"))
    codes, parameters = _named(elements.eventCode), _named(elements.parameter)
    kinds = {**codes, AWARENESS: parameters[AWARENESS]} if AWARENESS in parameters else codes
    return Info(
        language=trim(texts("language")),
        categories=cap_words.listed(elements.category, cap_words.CATEGORY, "category_unknown", flags),
        event=event,
        hazard=hazard_of(event, kinds, headline),
        response_types=cap_words.listed(elements.responseType, cap_words.RESPONSE_TYPE, "response_type_unknown", flags),
        urgency=cap_words.graded(texts("urgency"), cap_words.URGENCY, "urgency_unknown", flags),
        severity=cap_words.graded(texts("severity"), cap_words.SEVERITY, "severity_unknown", flags),
        certainty=cap_words.graded(texts("certainty"), cap_words.CERTAINTY, "certainty_unknown", flags),
        effective=_instant(texts("effective"), flags),
        onset=_instant(texts("onset"), flags),
        expires=_instant(texts("expires"), flags),
        sender_name=collapse(texts("senderName")),
        headline=headline,
        description=collapse(texts("description")),
        instruction=collapse(texts("instruction")),
        web=trim(texts("web")),
        contact=collapse(texts("contact")),
        event_codes=codes,
        parameters=parameters,
        areas=tuple([_read_area(area, flags) for area in elements.areas]),
    )


def _read_area(elements: AreaElements, flags: Flags) -> Area:
    """One area; empty geometry means none, and unreadable geometry is dropped with a flag."""
    texts = elements.texts.get
    return Area(
        desc=collapse(texts("areaDesc")) or "",
        polygons=read_polygons(elements.polygon, flags) if elements.polygon else (),
        circles=read_circles(elements.circle, flags) if elements.circle else (),
        geocodes=_geocodes(elements.geocode) if elements.geocode else {},
        altitude=_feet(texts("altitude"), flags),
        ceiling=_feet(texts("ceiling"), flags),
    )


def _named(pairs: Pairs) -> dict[str, tuple[str, ...]]:
    """Name to values, in order. An empty value stays, as `""`: a parameter is never dropped."""
    found: dict[str, tuple[str, ...]] = {}
    for name, values in pairs.items():
        if len(values) == 1:
            found[name] = (" ".join(values[0].split()),)
        else:
            found[name] = tuple([" ".join(value.split()) for value in values])
    return found


def _geocodes(pairs: Pairs) -> dict[str, tuple[str, ...]]:
    """Codes by scheme; a blank-separated list is split, but DWD's `EXCLUDE_POLYGON` is text with commas."""
    found: dict[str, tuple[str, ...]] = {}
    for name, values in pairs.items():
        codes: list[str] = []
        for value in values:
            codes.extend([" ".join(value.split())] if "," in value else value.split())
        found[name] = tuple(codes)
    return found


def _instant(text: str | None, flags: Flags) -> datetime | None:
    if text is None:
        return None
    instant, assumed = read_instant(text)
    if instant is None:
        if not (trimmed := text.strip()):
            return None
        instant, assumed = read_instant(trimmed)
    if instant is None:
        flags.add("bad_time")
    elif assumed:
        flags.add("offset_missing")
    return instant


def _feet(text: str | None, flags: Flags) -> float | None:
    if text is None or not text.strip():
        return None
    try:
        feet = float(text)
    except ValueError:
        feet = math.nan
    if abs(feet) < 1e7:
        return feet
    flags.add("bad_altitude")
    return None


def _none_expires(infos: tuple[Info, ...]) -> bool:
    return all(info.expires is None for info in infos)


def _assumed_sender(feed: FeedContext, flags: Flags) -> str:
    flags.add("sender_assumed")
    return feed.sender or feed.name


def read_msg_type(text: str | None, flags: Flags) -> str:
    """The message type; `Alert`, with a flag, when it is missing or unknown."""
    if text is not None and (word := cap_words.spell(text, cap_words.MSG_TYPE)):
        return word
    flags.add("msg_type_assumed")
    return "Alert"


def _held_word(text: str | None, words: dict[str, str], name: str, flags: Flags) -> str:
    """Status or scope.

    What is missing or unknown is never read as Actual or Public: the guards hold it back.
    """
    if text is not None and (word := words.get(text) or cap_words.spell(text, words)):
        return word
    kept = trim(text)
    flags.add(f"{name}_unknown" if kept else f"{name}_missing")
    return kept or ""


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
