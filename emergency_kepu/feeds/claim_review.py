"""Fact-checks as schema.org ClaimReview in JSON-LD: one, a list, a `@graph`, or a DataFeed of them.

A fact-checker's verdict is in `reviewRating.alternateName`, in words; the number beside it means something else with
every publisher, so only its ends are read. What is so (`reviewBody`) and how one knows (`ratingExplanation`) become the
fact and the evidence of a message; where a review lacks one of them, or its verdict is in none of our words, it is a
rumour that somebody must check, and `matching.observe` makes no fact-check of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from emergency_kepu.domain.alert import Alert, Area, Circle, Effect, Info
from emergency_kepu.domain.errors import ParseError
from emergency_kepu.feeds.flags import Flags
from emergency_kepu.feeds.format import FeedContext, MemberError, ParseResult
from emergency_kepu.feeds.instants import read_instant
from emergency_kepu.feeds.json_document import read_json
from emergency_kepu.feeds.recognise import hazard_of
from emergency_kepu.feeds.text import collapse, from_html

_WHAT = "ClaimReview document"
_DEEPEST = 6
_WORDS = {
    "refuted": ("false", "not true", "untrue", "incorrect", "wrong", "fake", "hoax", "fabricated", "debunked",
                "pants on fire", "谣言", "不实", "不属实", "虚假", "假", "假的", "错误", "造假",
                "謠言", "不實", "不屬實", "虛假", "錯誤"),
    "misleading": ("misleading", "mixture", "distorted", "altered", "half true", "half-true", "partly false",
                   "partially false", "mostly false", "missing context", "out of context",
                   "误导", "片面", "移花接木", "张冠李戴", "部分错误", "部分不实",
                   "誤導", "張冠李戴", "部分錯誤", "部分不實"),
    "unproven": ("unproven", "not proven", "unverified", "unsupported", "no evidence",
                 "尚无定论", "无法证实", "未经证实", "没有证据", "尚無定論", "無法證實", "未經證實", "沒有證據"),
    "confirmed": ("true", "correct", "accurate", "属实", "真实", "正确", "真", "屬實", "真實", "正確"),
}  # fmt: skip
"""Our verdict to the words of others; half of the truth counts as misleading."""
_VERDICTS = {words: verdict for verdict, all_words in _WORDS.items() for words in all_words}


def parse(body: bytes, *, feed: FeedContext) -> ParseResult:
    """Every ClaimReview of the document, however deep its lists are; other types are passed over."""
    document = cast("Any", read_json(body, object, _WHAT))
    if not isinstance(document, dict | list):
        msg = f"{_WHAT}: neither an object nor a list"
        raise ParseError(msg)
    alerts: list[Alert] = []
    errors: list[MemberError] = []
    for number, item in enumerate(_reviews(document, 0), start=1):
        try:
            alerts.append(_alert(item, feed))
        except ValueError as problem:
            errors.append(MemberError(member=f"review {number}", detail=str(problem)))
    return ParseResult(alerts=tuple(alerts), errors=tuple(errors))


def _reviews(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for part in value:
            yield from _reviews(part, depth + 1)
    elif isinstance(value, dict):
        kinds = value.get("@type")
        if "ClaimReview" in (kinds if isinstance(kinds, list) else [kinds]):
            yield value
        else:
            for key in ("@graph", "dataFeedElement", "itemListElement", "item"):
                yield from _reviews(value.get(key), depth + 1)


def _alert(item: dict[str, Any], feed: FeedContext) -> Alert:
    claim = collapse(_text(item.get("claimReviewed"))) or ""
    address = _text(item.get("url")) or _text(item.get("@id"))
    if not claim or not address:
        msg = "no claimReviewed or no url"
        raise ValueError(msg)
    flags = Flags("status_assumed", "scope_assumed", "msg_type_assumed", "urgency_unknown", "no_expires")
    sent = None
    if written := _text(item.get("dateModified")) or _text(item.get("datePublished")):
        sent, assumed = read_instant(written)
        if assumed:
            flags.add("offset_missing")
    if sent is None:
        flags.add("no_sent")
    author = _name(item.get("author")) or _name(item.get("publisher"))
    return Alert(
        identifier=address,
        sender=feed.sender or author or feed.name,
        sent=sent,
        status="Actual",
        msg_type="Alert",
        scope="Public",
        effect=Effect.ISSUE,
        source=author or None,
        infos=(_info(item, claim, address, author, flags),),
        flags=flags.as_tuple(),
    )


def _info(item: dict[str, Any], claim: str, address: str, author: str, flags: Flags) -> Info:
    rating = item.get("reviewRating")
    rating = rating if isinstance(rating, dict) else {}
    verdict = verdict_of(rating)
    if not verdict:
        flags.add("verdict_unknown")
    places = tuple(_places(item))
    if not places:
        flags.add("no_place")
    named = {
        "claim": claim,
        "verdict": verdict,
        "verdict_words": _text(rating.get("alternateName")),
        "fact": from_html(_text(item.get("reviewBody"))) or "",
        "evidence": from_html(_text(rating.get("ratingExplanation"))) or "",
        "document": address if address.startswith("https://") else "",
        "about": hazard_of(claim, {}, None) or "",
    }
    return Info(
        language=_language(_text(item.get("inLanguage"))),
        categories=("Security",),
        event="rumour",
        hazard="rumour",
        sender_name=author or None,
        headline=claim,
        description=named["fact"] or None,
        web=address,
        parameters={name: (value,) for name, value in named.items() if value},
        areas=places,
    )


def verdict_of(rating: dict[str, Any]) -> str:
    """The verdict's name in `domain.factcheck`, or empty. Words count first, and only whole:
    "not true" is not "true"."""
    words = _text(rating.get("alternateName")).casefold().strip(" .!。！")
    if words:
        return _VERDICTS.get(words, "")
    try:
        value, best, worst = (float(rating[key]) for key in ("ratingValue", "bestRating", "worstRating"))
    except (KeyError, TypeError, ValueError):
        return ""
    if best == worst or value not in (best, worst):
        return ""
    return "confirmed" if value == best else "refuted"


def _places(item: dict[str, Any]) -> Iterator[Area]:
    """schema.org Places: a name, an adcode as `identifier`, a point as `geo`."""
    for key in ("contentLocation", "spatialCoverage"):
        found = item.get(key)
        for place in found if isinstance(found, list) else [found]:
            name = _name(place)
            more = place if isinstance(place, dict) else {}
            code = _text(more.get("identifier"))
            geocodes: dict[str, tuple[str, ...]] = (
                {"adcode": (code,)} if code.isascii() and code.isdigit() and len(code) == 6 else {}
            )
            if name or geocodes:
                yield Area(desc=name, geocodes=geocodes, circles=_point(more.get("geo")))


def _point(geo: Any) -> tuple[Circle, ...]:
    try:
        lat, lon = float(geo["latitude"]), float(geo["longitude"])
    except (KeyError, TypeError, ValueError):
        return ()
    return (Circle(lat=lat, lon=lon),) if abs(lat) <= 90 and abs(lon) <= 180 else ()


def _name(value: Any) -> str:
    if isinstance(value, list):
        value = value[0] if value else None
    return collapse(_text(value.get("name") if isinstance(value, dict) else value)) or ""


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _language(tag: str) -> str:
    """As the library names its languages; a review that names none is taken as none of them."""
    lowered = tag.replace("_", "-").lower()
    if lowered in ("zh-tw", "zh-hk", "zh-mo") or lowered.startswith("zh-hant"):
        return "zh-Hant"
    if lowered == "zh" or lowered.startswith("zh-"):
        return "zh-Hans"
    return lowered.partition("-")[0] or "und"
