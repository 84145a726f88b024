"""Commands as a user runs them: what they print, and one line with exit 2 for bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "config/demo"


def kepu(*words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emergency_kepu.cli.main", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, input=stdin, timeout=60, check=False)


def test_sms_segments() -> None:
    found = json.loads(kepu("sms", "segments", "-", "--json", stdin="地震\n").stdout)
    assert found["encoding"] == "UCS-2"
    assert found["segments"] == 1


def test_feeds_parse_keys_are_the_contract() -> None:
    [alert] = json.loads(kepu("feeds", "parse", "--format", "usgs", str(DEMO / "documents/usgs-1.geojson")).stdout)
    assert set(alert) == {
        "identifier", "sender", "sent", "status", "msg_type", "scope", "source", "effect", "flags", "references",
        "incidents", "infos",
    }  # fmt: skip
    assert alert["infos"][0]["hazard"] == "earthquake"


def test_explain_says_why() -> None:
    document = str(DEMO / "documents/nmc-1.json")
    done = kepu("explain", document, f"--config={DEMO}", "--format=nmc", "--now=2026-06-30T13:45:00+08:00", "--json")
    [traced] = json.loads(done.stdout)
    assert traced["outcome"] == "waits for 2 approval(s)"
    assert {item["reason"] for item in traced["decisions"]} >= {"new_incident", "policy_approve"}
    assert traced["prepares"]["channels"]
    assert traced["prepares"]["locales"] == ["en", "zh-Hans", "zh-Hant"]


def test_explain_shows_what_would_follow_by_itself() -> None:
    document = str(DEMO / "documents/usgs-1.geojson")
    asked = ("explain", document, f"--config={ROOT / 'config'}", "--format=usgs", "--now=2026-06-30T13:07:00+08:00")
    said = kepu(*asked).stdout
    assert "T+30 min    why it happens" in said
    assert "T+24 h" in said
    [traced] = json.loads(kepu(*asked, "--json").stdout)
    assert [step["after_minutes"] for step in traced["prepares"]["steps"]] == [30, 1440]


def test_explain_says_that_it_is_old() -> None:
    document = str(DEMO / "documents/nmc-1.json")
    done = kepu("explain", document, f"--config={DEMO}", "--format=nmc", "--now=2026-07-30T13:45:00+08:00", "--json")
    [traced] = json.loads(done.stdout)
    assert traced["outcome"] == "recorded"
    assert "expired" in {item["reason"] for item in traced["decisions"]}


def test_hazards_with_their_codes_in_the_lists_of_others() -> None:
    listed = {row["code"]: row for row in json.loads(kepu("hazards", "list", "--json").stdout)}
    assert len(listed) >= 60
    assert listed["tsunami"]["oasis"] == {"OET-203": "tsunami"}
    assert listed["typhoon"]["cma"][0] == "11B01"
    assert "OET-203" in kepu("hazards", "list").stdout


def test_what_an_event_is_taken_for() -> None:
    assert kepu("hazards", "find", "雷暴大风").stdout.startswith("thunderstorm_gale: 雷雨大风")
    found = json.loads(kepu("hazards", "find", "", "--code", "SAME=TOR", "--json").stdout)
    assert found == {"event": "", "event_codes": {"SAME": ["TOR"]}, "hazard": "tornado"}
    nothing = kepu("hazards", "find", "Storm", "--json")
    assert nothing.returncode == 1
    assert json.loads(nothing.stdout)["hazard"] is None
    assert "unknown_hazard" in nothing.stderr


def test_a_message_renders() -> None:
    done = kepu("templates", "render", "--hazard=earthquake", "--locale=en", "--channel=twilio", "--json")
    message = json.loads(done.stdout)
    assert message["unit"] == "parts"
    assert "drop" in message["text"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("hazards", "find", "x", "--code", "TOR"), "NAME=VALUE"),
        (("feeds", "parse", "--format", "nonsense", "x"), "nonsense"),
        (("feeds", "parse", "--format", "cap", "/nowhere"), "/nowhere"),
        (("explain", "/nowhere", "--format=cap"), "/nowhere"),
        (("explain", "x", "--format=cap", "--now=yesterday"), "yesterday"),
        (("templates", "render", "--hazard=dragons"), "dragons"),
        (("check-config", "--config=/nowhere"), "/nowhere"),
        (("demo", "--speed=0"), "--speed"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(words: tuple[str, ...], says: str) -> None:
    done = kepu(*words)
    assert done.returncode == 2, done.stdout + done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert says in done.stderr
