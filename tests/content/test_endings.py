"""An end says what is over, in words of its kind, and asks for nothing that the danger never had."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest

from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.content.render import RenderRequest, render
from emergency_kepu.domain.campaign import CampaignKind, MessageFacts
from emergency_kepu.domain.errors import ContentError

SHIPPED = load_catalog(shipped("templates"))
FACTS = MessageFacts(
    source_name="长宁县应急管理局",
    source_names={"en": "Changning emergency bureau"},
    place_codes=("511524",),
    issued_at=datetime(2026, 6, 30, 5, 30, tzinfo=UTC),
    tz="Asia/Shanghai",
)


def ended(hazard: str, locale: str = "en", layout: str = "sms") -> str:
    request = RenderRequest(
        hazard=hazard, locale=locale, layout=layout, phase="now", kind=CampaignKind.ALL_CLEAR, facts=FACTS
    )
    return render(SHIPPED, request).text


@pytest.mark.parametrize("hazard", [code for code, topic in SHIPPED.topics.items() if topic.meta.category == "health"])
@pytest.mark.parametrize("locale", ["en", "zh-Hans", "zh-Hant"])
def test_illness_leaves_no_ruins(hazard: str, locale: str) -> None:
    assert not re.search(r"building|wire|standing water|建筑|電線|电线|积水|建築", ended(hazard, locale))


@pytest.mark.parametrize(
    ("hazard", "locale", "says"),
    [
        ("flood", "en", "lifted the river flood warning"),
        ("flood", "en", "keep away from damaged buildings"),
        ("heat", "en", "lifted the heat warning"),
        ("gas_leak", "en", "ended the gas leak alert"),
        ("gas_leak", "zh-Hans", "燃气泄漏警报已解除"),
        ("cholera", "en", "see a doctor"),
        ("cholera", "zh-Hans", "风险提示已解除"),
        ("boil_water", "en", "lifted the boil-water notice"),
        ("boil_water", "en", "run the taps"),
        ("water_contamination", "en", "ended the contaminated water alert"),
        ("fraud", "zh-Hans", "公安机关"),
        ("ebola", "en", "ended the Ebola or Marburg disease alert"),
        ("ebola", "zh-Hans", "埃博拉或马尔堡病毒病风险提示已解除"),
        ("ebola", "zh-Hant", "伊波拉或馬堡病毒感染風險提示已解除"),
        ("mers", "en", "Isolating? Stay in"),
        ("mers", "zh-Hans", "同意才解除"),
        ("landslide", "zh-Hant", "山泥傾瀉或山崩預警已解除"),
        ("earthquake", "en", "withdrew its report of earthquake"),
        ("earthquake", "zh-Hans", "撤回了四川省宜宾市长宁县地震的消息"),
        ("influenza", "ja", "注意の呼びかけは終わりました"),
    ],
)
def test_in_words_of_its_kind(hazard: str, locale: str, says: str) -> None:
    assert says in ended(hazard, locale)


@pytest.mark.parametrize(
    ("hazard", "headline"),
    [
        ("mers", "MERS alert ended"),
        ("ebola", "Ebola or Marburg disease alert ended"),
        ("avian_influenza", "Human avian influenza alert ended"),
    ],
)
def test_a_headline_begins_with_a_capital_and_keeps_the_others(hazard: str, headline: str) -> None:
    assert ended(hazard, layout="full").startswith(headline)


@pytest.mark.parametrize("locale", ["en", "zh-Hans", "zh-Hant"])
@pytest.mark.parametrize("layout", ["sms", "chat", "wea90", "wea360", "tts", "email"])
def test_an_earthquake_is_never_lifted(locale: str, layout: str) -> None:
    assert not re.search(r"lifted|alert over|ended|解除", ended("earthquake", locale, layout))


def test_the_order_in_brackets_ends_with_its_alert() -> None:
    assert "do not drink" not in ended("water_contamination").lower()


def test_what_happens_after_must_be_written(tmp_path: Path) -> None:
    copytree(shipped("templates"), tmp_path, dirs_exist_ok=True)
    path = tmp_path / "heat/meta.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("ending: calm", "ending: after"), encoding="utf-8")
    with pytest.raises(ContentError, match="needs the phase `after`"):
        load_catalog(tmp_path)


def test_a_library_without_the_words_still_ends(tmp_path: Path) -> None:
    copytree(shipped("templates"), tmp_path, dirs_exist_ok=True)
    path = tmp_path / "_common/en.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("all_clear_of:")] + text[text.index("joiner:") :], encoding="utf-8")
    request = RenderRequest(
        hazard="cholera", locale="en", layout="sms", phase="now", kind=CampaignKind.ALL_CLEAR, facts=FACTS
    )
    assert "lifted the cholera warning" in render(load_catalog(tmp_path), request).text
