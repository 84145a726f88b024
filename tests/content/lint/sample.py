"""A small sound library that a test breaks in one place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import msgspec

from emergency_kepu.content.catalog import Catalog, LocaleText, Meta, Topic, load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.content.lint.finding import Finding
from emergency_kepu.content.lint.run import lint

SHIPPED = load_catalog(shipped("templates"))
Raw = dict[str, Any]
Change = Callable[[Raw], object]

_IDS = ("rise", "high", "trapped", "home", "nowade", "depth", "car")
RAW: Raw = {
    "meta": {
        "hazard": "flood",
        "category": "natural",
        "phases": ["now", "after"],
        "sources": {"nws": {"title": "Flood safety", "publisher": "US National Weather Service", "grade": "A"}},
        "claims": {name: ["nws"] for name in _IDS},
        "first": {"now": "high", "after": "home"},
    },
    "en": {
        "locale": "en",
        "headline": "Flood{% if level %} ({{ level }}){% endif %}: {{ place }}",
        "what": "{{ source }}, {{ time }}: flood {{ level or 'warning' }}, {{ place }}.",
        "impact": {"id": "rise", "text": "Low ground near the river may flood."},
        "actions": {
            "now": [
                {"id": "high", "text": "Go to high ground now."},
                {"id": "trapped", "text": "Trapped inside? Signal from the highest window."},
            ],
            "after": [{"id": "home", "text": "Stay away until you are told to come home."}],
        },
        "avoid": [{"id": "nowade", "text": "Do not walk, swim or drive into flood water."}],
        "why": {"id": "depth", "text": "Moving water 15 cm deep can knock an adult down."},
        "myths": [{"id": "car", "claim": '"A tall car gets through."', "fact": "60 cm of water carries cars away."}],
    },
    "zh-Hans": {
        "locale": "zh-Hans",
        "headline": "{{ place }}洪水{{ level }}",
        "what": "{{ source }}{{ time }}发布：{{ place }}洪水{{ level or '预警' }}。",
        "impact": {"id": "rise", "text": "河边和低处可能被淹。"},
        "actions": {
            "now": [{"id": "high", "text": "马上去高处。"}, {"id": "trapped", "text": "困在屋里，到最高的窗口求救。"}],
            "after": [{"id": "home", "text": "通知可以回家后再回去。"}],
        },
        "avoid": [{"id": "nowade", "text": "不要走进、游进或开车进入洪水。"}],
        "why": {"id": "depth", "text": "流动的水深15厘米能冲倒成年人。"},
        "myths": [{"id": "car", "claim": "“车高就能开过去。”", "fact": "60厘米深的水能冲走汽车。"}],
    },
    "zh-Hant": {
        "locale": "zh-Hant",
        "headline": "{{ place }}洪水{{ level }}",
        "what": "{{ source }}{{ time }}發布：{{ place }}洪水{{ level or '預警' }}。",
        "impact": {"id": "rise", "text": "河邊和低處可能被淹。"},
        "actions": {
            "now": [{"id": "high", "text": "馬上去高處。"}, {"id": "trapped", "text": "困在屋裡，到最高的窗口求救。"}],
            "after": [{"id": "home", "text": "通知可以回家後再回去。"}],
        },
        "avoid": [{"id": "nowade", "text": "不要走進、游進或開車進入洪水。"}],
        "why": {"id": "depth", "text": "流動的水深15厘米能沖倒成年人。"},
        "myths": [{"id": "car", "claim": "「車高就能開過去。」", "fact": "60厘米深的水能沖走汽車。"}],
    },
}


def library(change: Change | None = None) -> Catalog:
    """The sample, changed: `change` gets the raw files (`meta`, and one a language)."""
    raw = copy.deepcopy(RAW)
    if change:
        change(raw)
    meta = msgspec.convert(raw.pop("meta"), Meta)
    locales = {name: msgspec.convert(text, LocaleText) for name, text in raw.items()}
    topic = Topic(meta=meta, locales=locales, text_hash="0")
    ours = {name: SHIPPED.phrases[name] for name in ("en", "zh-Hans", "zh-Hant")}
    return msgspec.structs.replace(SHIPPED, topics={meta.hazard: topic}, phrases=ours)


def findings(rule: str, change: Change | None = None) -> tuple[Finding, ...]:
    """What one rule finds in the changed sample."""
    catalog = library(change)
    return lint(catalog, tuple(catalog.topics), (rule,)).findings


def about(hazard: str, *, en: str = "", zh: str = "", role: str = "now") -> Change:
    """The sample as another hazard, with one text in place of the second action (or of an `avoid`, `why`, `fact`)."""

    def change(raw: Raw) -> None:
        raw["meta"]["hazard"] = hazard
        for locale, text in (("en", en), ("zh-Hans", zh)):
            if not text:
                continue
            if role == "now":
                raw[locale]["actions"]["now"][1]["text"] = text
            elif role == "avoid":
                raw[locale]["avoid"][0]["text"] = text
            elif role == "fact":
                raw[locale]["myths"][0]["fact"] = text
            else:
                raw[locale][role]["text"] = text

    return change
