"""Each form on its own: limits, short words, alphabets.

That every shipped text fits each of them is lint's rule `forms` (`tests/content/lint/test_shipped.py`).
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from emergency_kepu.content import sms
from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.forms import pages, short
from emergency_kepu.content.forms.form import Form
from emergency_kepu.content.forms.registry import FORMS
from emergency_kepu.content.library import shipped
from emergency_kepu.content.limits import LIMITS, Limit
from emergency_kepu.content.lint import forms as rule
from emergency_kepu.content.lint.run import lint
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.content.specimen import LONGEST, USUAL
from emergency_kepu.domain.campaign import CampaignKind, MessageFacts
from emergency_kepu.domain.errors import ContentError
from emergency_kepu.domain.hazard import HAZARDS
from emergency_kepu.places.authority import NATIONAL, OFFICES

CATALOG = load_catalog(shipped("templates"))
LOCALES = ("zh-Hans", "zh-Hant", "en")


def asked(layout: str, locale: str = "en", hazard: str = "gas_leak", **more: object) -> RenderRequest:
    return RenderRequest(**{"hazard": hazard, "locale": locale, "layout": layout, "facts": USUAL, **more})  # type: ignore[arg-type]


def test_names_are_apart_and_documented() -> None:
    assert not set(FORMS) & set(LIMITS)
    page = (Path(__file__).parents[2] / "docs/reference/layouts.md").read_text(encoding="utf-8")
    for name, form in FORMS.items():
        assert f"| `{name}` |" in page, name
        assert form.write or name in CATALOG.layouts, name


def test_limits_are_those_of_the_systems() -> None:
    assert {name: (form.limit.most, form.limit.unit) for name, form in FORMS.items()} == {
        "wea90": (90, "characters"),
        "wea360": (360, "characters"),
        "cell": (15, "pages"),
        "tts": (180, "seconds"),
        "ssml": (180, "seconds"),
        "cap": (8_000, "characters"),
        "wecom_markdown": (4_096, "bytes"),
        "dingtalk_markdown": (19_000, "bytes"),
        "feishu_card": (19_000, "bytes"),
        "email": (8_000, "characters"),
    }


@pytest.mark.parametrize("layout", FORMS)
@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_plausible_exceeds_its_limit(layout: str, locale: str) -> None:
    places = st.lists(st.sampled_from(["511524", "513232", "469030", "654028", "150223", "CN", "VE"]), max_size=4)

    @given(
        st.sampled_from(sorted(CATALOG.topics)), st.sampled_from(CampaignKind), st.booleans(),
        places, st.text(max_size=80), st.sampled_from(["", "https://x.org/a"]),
    )  # fmt: skip
    def holds(hazard: str, kind: CampaignKind, drill: bool, codes: list[str], source: str, link: str) -> None:
        facts = replace(LONGEST, source_name=source, place_codes=tuple(codes), place_text=source, link=link)
        facts = replace(facts, source_names={})
        try:
            message = render(CATALOG, asked(layout, locale, hazard, kind=kind, drill=drill, facts=facts))
        except ContentError:
            return  # nothing is sent: that is the other honest answer
        assert message.size <= FORMS[layout].limit.most

    holds()


def test_a_copied_library_has_the_forms_of_the_program(tmp_path: Path) -> None:
    copy = tmp_path / "own"
    shutil.copytree(shipped("templates"), copy)
    (copy / "layouts/cell.j2").unlink()
    (copy / "layouts/sms.j2").unlink()
    (copy / "layouts/wea360.j2").write_text("{{ e.what }}", encoding="utf-8")
    own = load_catalog(copy)
    assert own.layouts["cell"] == CATALOG.layouts["cell"]
    assert own.layouts["wea360"] == "{{ e.what }}"
    assert "sms" not in own.layouts


@pytest.mark.parametrize("layout", [name for name, form in FORMS.items() if form.locales])
def test_a_language_without_rules_is_refused(layout: str) -> None:
    topic = CATALOG.topics["gas_leak"]
    text = replace(topic.locales["en"], locale="sv")
    phrases = {**CATALOG.phrases, "sv": replace(CATALOG.phrases["en"], locale="sv")}
    catalog = replace(CATALOG, topics={"gas_leak": replace(topic, locales={"sv": text})}, phrases=phrases)
    with pytest.raises(ContentError, match="is written in en, zh-Hans, zh-Hant"):
        render(catalog, asked(layout, "sv"))
    assert list(rule.requests(catalog.topics["gas_leak"]))
    assert lint(catalog, ("gas_leak",), ("forms",)).errors == 0


class TestNinety:
    def test_every_usual_warning_holds_an_action(self) -> None:
        for hazard, topic in CATALOG.topics.items():
            for phase in topic.meta.phases:
                found = render(CATALOG, asked("wea90", hazard=hazard, phase=phase))
                assert found.actions, (hazard, phase, found.text)
                assert found.text.endswith(found.actions[0])

    def test_the_first_action_whole_or_short_or_where_to_look(self) -> None:
        whole = render(CATALOG, asked("wea90", hazard="anthrax"))
        assert whole.text == (
            "Weather office: anthrax, Changning County, 23:59. Keep everyone away from dead livestock."
        )
        other = render(CATALOG, asked("wea90", hazard="gas_leak"))
        assert (
            other.text == "Weather office: gas leak, Changning County, 23:59 30 Nov. No flame, no switch; go outside."
        )
        assert "the long words" in other.dropped
        none = render(CATALOG, asked("wea90", hazard="gas_leak", facts=LONGEST))
        assert none.text.endswith("23:59. Check local media.")
        assert none.actions == ()

    def test_an_exercise_and_the_end_say_so(self) -> None:
        drill = render(CATALOG, asked("wea90", drill=True)).text
        assert drill.startswith("DRILL: ")
        assert drill.endswith("Not a real warning.")
        over = render(CATALOG, asked("wea90", kind=CampaignKind.ALL_CLEAR)).text
        assert over == "Weather office: gas leak alert over, Changning County, 23:59 30 Nov."
        chinese = render(CATALOG, asked("wea90", "zh-Hans", drill=True)).text
        assert chinese.startswith("【演练】")
        assert "不是真实预警" in chinese

    def test_an_explanation_does_not_fit(self) -> None:
        with pytest.raises(ContentError, match="no explanation"):
            render(CATALOG, asked("wea90", kind=CampaignKind.STEP, say="why"))

    @pytest.mark.parametrize(
        ("source", "places", "said"),
        [
            ("长宁县气象台", ("511524",), "Weather office"),
            ("四川省气象台", ("511524",), "Sichuan weather office"),
            ("四川省气象台", ("510000",), "Sichuan weather office"),
            ("中国地震台网中心", ("511524",), "China quake centre"),
            ("日喀则市气象服务中心", ("540200",), "Xigaze authorities"),
            ("US Geological Survey", ("US",), "US Geological Survey"),
        ],
    )
    def test_short_sources(self, source: str, places: tuple[str, ...], said: str) -> None:
        facts = MessageFacts(source_name=source, place_codes=places, issued_at=datetime(2026, 1, 1, tzinfo=UTC))
        assert short.source(facts, "en") == said

    def test_a_source_that_no_letters_can_write_is_refused(self) -> None:
        facts = replace(USUAL, source_name="某机构")
        for layout in ("wea90", "wea360"):
            with pytest.raises(ContentError, match="alphabet"):
                render(CATALOG, asked(layout, facts=facts))

    def test_no_name_has_gone_stale(self) -> None:
        assert set(short.table().offices) == set(OFFICES)
        assert set(short.table().national) <= {english for _, english in NATIONAL.values()}
        assert set(short.table().hazards) <= set(HAZARDS)
        assert set(short.table().phrases) == set(LOCALES)


class TestPages:
    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ("", 1),
            ("a" * 93, 1),
            ("a" * 94, 2),
            ("雨" * 41, 1),
            ("雨" * 42, 2),
            ("a" * 92 + "€", 2),
            ("a" * 41 + "雨", 2),
        ],
    )
    def test_count(self, text: str, count: int) -> None:
        assert pages.count(text) == count

    @given(st.text(alphabet="aé€[雨😀\n", max_size=300))
    def test_no_page_is_too_full_and_nothing_is_lost(self, text: str) -> None:
        found = pages.pages(text)
        assert "".join(found) == text
        gsm = not sms.count(text).not_gsm
        for page in found:
            assert sum(sms.width(char, gsm=gsm) for char in page) <= (93 if gsm else 41)

    def test_sixteen_pages_are_refused(self) -> None:
        long = replace(USUAL, source_names={"zh-Hans": "台" * 60}, place_codes=(), place_text="县" * 60)
        assert render(CATALOG, asked("cell", "zh-Hans", facts=long)).size <= 15


class TestTheRule:
    """Lint finds a form that does not keep its promise."""

    def test_a_lost_place(self) -> None:
        layouts = {**CATALOG.layouts, "cell": CATALOG.layouts["cell"].replace("{{ e.what }}", "")}
        request = asked("cell")
        assert rule.wrong_with(replace(CATALOG, layouts=layouts), request, FORMS["cell"]) == "the text lacks the source"
        assert rule.wrong_with(CATALOG, request, FORMS["cell"]) == ""

    def test_a_lost_word_of_ninety(self) -> None:
        layouts = {**CATALOG.layouts, "wea90": "{{ e.lead }}{{ e.more }}"}
        wrong = rule.wrong_with(replace(CATALOG, layouts=layouts), asked("wea90"), FORMS["wea90"])
        assert wrong == "the text lacks the source"

    def test_a_limit_that_nothing_fits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tight = Form(limit=Limit(unit="pages", most=1, measure=pages.count))
        monkeypatch.setitem(FORMS, "cell", tight)
        assert "more than 1 pages" in rule.wrong_with(CATALOG, asked("cell"), tight)
