"""Every rule finds its fault in a broken text, and leaves the sound text and a near miss alone."""

from __future__ import annotations

import pytest

from emergency_kepu.content.lint.finding import Severity
from emergency_kepu.content.lint.rules import RULES
from tests.content.lint.sample import Change, Raw, about, findings

E, W = Severity.ERROR, Severity.WARNING


def put(value: object, *path: str | int) -> Change:
    """Set one value of the raw files."""

    def change(raw: Raw) -> None:
        here = raw
        for step in path[:-1]:
            here = here[step]  # type: ignore[index]
        here[path[-1]] = value  # type: ignore[index]

    return change


def _swap_first(raw: Raw) -> None:
    for locale in ("en", "zh-Hans", "zh-Hant"):
        raw[locale]["actions"]["now"].reverse()


def _more_actions(raw: Raw) -> None:
    text = "Move the old radio to the upper floor of the house, far above the water, please."
    raw["en"]["actions"]["now"] += [{"id": f"x{number}", "text": f"{number} {text}"} for number in range(6)]


def _twice(raw: Raw) -> None:
    raw["en"]["actions"]["now"].append({"id": "again", "text": "Go to high ground now."})


def _long_rumour(raw: Raw) -> None:
    raw["meta"]["hazard"] = "rumour"
    raw["en"]["actions"]["now"][0]["text"] = "Trust official accounts only. " * 12 + "Now."


LONG = (
    "Go up to the highest ground that you can reach on foot by a dry road, and stay there until somebody tells you so."
)
HARD = (
    "Hydrometeorological authorities systematically communicate evacuation recommendations to vulnerable populations."
)
FIRST_EN = ("en", "actions", "now", 0, "text")
FIRST_ZH = ("zh-Hans", "actions", "now", 0, "text")
LAST_EN = ("en", "actions", "now", 1, "text")

