"""WHO Disease Outbreak News, OData list (www.who.int/api/news/diseaseoutbreaknews).

`UrlName` is the key; the title is "disease - place"; the long fields are HTML or null. The items are
notices, not warnings: urgency and, mostly, severity stay Unknown, and a person decides what is pushed.
"""

from __future__ import annotations

import re

import msgspec

from emergency_kepu.domain.alert import Alert, Area, Effect, Info
from emergency_kepu.feeds.flags import Flags
from emergency_kepu.feeds.format import FeedContext, MemberError, ParseResult
from emergency_kepu.feeds.instants import read_instant
from emergency_kepu.feeds.json_document import read_json, read_member
from emergency_kepu.feeds.recognise import hazard_of
from emergency_kepu.feeds.text import collapse, from_html

_WHAT = "WHO outbreak list"
_SENDER = "who.int"
_ITEM = "https://www.who.int/emergencies/disease-outbreak-news/item/"
_LAST_DASH = re.compile(r"(.*\S)\s+[-\u2010-\u2015]+\s+(\S.*)", re.DOTALL)
_RISK = re.compile(r"\brisk\b[^.]{0,120}?\b(very high|high|moderate|low)\b", re.IGNORECASE)
_RISKS = {"very high": "Extreme", "high": "Severe", "moderate": "Moderate", "low": "Minor"}


class _List(msgspec.Struct):
    value: list[msgspec.Raw]


class _Item(msgspec.Struct, rename="pascal"):
    url_name: str
    title: str
    publication_date: str | None = None
    publication_date_and_time: str | None = None
    last_modified: str | None = None
    summary: str | None = None
    overview: str | None = None
    epidemiology: str | None = None
    assessment: str | None = None
    advice: str | None = None
    response: str | None = None


def parse(body: bytes, *, feed: FeedContext) -> ParseResult:
    """Every item of the list."""
    document = read_json(body, _List, _WHAT)
    alerts: list[Alert] = []
    errors: list[MemberError] = []
    for number, raw in enumerate(document.value, start=1):
        try:
            alerts.append(_alert(read_member(raw, _Item), feed))
        except ValueError as problem:
            errors.append(MemberError(member=f"item {number}", detail=str(problem)))
    return ParseResult(alerts=tuple(alerts), errors=tuple(errors))


def _alert(item: _Item, feed: FeedContext) -> Alert:
    key = item.url_name.strip()
    title = collapse(item.title)
    if not key or not title:
        msg = "no UrlName or no Title"
        raise ValueError(msg)
    flags = Flags("status_assumed", "scope_assumed", "msg_type_assumed", "urgency_unknown", "no_expires")
    sent = None
    # PublicationDate may be cut to midnight: the longer field wins where there is one.
    if published := item.publication_date_and_time or item.publication_date:
        sent, assumed = read_instant(published.strip())
        if assumed:
            flags.add("offset_missing")
    if sent is None:
        flags.add("no_sent")
    return Alert(
        identifier=key,
        sender=feed.sender or _SENDER,
        sent=sent,
        status="Actual",
        msg_type="Alert",
        scope="Public",
        effect=Effect.ISSUE,
        source="WHO Disease Outbreak News",
        infos=(_info(item, key, title, flags),),
        flags=flags.as_tuple(),
    )


def _info(item: _Item, key: str, title: str, flags: Flags) -> Info:
    split = _LAST_DASH.fullmatch(title)
    disease, place = (split[1], split[2]) if split else (title, "")
    if not place:
        flags.add("no_place")
    assessment = from_html(item.assessment)
    return Info(
        language="en",
        categories=("Health",),
        event=disease,
        hazard=hazard_of(disease, {}, title),
        severity=_severity(assessment, flags),
        certainty="Observed",
        sender_name="World Health Organization",
        headline=title,
        description=from_html(item.summary) or from_html(item.overview),
        instruction=from_html(item.advice),
        web=_ITEM + key,
        parameters=_parameters(item, assessment),
        areas=(Area(desc=place),) if place else (),
    )


def _severity(assessment: str | None, flags: Flags) -> str:
    """The first risk word of WHO's own assessment, which begins with the most local level."""
    found = _RISK.search(assessment) if assessment else None
    if found is None:
        flags.add("severity_unknown")
        return "Unknown"
    flags.add("severity_from_text")
    return _RISKS[found[1].lower()]


def _parameters(item: _Item, assessment: str | None) -> dict[str, tuple[str, ...]]:
    named = {
        "overview": from_html(item.overview) if item.summary else None,
        "epidemiology": from_html(item.epidemiology),
        "assessment": assessment,
        "response": from_html(item.response),
        "last_modified": item.last_modified,
    }
    return {name: (value,) for name, value in named.items() if value}
