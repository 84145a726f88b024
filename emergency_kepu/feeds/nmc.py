"""China's National Meteorological Centre: `www.nmc.cn/rest/findAlarm`, warning signals with an adcode and a
colour.

The title says everything: who, what was done (发布, 变更, 解除 ...), which hazard, which colour. The icon's
digits run the other way round and its hazard number is at times wrong, so the title is trusted first. Times
are UTC+8.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin

import msgspec

from emergency_kepu.domain.alert import Alert, Area, Effect, Info
from emergency_kepu.domain.errors import ParseError
from emergency_kepu.feeds.flags import Flags
from emergency_kepu.feeds.format import FeedContext, MemberError, ParseResult
from emergency_kepu.feeds.instants import CHINA, read_pattern
from emergency_kepu.feeds.json_document import read_json, read_member
from emergency_kepu.feeds.nmc_title import Title, read_title
from emergency_kepu.feeds.recognise import hazard_of

_WHAT = "NMC alarm list"
_SENDER = "nmc.cn"
_SITE = "https://www.nmc.cn/"
_TIMES = ("%Y/%m/%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S")
_ADCODE = re.compile(r"(\d{6})\d*_")
_ICON = re.compile(r"p\d{4,}([1-4])\.\w+$")
_ICON_COLOURS = {"1": "red", "2": "orange", "3": "yellow", "4": "blue"}
_LEVELS = {
    "blue": ("IV", "Minor"),
    "yellow": ("III", "Moderate"),
    "orange": ("II", "Severe"),
    "red": ("I", "Extreme"),
}
_MSG_TYPES = {Effect.CANCEL: "Cancel", Effect.UPDATE: "Update"}


class _Page(msgspec.Struct, rename={"rows": "list"}):
    rows: list[msgspec.Raw] | None = None


class _Data(msgspec.Struct, rename={"province_alarms": "provinceAlarms"}):
    page: _Page | None = None
    province_alarms: list[msgspec.Raw] | None = None


class _Document(msgspec.Struct):
    data: _Data | None
    code: int = 0
    msg: str | None = None


class _Row(msgspec.Struct):
    alertid: str
    title: str
    issuetime: str | None = None
    url: str | None = None
    pic: str | None = None


def parse(body: bytes, *, feed: FeedContext) -> ParseResult:
    """The rows of the page and of the provinces, each alertid once.

    ParseError when the service reports an error.
    """
    document = read_json(body, _Document, _WHAT)
    if document.code != 0 or document.data is None:
        msg = f"{_WHAT}: the service answered code {document.code} ({document.msg or 'no data'})"
        raise ParseError(msg)
    page = document.data.page
    rows = [*((page.rows if page else None) or ()), *(document.data.province_alarms or ())]
    alerts: dict[str, Alert] = {}
    errors: list[MemberError] = []
    for number, raw in enumerate(rows, start=1):
        try:
            alert = _alert(read_member(raw, _Row), feed)
        except ValueError as problem:
            errors.append(MemberError(member=f"row {number}", detail=str(problem)))
        else:
            alerts.setdefault(alert.identifier, alert)
    return ParseResult(alerts=tuple(alerts.values()), errors=tuple(errors))


def _alert(row: _Row, feed: FeedContext) -> Alert:
    identifier = row.alertid.strip()
    if not identifier:
        msg = "no alertid"
        raise ValueError(msg)
    flags = Flags(
        "status_assumed",
        "scope_assumed",
        "msg_type_assumed",
        "urgency_unknown",
        "certainty_unknown",
        "no_expires",
    )
    title = read_title(row.title)
    sent = read_pattern(row.issuetime or "", _TIMES, CHINA)
    if sent is None:
        flags.add("no_sent")
    return Alert(
        identifier=identifier,
        sender=feed.sender or _SENDER,
        sent=sent,
        status="Actual",
        msg_type=_MSG_TYPES.get(title.effect, "Alert"),
        scope="Public",
        effect=title.effect,
        source=title.issuer or None,
        infos=(_info(row, title, identifier, flags),),
        flags=flags.as_tuple(),
    )


def _info(row: _Row, title: Title, identifier: str, flags: Flags) -> Info:
    colour = title.colour or _icon_colour(row.pic, flags)
    level, severity = _LEVELS.get(colour or "", (None, "Unknown"))
    if severity == "Unknown":
        flags.add("severity_unknown")
    if not title.hazard:
        flags.add("no_event")
    adcode = _ADCODE.match(identifier)
    if adcode is None:
        flags.add("no_adcode")
    parameters: dict[str, tuple[str, ...]] = {"alertid": (identifier,)}
    if colour:
        parameters["colour"] = (colour,)
    if level:
        parameters["level"] = (level,)
    return Info(
        language="zh-CN",
        categories=("Met",),
        event=title.hazard,
        hazard=hazard_of(title.hazard, {}, title.text),
        response_types=("AllClear",) if title.effect is Effect.CANCEL else (),
        severity=severity,
        sender_name=title.issuer or None,
        headline=title.text,
        web=urljoin(_SITE, row.url) if row.url and row.url.startswith(("/", "http")) else None,
        parameters=parameters,
        areas=(Area(desc=title.place, geocodes={"adcode": (adcode[1],)} if adcode else {}),),
    )


def _icon_colour(pic: str | None, flags: Flags) -> str | None:
    found = _ICON.search(pic or "")
    if found is None:
        return None
    flags.add("level_from_icon")
    return _ICON_COLOURS[found[1]]
