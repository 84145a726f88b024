"""CAP to normal form, against the bare XML parse and against the PyPI package `capparser`, interleaved in
one run.

Documents are made here, each different from the next in its texts, so that nothing is measured out of a
cache: a small one (1 KB), one in two languages with an area of codes (3 KB), and one with a polygon of 180
points and 19 parameters (6 KB). The ratio of a document is baseline time / our time; the ratios printed are
over all three together, each weighted by one document. Time is CPU time, because other work on the machine would else
decide the ratio of times that are this short.
"""

from __future__ import annotations

import argparse
import gc
import math
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import capparser
from lxml import etree

from bench.report import emit, progress
from emergency_kepu.feeds.cap import parse
from emergency_kepu.feeds.format import FeedContext

T = TypeVar("T")

_FEED = FeedContext(name="bench")
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">\n'
    "  <identifier>BENCH-{n:06d}</identifier>\n  <sender>desk@weather.example</sender>\n"
    "  <sent>2026-07-18T14:{minute:02d}:00+08:00</sent>\n  <status>Actual</status>\n"
    "  <msgType>Alert</msgType>\n  <scope>Public</scope>\n"
)
_INFO = (
    "  <info>\n    <language>{language}</language>\n    <category>Met</category>\n    <event>{event}</event>\n"
    "    <responseType>Shelter</responseType>\n    <urgency>Immediate</urgency>\n"
    "    <severity>Severe</severity>\n    <certainty>Likely</certainty>\n"
    "    <eventCode>\n      <valueName>SAME</valueName>\n      <value>SVR</value>\n    </eventCode>\n"
    "    <onset>2026-07-18T15:00:00+08:00</onset>\n    <expires>2026-07-18T20:00:00+08:00</expires>\n"
    "    <senderName>Example Weather Office</senderName>\n    <headline>{headline}</headline>\n"
    "    <description>{description}</description>\n    <instruction>{instruction}</instruction>\n"
    "{parameters}    <area>\n{area}    </area>\n  </info>\n"
)
_CODE = "      <geocode>\n        <valueName>adcode</valueName>\n        <value>{code}</value>\n      </geocode>\n"
_PARAMETER = "    <parameter>\n      <valueName>{name}</valueName>\n      <value>{value}</value>\n    </parameter>\n"


def _small(n: int) -> str:
    return _document(
        n,
        _info(
            "en-US",
            "Severe Thunderstorm Warning",
            f"Severe thunderstorm warning number {n} for the river valley",
            area="      <areaDesc>River valley</areaDesc>\n      <circle>31.2,104.1 12.5</circle>\n",
        ),
    )


def _bilingual(n: int) -> str:
    area = "      <areaDesc>示例县 Example county</areaDesc>\n" + "".join(
        _CODE.format(code=511500 + step) for step in range(8)
    )
    chinese = _info("zh-CN", "暴雨", f"示例县气象台发布暴雨橙色预警信号第{n}号", area=area, text="有强降雨。")
    english = _info("en-US", "Rainstorm", f"Rainstorm orange warning {n} for Example county", area=area)
    return _document(n, chinese, english)


def _polygon(n: int) -> str:
    points = [
        f"{31 + math.cos(step * math.tau / 180):.3f},{104 + math.sin(step * math.tau / 180) + n % 7:.3f}"
        for step in range(180)
    ]
    ring = " ".join([*points, points[0]])
    parameters = "".join(_PARAMETER.format(name=f"detail{step}", value=f"value {step}") for step in range(19))
    area = f"      <areaDesc>Polygon</areaDesc>\n      <polygon>{ring}</polygon>\n"
    return _document(n, _info("en", "Flood", f"Flood warning {n}", area=area, parameters=parameters))


def _document(n: int, *infos: str) -> str:
    return _HEAD.format(n=n, minute=n % 60) + "".join(infos) + "</alert>\n"


def _info(
    language: str,
    event: str,
    headline: str,
    *,
    area: str,
    parameters: str = "",
    text: str = "Heavy rain and wind.",
) -> str:
    return _INFO.format(
        language=language,
        event=event,
        headline=headline,
        description=text * 4,
        instruction=text * 2,
        parameters=parameters,
        area=area,
    )


KINDS: dict[str, Callable[[int], str]] = {"small": _small, "bilingual": _bilingual, "polygon": _polygon}


def main(argv: list[str]) -> int:
    """Run, print progress, and last the JSON line."""
    options = argparse.ArgumentParser(prog="python -m bench parse", description=__doc__)
    options.add_argument("--documents", type=int, default=300, help="different documents of each kind")
    options.add_argument("--rounds", type=int, default=7, help="the best round counts")
    chosen = options.parse_args(argv)
    figures: dict[str, float] = {}
    baselines: dict[str, float] = {}
    totals = {"ours": 0.0, "lxml": 0.0, "capparser": 0.0}
    for kind, make in KINDS.items():
        texts = [make(n) for n in range(chosen.documents)]
        best = _measure(texts, chosen.rounds)
        figures[f"{kind}_seconds"] = best["ours"]
        baselines[f"{kind}_lxml_seconds"] = best["lxml"]
        baselines[f"{kind}_capparser_seconds"] = best["capparser"]
        figures[f"{kind}_ratio_lxml"] = best["lxml"] / best["ours"]
        for name, seconds in best.items():
            totals[name] += seconds
        progress(
            f"{kind:<10} {len(texts[0].encode()):>6} bytes: {best['ours'] * 1e6:7.1f} us a document; "
            f"lxml {best['lxml'] * 1e6:7.1f} us ({best['lxml'] / best['ours']:.2f}); "
            f"capparser {best['capparser'] * 1e6:8.1f} us ({best['capparser'] / best['ours']:.1f})"
        )
    figures["documents_per_second"] = len(KINDS) / totals["ours"]
    emit(
        "parse",
        figures=figures,
        baselines={**baselines, "lxml": totals["lxml"], "capparser": totals["capparser"]},
        ratios={name: totals[name] / totals["ours"] for name in ("lxml", "capparser")},
    )
    return 0


def _measure(texts: Sequence[str], rounds: int) -> dict[str, float]:
    """Seconds a document for each reader, best of the rounds; the readers take turns within each round."""
    bodies = [text.encode() for text in texts]
    # capparser takes text and refuses an encoding declaration in it, so it is spared that line.
    bare = [text.partition("\n")[2] for text in texts]
    readers: dict[str, tuple[Callable[[], None], int]] = {
        "lxml": (lambda: _each(etree.fromstring, bodies), len(bodies)),
        "ours": (lambda: _each(lambda body: parse(body, feed=_FEED), bodies), len(bodies)),
        "capparser": (lambda: _each(lambda text: capparser.parse(stringXML=text), bare[:10]), 10),
    }
    best = dict.fromkeys(readers, math.inf)
    for _ in range(rounds):
        for name, (run, documents) in readers.items():
            gc.collect()
            began = time.process_time()
            run()
            best[name] = min(best[name], (time.process_time() - began) / documents)
    return best


def _each(read: Callable[[T], object], documents: Sequence[T]) -> None:
    for document in documents:
        read(document)