BROKEN: list[tuple[str, Severity, Change, str]] = [
    ("placeholder", E, put("<<what to do>>", *FIRST_EN), "still to write"),
    ("names", E, put("Go to {{ shelter }} now.", *FIRST_EN), "shelter"),
    ("names", E, put("Water stands {{ values.depth_m }} m high.", "en", "impact", "text"), "depth_m"),
    ("names", E, put("It holds until {{ until }}.", "en", "more"), "leaves"),
    ("names", E, put("It is {{ values.max_temp_c | number(0) }} C.", "en", "more"), "max_temp_c"),
    ("names", E, put("Go {{ now", *FIRST_EN), "no template"),
    ("elements", E, put("{{ source }}: flood, {{ place }}.", "en", "what"), "time"),
    ("elements", E, put("{{ source }}, {{ time }}: danger, {{ place }}.", "en", "what"), "hazard"),
    ("elements", E, put("Flood", "en", "headline"), "place"),
    ("elements", E, lambda raw: raw.pop("zh-Hant"), "no text in zh-Hant"),
    ("elements", E, put(["now"], "meta", "phases"), "not in meta.yaml"),
    ("elements", W, _more_actions, "8 actions"),
    ("sources", E, lambda raw: raw["meta"]["claims"].pop("depth"), "'depth' has no source"),
    ("sources", E, put(["cdc"], "meta", "claims", "depth"), "cdc: not under sources"),
    ("sources", W, put(["nws"], "meta", "claims", "gone"), "no text has this id"),
    ("sources", W, put("C", "meta", "sources", "nws", "grade"), "grade C"),
    ("never", E, put("Drive slowly through the water.", *LAST_EN), "60 cm"),
    ("never", E, put("Drive through the water.", *FIRST_EN[:-1], "short"), "60 cm"),
    ("never", E, put("开车慢慢通过积水。", *FIRST_ZH), "60 cm"),
    ("needs", W, put("Use a generator for light.", *LAST_EN), "6 metres"),
    ("negated", E, put("Walking into flood water.", "en", "avoid", 0, "text"), "reads as an order"),
    ("prediction", E, put("The river will hit the town.", "en", "impact", "text"), "only the authorities"),
    ("prediction", E, put("洪水明天将到达。", "zh-Hans", "impact", "text"), "only the authorities"),
    ("absolutes", E, put("The roof is absolutely safe.", *LAST_EN), "absolutely safe"),
    ("absolutes", E, put("屋顶绝对安全。", *FIRST_ZH), "绝对安全"),
    ("calm", E, put("Do not panic.", *LAST_EN), "panic"),
    ("calm", E, put("请保持冷静。", *FIRST_ZH), "保持冷静"),
    ("blame", E, put("Only careless people drown.", "en", "why", "text"), "stigma"),
    ("levels", E, put("At level 3, leave.", *LAST_EN), "level 3"),
    ("levels", E, put("红色级别时马上撤离。", *FIRST_ZH), "红色级别"),
    ("first_action", E, _swap_first, "comes before 'high'"),
    ("first_action", W, put({"now": "high"}, "meta", "first"), "after"),
    ("first_action", E, put({"now": "gone", "after": "home"}, "meta", "first"), "not there"),
    ("one_action", W, put("Go to high ground; signal from there.", *FIRST_EN), "2 actions"),
    ("one_action", E, put("Close the door; take the stairs; then go up.", *FIRST_EN), "3 actions"),
    ("one_action", W, put("先关电闸，再去高处。", *FIRST_ZH), "2 actions"),
    ("length", E, put(LONG, *FIRST_EN), "at most 100"),
    ("length", E, put("Go up to the highest ground near you.", *FIRST_EN[:-1], "short"), "at most 36"),
    ("length", E, put("马上" * 17 + "。", *FIRST_ZH), "at most 32"),
    ("reading", E, put(" ".join([HARD] * 4), "en", "why", "text"), "Flesch-Kincaid"),
    ("reading", W, put("看见水涨上来就马上带着家里所有的人往高处走。", *FIRST_ZH), "without a mark"),
    ("reading", W, put("魑魅魍魉饕餮。", *FIRST_ZH), "uncommon characters"),
    ("markup", E, put("Go to **high** ground.", *FIRST_EN), "**"),
    ("markup", E, put("Go up \u26a0 now.", *FIRST_EN), "WARNING SIGN"),
    ("punctuation", E, put("马上去高处,快走。", *FIRST_ZH), "half-width"),
    ("punctuation", E, put("Go to high ground", *FIRST_EN), "does not end"),
    ("punctuation", E, put("「车高就能开过去。」", "zh-Hans", "myths", 0, "claim"), "other Chinese script"),
    ("alphabet", E, put("Don\u2019t stay: go up.", *FIRST_EN), "right single quotation mark"),
    ("alphabet", E, put("馬上去高处。", *FIRST_ZH), "馬"),
    ("parity", E, put("high2", "zh-Hans", "actions", "now", 0, "id"), "high2, trapped"),
    ("numbers", E, put("流动的水深15米能冲倒成年人。", "zh-Hans", "why", "text"), "15 m"),
    ("numbers", E, put("流动的水深50厘米能冲倒成年人。", "zh-Hans", "why", "text"), "50 cm"),
    ("duplicates", E, _twice, "the same twice"),
    ("duplicates", E, put([{"id": "high", "text": "Climb up."}], "en", "actions", "after"), "something else"),
    ("fit", E, put("Go up. " * 80 + "Now.", *FIRST_EN), "need more than 3 parts"),
    ("fit", W, _more_actions, "left out"),
    ("forms", E, put("Go up. " * 50 + "Now.", *FIRST_EN), "wea360"),
    ("checks", E, _long_rumour, "need more than 3 parts"),
]
SOUND: list[tuple[str, Change]] = [
    ("names", put("{% if until %}It holds until {{ until }}.{% endif %}", "en", "more")),
    (
        "names",
        put("{% if values.rain_mm is defined %}{{ values.rain_mm | number(0) }} mm fell.{% endif %}", "en", "more"),
    ),
    ("never", put("Never drive through the water.", *LAST_EN)),
    ("never", put("不要开车通过积水。", *FIRST_ZH)),
    ("never", put('"Drive through the water fast."', "en", "myths", 0, "claim")),
    ("needs", put("Use a generator outdoors, 6 metres from windows.", *LAST_EN)),
    ("negated", put("Keep out of flood water.", "en", "avoid", 0, "text")),
    ("prediction", put("The river may still rise.", "en", "impact", "text")),
    ("absolutes", put("The roof is safer than the cellar.", *LAST_EN)),
    ("blame", put("Many people drown in cars.", "en", "why", "text")),
    ("levels", put("At a red warning (leave now) go at once.", *LAST_EN)),
    ("one_action", put("Drop, cover your head and hold on.", *FIRST_EN)),
    ("one_action", put("不发烧满24小时，再上班。", *FIRST_ZH)),
    ("markup", put("Up to 5 C colder, 3-4 days.", *FIRST_EN)),
    ("punctuation", put("在10:30前去3.5米高的地方。", *FIRST_ZH)),
    ("alphabet", put("Don't stay: go up.", *FIRST_EN)),
    ("numbers", put("流动的水深十五厘米能冲倒成年人。", "zh-Hans", "why", "text")),
    ("placeholder", put("Go up now.", *FIRST_EN)),
]


def test_the_sample_is_sound() -> None:
    for rule in RULES:
        assert findings(rule) == (), rule


@pytest.mark.parametrize(("rule", "severity", "change", "words"), BROKEN)
def test_a_broken_text_is_found(rule: str, severity: Severity, change: Change, words: str) -> None:
    found = [item for item in findings(rule, change) if item.severity is severity and words in item.message]
    assert found, findings(rule, change)
    assert {item.rule for item in found} == {rule}


@pytest.mark.parametrize(("rule", "change"), SOUND)
def test_a_near_miss_is_not(rule: str, change: Change) -> None:
    assert [item for item in findings(rule, change) if item.file.endswith(".yaml")] == []


def test_every_rule_has_both() -> None:
    assert {rule for rule, *_ in BROKEN} == set(RULES)


def test_a_hazard_of_another_kind_has_other_bans() -> None:
    order = "Boil the tap water before you drink it."
    assert not findings("never", about("flood", en=order))
    assert findings("never", about("chemical_leak", en=order))
    assert findings("never", about("water_contamination", en=order))
