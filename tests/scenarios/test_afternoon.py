"""The recorded afternoon as a newcomer runs it: once, then again on what is there, then killed in the middle."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def demo(data: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "emergency_kepu.cli.main",
        "demo",
        "--once",
        "--speed=2000",
        f"--data={data}",
        *more,
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.slow
def test_once_then_again_changes_nothing(tmp_path: Path) -> None:
    data = tmp_path / "demo"

    first = demo(data)
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Every expected delivery was made, and nothing else." in first.stdout
    assert re.search(
        r"What the public reads about the first of them: http://127\.0\.0\.1:\d+/k/[a-z2-7]{16}\n", first.stdout
    )
    assert "/k/" in (data / "journal.jsonl").read_text(encoding="utf-8"), "messages lead there"
    assert (data / "drills.jsonl").read_text(encoding="utf-8").count("演练") >= 1
    accepted = (data / "journal.jsonl").read_bytes()

    again = demo(data, "--again")
    assert again.returncode == 0, again.stdout + again.stderr
    assert (data / "journal.jsonl").read_bytes() == accepted, "a second run sent something"


@pytest.mark.slow
def test_killed_in_the_middle_and_finished(tmp_path: Path) -> None:
    data = tmp_path / "demo"
    command = [sys.executable, "-m", "emergency_kepu.cli.main", "demo", "--once", "--speed=2000", f"--data={data}"]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert running.stdout is not None
    for line in running.stdout:
        if re.match(r"13:21|14:00", line):
            break
    os.kill(running.pid, signal.SIGKILL)
    running.wait(timeout=30)
    running.stdout.close()

    finished = demo(data, "--again")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "Every expected delivery was made, and nothing else." in finished.stdout
