"""What a fact-check says, and what nobody can make it say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from emergency_kepu.checking.wish import CheckWish, check_wish, plainly
from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.content.limits import LIMITS
from emergency_kepu.content.render import RenderedMessage, RenderRequest, render
from emergency_kepu.content.specimen import CHECKS, ISSUED, USUAL
from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.errors import ContentError, UserError
from emergency_kepu.domain.factcheck import LONGEST, CheckWords, FactCheck, Verdict
from emergency_kepu.settings import Settings, load_settings

CATALOG = load_catalog(shipped("templates"))
CHECK = CHECKS[Verdict.REFUTED]
SETTINGS: Settings = load_settings(shipped("config"))
WISH = CheckWish(
    verdict=Verdict.REFUTED,
    words=CHECK.words,
    places=("511524",),
    source="省地震局",
    channels=("sms",),
    about="earthquake",
)


def said(check: FactCheck = CHECK, layout: str = "full", locale: str = "en", **changes: object) -> RenderedMessage:
    asked = RenderRequest(hazard="rumour", locale=locale, layout=layout, facts=replace(USUAL, check=check))
    return render(CATALOG, replace(asked, **changes))


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("locale", ["en", "zh-Hans", "zh-Hant"])
def test_the_fact_comes_first_and_the_claim_once_and_never_in_the_headline(verdict: Verdict, locale: str) -> None:
    words = CHECKS[verdict].words[locale]
    for layout in LIMITS:
        message = said(CHECKS[verdict], layout, locale)
        claim = words.claim.rstrip("。.")
        assert message.text.count(claim) == 1
        assert claim not in message.title
        if verdict is not Verdict.ANSWERED:
            assert message.text.index(words.fact.rstrip("。.")) < message.text.index(claim)


def test_what_was_typed_is_text_and_never_a_template() -> None:
    words = CheckWords(claim="{{ source }} lies", fact="{% raw %}", evidence="{{ 1 / 0 }}")
    text = said(replace(CHECK, words={"en": words})).text
    assert '"{{ source }} lies."' in text
    assert "{% raw %}" in text


def test_a_reader_of_a_language_that_nobody_wrote_gets_no_half_of_it() -> None:
    with pytest.raises(ContentError, match="not written in this language"):
        said(replace(CHECK, words={"zh-Hans": CHECK.words["zh-Hans"]}))


@pytest.mark.parametrize("layout", ["wea90", "wea360", "cell", "cap"])
def test_it_wakes_nobody(layout: str) -> None:
    with pytest.raises(ContentError, match="not for fact-checks"):
        said(layout=layout)


def test_advice_of_its_own_comes_before_what_holds_for_every_rumour() -> None:
    words = replace(CHECK.words["en"], advice="Go to bed as usual")
    message = said(replace(CHECK, words={"en": words}))
    assert message.actions[0] == "Go to bed as usual."
    assert "official" in message.actions[1]


def test_what_is_taken_back_names_no_claim() -> None:
    text = said(kind=CampaignKind.ALL_CLEAR).text
    assert "withdrawn" in text
    assert "quake will hit" not in text


def refused(**changes: object) -> str:
    with pytest.raises(UserError) as problem:
        check_wish(plainly(replace(WISH, **changes)), CATALOG, SETTINGS, now=ISSUED)
    return str(problem.value)


def words(**changes: str) -> dict[str, CheckWords]:
    return {"zh-Hans": replace(CHECK.words["zh-Hans"], **changes)}


def test_a_sound_one_passes() -> None:
    check_wish(plainly(WISH), CATALOG, SETTINGS, now=ISSUED)
    other = {**WISH.words, "en": CheckWords(claim=" ", fact="", evidence="")}
    assert set(plainly(replace(WISH, words=other)).words) == {"zh-Hans", "zh-Hant"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"words": {}}, "at least one language"),
        ({"words": {"ja": CHECK.words["en"]}}, "'ja'"),
        ({"words": words(claim="")}, "zh-Hans: claim: is empty"),
        ({"words": words(evidence="")}, "zh-Hans: evidence: is empty"),
        ({"words": words(fact="很" * 121)}, "zh-Hans: fact: 121 characters; at most 120"),
        ({"words": words(fact="请马上往屋外跑。")}, "most injuries"),
        ({"words": words(advice="点蜡烛检查一下。")}, "escaped gas explodes"),
        ({"about": "dragons"}, "dragons"),
        ({"places": ()}, "places"),
        ({"places": ("000000",)}, "000000"),
        ({"source": " "}, "source"),
        ({"issued_at": ISSUED.replace(tzinfo=None)}, "offset"),
        ({"document": "http://example.org/x"}, "https"),
        ({"document": "https://example.org/x y"}, "https"),
        ({"document": 'https://example.org/"onclick'}, "https"),
        ({"expert": "nobody"}, "nobody"),
        ({"channels": ()}, "channels"),
        ({"channels": ("pigeon",)}, "pigeon"),
        ({"channels": ("drills",)}, "drills only"),
        ({"approvers": 0}, "approvers"),
    ],
)
def test_a_wrong_one_is_refused_with_the_part_that_is_wrong(changes: dict[str, object], says: str) -> None:
    assert says in refused(**changes)


def test_one_that_does_not_fit_a_channel_says_which_language_and_how_much() -> None:
    long = {"zh-Hans": CheckWords(claim="谣" * 80, fact="实" * 120, evidence="据" * 140)}
    sms = replace(SETTINGS, channels={"sms": {"kind": "twilio", "sender": "+15005550006"}})
    with pytest.raises(UserError, match=r"rumour/zh-Hans: .* 3 parts"):
        check_wish(plainly(replace(WISH, words=long)), CATALOG, sms, now=ISSUED)


@given(st.dictionaries(st.sampled_from(sorted(LONGEST)), st.text(max_size=80)))
def test_whatever_is_typed_stays_on_one_line_and_mentions_nobody(parts: dict[str, str]) -> None:
    typed = CheckWords(**{"claim": "a", "fact": "b", "evidence": "c", **parts})
    for found in plainly(replace(WISH, words={"en": typed})).words.values():
        for part in LONGEST:
            text = getattr(found, part)
            assert not set(text) & set("\n\r\t\u2028\u202e<>@*`_")
