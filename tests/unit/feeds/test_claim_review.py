"""Fact-checks as others publish them: read whole, and never with a verdict that nobody gave."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from emergency_kepu.domain.alert import Alert
from emergency_kepu.domain.factcheck import Verdict
from emergency_kepu.feeds.claim_review import parse, verdict_of
from emergency_kepu.feeds.format import FeedContext, ParseResult
from emergency_kepu.matching.observe import observe

FIXTURE = Path(__file__).parent / "fixtures" / "claim_review.json"
REVIEW: dict[str, Any] = {
    "@type": "ClaimReview",
    "url": "https://checks.example.org/1",
    "claimReviewed": "A quake will come tonight",
    "inLanguage": "en",
    "datePublished": "2026-06-30T04:30:00Z",
    "author": {"name": "Example Checkers"},
    "reviewBody": "Nobody has forecast one.",
    "reviewRating": {"alternateName": "False", "ratingExplanation": "The notice is forged."},
}


def read(document: object) -> ParseResult:
    return parse(json.dumps(document).encode(), feed=FeedContext(name="checks"))


def only(document: object) -> Alert:
    (alert,) = read(document).alerts
    return alert


def test_a_feed_of_reviews() -> None:
    result = parse(FIXTURE.read_bytes(), feed=FeedContext(name="checks"))
    assert [alert.identifier.rsplit("/", 1)[1] for alert in result.alerts] == ["quake-tonight", "dam"]
    first, second = result.alerts
    info = first.infos[0]
    assert (first.sender, info.language, info.hazard) == ("市地震局", "zh-Hans", "rumour")
    assert {name: value[0] for name, value in info.parameters.items()} == {
        "claim": "今晚重庆要发生8级地震",
        "verdict": "refuted",
        "verdict_words": "谣言",
        "fact": "没有任何部门发布过地震预报。",
        "evidence": "网传的“预报单”是拼接的图片。",
        "document": "https://checks.example.org/2026/quake-tonight",
        "about": "earthquake",
    }
    assert info.areas[0].geocodes == {"adcode": ("500103",)}
    assert "verdict_unknown" in second.flags
    assert "verdict" not in second.infos[0].parameters
    assert second.infos[0].areas[0].circles[0].lat == 27.7


@pytest.mark.parametrize("document", [REVIEW, [REVIEW], {"@graph": [{"@type": "Person"}, REVIEW]}])
def test_every_way_to_wrap_one(document: object) -> None:
    assert only(document).identifier == REVIEW["url"]


@pytest.mark.parametrize(
    ("rating", "verdict"),
    [
        ({"alternateName": "FALSE."}, "refuted"),
        ({"alternateName": "not true"}, "refuted"),
        ({"alternateName": "half true"}, "misleading"),
        ({"alternateName": "没有证据"}, "unproven"),
        ({"alternateName": "属实"}, "confirmed"),
        ({"alternateName": "true, sadly"}, ""),
        ({"alternateName": "untested words", "ratingValue": 1, "bestRating": 5, "worstRating": 1}, ""),
        ({"ratingValue": "1", "bestRating": 5, "worstRating": 1}, "refuted"),
        ({"ratingValue": 5, "bestRating": "5", "worstRating": 1}, "confirmed"),
        ({"ratingValue": 2, "bestRating": 5, "worstRating": 1}, ""),
        ({"ratingValue": 1, "bestRating": 1, "worstRating": 1}, ""),
        ({"ratingValue": 1}, ""),
        ({"ratingValue": [], "bestRating": {}, "worstRating": None}, ""),
        ({}, ""),
    ],
)
def test_a_verdict_is_never_guessed(rating: dict[str, object], verdict: str) -> None:
    assert verdict_of(rating) == verdict
    assert verdict == "" or verdict in set(Verdict)


def test_one_without_a_claim_takes_no_other_with_it() -> None:
    result = read([{**REVIEW, "claimReviewed": " "}, REVIEW, {**REVIEW, "url": 7}])
    assert len(result.alerts) == 1
    assert [error.member for error in result.errors] == ["review 1", "review 3"]


@pytest.mark.parametrize(
    ("tag", "locale"),
    [("zh", "zh-Hans"), ("zh_TW", "zh-Hant"), ("zh-Hant-HK", "zh-Hant"), ("en-GB", "en"), ("", "und"), (None, "und")],
)
def test_languages_are_named_as_the_library_does(tag: object, locale: str) -> None:
    assert only({**REVIEW, "inLanguage": tag}).infos[0].language == locale


def checked(**changes: object) -> object:
    alert = only({**REVIEW, **changes})
    assert alert.sent is not None
    return observe(alert, feed="checks", expires=None, now=alert.sent)[0].check


def test_a_whole_review_is_a_fact_check_and_half_of_one_is_none() -> None:
    assert checked() is not None
    rating = REVIEW["reviewRating"]
    for changes in (
        {"reviewBody": ""},
        {"reviewRating": {**rating, "ratingExplanation": ""}},
        {"reviewRating": {**rating, "alternateName": "it depends"}},
        {"inLanguage": ""},
        {"reviewBody": "x" * 241},
    ):
        assert checked(**changes) is None, changes
    assert checked(reviewBody="x" * 240) is not None
