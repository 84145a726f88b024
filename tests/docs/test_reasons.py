"""Every reason is documented once, with what to do about it, and no reason that does not exist."""

import re
from pathlib import Path

import msgspec
import pytest

from emergency_kepu.domain.ask import Asking
from emergency_kepu.domain.decision import Action, Reason
from emergency_kepu.domain.expert import Expert
from emergency_kepu.matching.correlate import Change
from emergency_kepu.matching.guards import GUARDS
from emergency_kepu.matching.policy import Audience, Policy, When

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
ROW = re.compile(r"^\| `(?P<name>[a-z_]+)` \| (?P<meaning>[^|]+) \| (?P<todo>[^|]+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def policies() -> str:
    return (REFERENCE / "policies.md").read_text(encoding="utf-8")


def test_every_reason_has_one_line_and_every_line_a_reason() -> None:
    rows = ROW.findall((REFERENCE / "reasons.md").read_text(encoding="utf-8"))
    assert sorted(name for name, _, _ in rows) == sorted(Reason)
    for name, meaning, todo in rows:
        assert meaning.strip().endswith("."), name
        assert todo.strip().endswith("."), name


def test_every_action_is_named() -> None:
    head = (REFERENCE / "reasons.md").read_text(encoding="utf-8").split("## ")[0]
    assert not [action for action in Action if f"`{action.value}`" not in head]


@pytest.mark.parametrize("struct", [Policy, When, Audience, Expert, Asking], ids=lambda struct: struct.__name__)
def test_every_key_of_a_policy_and_an_expert_is_documented(policies: str, struct: type[msgspec.Struct]) -> None:
    keys = [field.encode_name for field in msgspec.structs.fields(struct)]
    assert not [key for key in keys if f"`{key}`" not in policies]


def test_the_guards_stand_in_the_order_in_which_they_are_asked(policies: str) -> None:
    section = policies.split("## Guards")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE) == list(GUARDS)


def test_every_change_is_documented(policies: str) -> None:
    assert not [change for change in Change if f"`{change.value}`" not in policies]
