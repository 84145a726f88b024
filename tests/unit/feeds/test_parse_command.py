"""`kepu feeds parse`: the contract of its output, and one line for each mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from emergency_kepu.cli.feeds import app

FIXTURES = Path(__file__).parent / "fixtures"
ALERT_KEYS = [
    "identifier", "sender", "sent", "status", "msg_type", "scope", "effect", "source", "flags", "references",
    "incidents", "infos",
]  # fmt: skip
INFO_KEYS = {
    "language", "categories", "event", "hazard", "response_types", "urgency", "severity", "certainty",
    "effective", "onset", "expires", "sender_name", "headline", "description", "instruction", "web", "contact",
    "event_codes", "parameters", "areas",
}  # fmt: skip


def run(*args: str, stdin: bytes | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["parse", *args], input=stdin)
    return result.exit_code, result.stdout, result.stderr


def test_prints_one_array_over_all_files() -> None:
    code, out, err = run("--format", "cap", str(FIXTURES / "cap_bilingual.xml"), str(FIXTURES / "cap_rss.xml"))
    assert code == 0
    alerts = json.loads(out)
    assert [alert["identifier"] for alert in alerts] == ["EX-2026-0718-0042", "EX-RSS-1"]
    assert set(alerts[0]) == set(ALERT_KEYS)
    assert set(alerts[0]["infos"][0]) == INFO_KEYS
    assert set(alerts[0]["infos"][0]["areas"][0]) == {
        "desc", "polygons", "circles", "geocodes", "altitude", "ceiling",
    }  # fmt: skip
    assert alerts[0]["sent"] == "2026-07-18T14:05:00+08:00"
    assert alerts[0]["infos"][0]["hazard"] == "heat"
    assert alerts[0]["infos"][0]["effective"] is None
    assert "1 linked documents are not followed" in err


def test_reads_standard_input() -> None:
    code, out, _ = run("--format", "usgs", "-", stdin=(FIXTURES / "usgs.json").read_bytes())
    assert code == 0
    assert len(json.loads(out)) == 4


def test_bad_members_are_named_and_the_others_printed() -> None:
    code, out, err = run("--format", "who_don", str(FIXTURES / "who_don.json"))
    assert code == 0
    assert len(json.loads(out)) == 2
    assert "item 3: " in err


@pytest.mark.parametrize(
    ("args", "stdin", "told"),
    [
        (("--format", "telex", "-"), b"", "unknown feed format 'telex'"),
        (("--format", "cap", "missing.xml"), b"", "missing.xml: cannot be read"),
        (("--format", "cap", "-"), b"<alert", "not well-formed"),
        (("--format", "usgs", "-"), b"", "the body is empty"),
        (("--format", "usgs", "-"), b'{"features":[{}]}', "feature 1"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(args: tuple[str, ...], stdin: bytes, told: str) -> None:
    code, out, err = run(*args, stdin=stdin)
    assert code == 2
    assert out == ""
    assert told in err
    assert err.count("\n") == 1
