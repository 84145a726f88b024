"""The units: systemd reads them, and what they start exists."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from emergency_kepu.roles import Role
from tests.ops.compose import ROOT, parse

UNITS = ROOT / "ops/systemd"
PROGRAM = "/opt/kepu/bin/kepu"
each_unit = pytest.mark.parametrize("name", ["kepu.service", "kepu@.service"])


def settings(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in re.findall(r"^(\w+)=(.*)$", (UNITS / name).read_text(encoding="utf-8"), re.MULTILINE):
        found.setdefault(key, []).append(value)
    return found


@each_unit
@pytest.mark.parametrize("key", ["ExecStartPre", "ExecStart"])
def test_what_they_start_exists(name: str, key: str) -> None:
    [line] = settings(name)[key]
    for role in Role:
        words = line.replace("%i", role).replace("$KEPU_OPTIONS", "--monitor-port 8601").split()
        assert words[0] == PROGRAM
        assert parse(words[1:])["config"] == Path("/etc/kepu")


@each_unit
def test_they_are_not_root_come_back_and_finish_what_is_in_hand(name: str) -> None:
    found = settings(name)
    assert found["User"] == ["kepu"]
    assert found["NoNewPrivileges"] == ["true"]
    assert found["Restart"] == ["always"]
    assert found["StartLimitIntervalSec"] == ["0"]
    assert int(found["TimeoutStopSec"][0]) > 120


def test_the_two_differ_in_what_they_start_only() -> None:
    one, role = settings("kepu.service"), settings("kepu@.service")
    assert {key for key in one | role if one.get(key) != role.get(key)} == {
        "Description",
        "EnvironmentFile",
        "ExecStart",
    }


def test_systemd_reads_them(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed (apt-get install systemd)")
    for name, instance in (("kepu.service", "kepu.service"), ("kepu@.service", "kepu@worker.service")):
        text = (UNITS / name).read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
        (tmp_path / instance).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [analyze, "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
