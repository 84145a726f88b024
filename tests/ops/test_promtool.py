"""Prometheus reads its configuration and the alert rules, and says when each fires. Needs `promtool` (Debian)."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

OPS = Path(__file__).parents[2] / "ops/prometheus"
REQUIRED = "promtool" in os.environ.get("KEPU_TEST_REQUIRE", "").split(",")

pytestmark = [pytest.mark.service]

WORDS = (
    ("check", "config", "prometheus.yml"),
    ("check", "rules", "alerts.yaml"),
    ("check", "rules", "roles.yaml"),
    ("test", "rules", "alerts_test.yaml"),
    ("test", "rules", "roles_test.yaml"),
)


@pytest.mark.parametrize("words", WORDS)
def test_configuration_and_rules(words: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        words_for_people = "promtool is not installed (apt-get install prometheus)"
        if REQUIRED:
            pytest.fail(words_for_people)
        pytest.skip(words_for_people)
    done = subprocess.run([promtool, *words], cwd=OPS, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
