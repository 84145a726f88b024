"""Every rule of the lint has one line in the reference, in the order of the registry."""

from __future__ import annotations

import re
from pathlib import Path

from emergency_kepu.content.lint.rules import RULES

PAGE = Path(__file__).parents[2] / "docs/reference/lint.md"


def test_every_rule_has_a_line() -> None:
    section = PAGE.read_text(encoding="utf-8").split("## Rules")[1].split("\n## ")[0]
    assert re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE) == list(RULES)
