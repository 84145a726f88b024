"""A fact-check says in every layout who checked which claim, where and when, what is so and how one knows.

The claim is in no headline.

The words of a check are written at the desk; here it is a specimen of usual length with the longest names, for each
verdict, as a correction and when it is taken back. What a desk writes is built again before it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from emergency_kepu.content import sms
from emergency_kepu.content.catalog import Catalog
from emergency_kepu.content.facts import local_time, place_name, source_name
from emergency_kepu.content.limits import LIMITS
from emergency_kepu.content.lint.finding import Finding, Severity
from emergency_kepu.content.lint.passages import Subject
from emergency_kepu.content.render import RenderedMessage, RenderRequest, render
from emergency_kepu.content.specimen import CHECKS, LONGEST, USUAL
from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.factcheck import CheckWords, Verdict

NAME = "checks"
HAZARD = "rumour"


def requests(catalog: Catalog, locale: str) -> Iterator[RenderRequest]:
    """Every verdict with the usual and with the longest names, its correction, and its end; without a layout yet."""
    topic = catalog.topics[HAZARD]
    for facts in (USUAL, LONGEST):
        for verdict in Verdict:
            said = replace(facts, check=CHECKS[verdict])
            issue = RenderRequest(hazard=HAZARD, locale=locale, layout="", phase=topic.meta.phases[0], facts=said)
            was = Verdict.CONFIRMED if verdict is Verdict.REFUTED else Verdict.REFUTED
            before = replace(said.as_before(), verdict=was.value)
            yield issue
            yield replace(issue, kind=CampaignKind.UPDATE, facts=replace(said, before=before))
            yield replace(issue, kind=CampaignKind.ALL_CLEAR)


def check(subject: Subject) -> Iterator[Finding]:
    """Errors: it does not render, does not fit, or something that makes it a fact-check is lost."""
    if subject.topic is None or subject.name != HAZARD:
        return
    seen: set[tuple[str, str]] = set()
    for locale in subject.topic.locales:
        if locale not in CHECKS[Verdict.REFUTED].words or subject.catalog.phrases[locale].check is None:
            continue
        for asked in requests(subject.catalog, locale):
            for layout in LIMITS:
                problem = _wrong_with(subject.catalog, replace(asked, layout=layout))
                if problem and (locale, problem) not in seen:
                    seen.add((locale, problem))
                    yield subject.found(NAME, Severity.ERROR, f"{layout}: {problem}", file=f"{locale}.yaml")


def _wrong_with(catalog: Catalog, request: RenderRequest) -> str:
    try:
        message = render(catalog, request)
    except ContentError as problem:
        return str(problem)
    words = _words(request)
    if words.claim.rstrip("。.") in message.title:
        return "the claim is in the headline: many read nothing else"
    lost = [part for part, said in _wanted(request).items() if not _there(said, message)]
    lost += [] if message.actions and _there(message.actions[0], message) else ["first action"]
    return f"the text lacks the {lost[0]}" if lost else ""


def _wanted(request: RenderRequest) -> dict[str, str]:
    facts, locale = request.facts, request.locale
    usual = {
        "source": source_name(facts, locale),
        "place": place_name(facts, locale),
        "time": local_time(facts.issued_at, facts.tz, locale),
    }
    if request.kind is CampaignKind.ALL_CLEAR:
        return usual
    words = _words(request)
    assert facts.check is not None
    assert facts.check.expert is not None
    expert = facts.check.expert.names[locale]
    return usual | {"claim": words.claim, "fact": words.fact, "evidence": words.evidence, "expert": expert}


def _words(request: RenderRequest) -> CheckWords:
    assert request.facts.check is not None
    return request.facts.check.words[request.locale]


def _there(words: str, message: RenderedMessage) -> bool:
    said = words.rstrip("。.")
    return said in message.text or sms.folded(said) in message.text
