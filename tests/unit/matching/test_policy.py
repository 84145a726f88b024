"""Policies are read strictly, and the first that wants an incident has it."""

from pathlib import Path

import msgspec
import pytest

from emergency_kepu.domain.decision import Action, Reason
from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.policy import Policy, When, load_policies, match_policy, severity_floor

CONFIG = Path(__file__).parents[3] / "config"


@pytest.fixture
def read(tmp_path):
    def load(text: str):
        path = tmp_path / "policies.yaml"
        path.write_text(text, encoding="utf-8")
        return load_policies(path)

    return load


def test_a_full_entry(read):
    (policy,) = read("""
policies:
  - name: rain
    when: {hazards: [rainstorm], severity: orange, places: ["510000"], feeds: [nmc]}
    mode: auto
    channels: [sms, rooms]
    drill_channels: [drills]
    audience: {within: places, places: ["511500"], kinds: [person], tags_any: [school], locales: [zh-Hans]}
    updates: approve
    approvers: 2
    cooldown_minutes: 30
    quiet_hours: {from: "22:00", to: "07:00", override_at: red}
""")
    assert (policy.channels, policy.drill_channels, policy.approvers) == (("sms", "rooms"), ("drills",), 2)
    assert policy.quiet_hours is not None
    assert (policy.quiet_hours.start, policy.quiet_hours.override_at) == ("22:00", "red")


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{name: a, mode: auto}", "needs `channels`"),
        ("{name: a, channels: [sms], steps: [{after_minutes: 0}]}", "must be later"),
        ("{name: a, channels: [sms], steps: [{after_minutes: 9}, {after_minutes: 9}]}", "step 2"),
        ("{name: a, channels: [sms], steps: [{after_minutes: 99999}]}", "at most 43200"),
        ("{name: a, channels: [sms], steps: [{after_minutes: 9, severity: crimson}]}", "crimson"),
        ("{name: a, channels: [sms], steps: [{after_minutes: 9, say: more}]}", "more"),
        ("{name: a, mode: watch, steps: [{after_minutes: 9}]}", "nothing can follow"),
        ("{name: a, mode: atuo, channels: [sms]}", "atuo"),
        ("{name: a, chanels: [sms]}", "chanels"),
        ("{name: a, channels: [sms], when: {severty: red}}", "severty"),
        ("{name: a, channels: [sms], when: {hazards: [rain]}}", "no hazard 'rain'"),
        ("{name: a, channels: [sms], when: {categories: [weather]}}", "no category 'weather'"),
        ("{name: a, channels: [sms], when: {severity: crimson}}", "crimson"),
        ("{name: a, channels: [sms], when: {places: [510000]}}", "in quotes"),
        ("{name: a, channels: [sms], when: {places: [NO]}}", "in quotes"),
        ('{name: a, channels: [sms], when: {places: ["99"]}}', "no place '99'"),
        ("{name: a, channels: [sms], audience: {within: places}}", "needs `places`"),
        ("{name: a, channels: [sms], quiet_hours: {from: 22:00, to: 07:00}}", "in quotes"),
        ('{name: a, channels: [sms], quiet_hours: {from: "10pm", to: "07:00"}}', "10pm"),
        ('{name: a, channels: [sms], quiet_hours: {from: "22:00", to: "07:00", override_at: rde}}', "rde"),
        ("{name: a, channels: [sms], approvers: 0}", "approvers"),
    ],
)
def test_a_mistake_is_one_line_that_says_where(read, entry, words):
    with pytest.raises(ConfigError) as caught:
        read(f"policies:\n  - {{name: good, mode: watch}}\n\n  - {entry}\n")
    message = str(caught.value)
    assert words in message
    assert "policies.yaml:4: policy 2" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "text", ["- 1", "policies: {a: 1}", "policy: []", "policies: [", "policies:\n- {name: a}\n- {name: a}"]
)
def test_a_file_of_another_shape_is_refused(read, text):
    with pytest.raises(ConfigError, match=r"policies\.yaml"):
        read(text)


def test_an_empty_file_has_no_policies(read):
    assert read("") == ()


@pytest.mark.parametrize("path", sorted(CONFIG.rglob("policies.yaml")), ids=lambda path: path.parent.name)
def test_the_shipped_examples_are_valid(path):
    assert load_policies(path)


def test_the_teaching_example_uses_every_key():
    """A key that the example does not show is one nobody finds."""
    text = (CONFIG / "policies.yaml").read_text(encoding="utf-8")
    keys = {field.encode_name for struct in (Policy, When) for field in msgspec.structs.fields(struct)}
    assert not {key for key in keys if f"{key}:" not in text}


@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        (When(), True),
        (When(hazards=("rainstorm",)), True),
        (When(hazards=("flood",)), False),
        (When(categories=("natural",)), True),
        (When(categories=("health",)), False),
        (When(severity="orange"), True),
        (When(severity="red"), False),
        (When(severity="Severe"), True),
        (When(magnitude=4.0), False),
        (When(places=("510000",)), True),
        (When(places=("511500",)), True),
        (When(places=("CN",)), True),
        (When(places=("511525",)), False),
        (When(feeds=("nmc",)), True),
        (When(feeds=("usgs",)), False),
    ],
)
def test_when(rain, opened, when, wanted):
    policy = Policy(name="p", when=when, mode="auto", channels=("sms",))
    found, says = match_policy([policy], opened(rain()), "natural")
    assert (found is policy) is wanted
    assert says.reason is (Reason.POLICY_AUTO if wanted else Reason.NO_POLICY)
    assert says.action is (Action.LAUNCH if wanted else Action.WATCH)


def test_a_magnitude_counts_from_its_value_on(quake, opened):
    policy = Policy(name="p", when=When(magnitude=5.9), mode="approve", channels=("sms",))
    assert match_policy([policy], opened(quake()), "natural")[0] is policy
    assert match_policy([policy], opened(quake(values={"magnitude": 5.8})), "natural")[0] is None


def test_the_first_policy_wins(rain, opened):
    policies = [Policy(name="a", when=When(severity="red")), Policy(name="b", mode="watch"), Policy(name="c")]
    found, says = match_policy(policies, opened(rain()), "natural")
    assert (found and found.name, says.action) == ("b", Action.WATCH)


def test_colours_and_cap_words_are_one_scale():
    assert [severity_floor(word) for word in ("blue", "Yellow", "ORANGE", "red")] == list(Severity)[1:]
    assert severity_floor("extreme") is Severity.EXTREME
