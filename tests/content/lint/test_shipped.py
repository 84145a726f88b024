"""The library that ships has no error, in any language, phase, layout, or with any facts."""

from __future__ import annotations

import pytest

from emergency_kepu.content.lint.finding import Severity
from emergency_kepu.content.lint.rules import RULES
from emergency_kepu.content.lint.run import lint
from tests.content.lint.sample import SHIPPED


@pytest.mark.parametrize("hazard", SHIPPED.topics)
def test_no_error(hazard: str) -> None:
    report = lint(SHIPPED, (hazard,))
    assert [item for item in report.findings if item.severity is Severity.ERROR] == []
    assert report.rendered > 40


def test_no_error_in_what_all_share() -> None:
    rules = [rule for rule in RULES if rule != "fit"]
    findings = lint(SHIPPED, (), rules).findings
    assert [item for item in findings if item.file.startswith("_") and item.severity is Severity.ERROR] == []
