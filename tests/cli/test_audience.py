"""Recipients in and out: what is imported is exported again, and a wrong line stores nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Done

Kepu = Callable[..., Done]
HEAD = "id,kind,locale,place,addresses,lat,lon,tags,audience,drill\n"
GOOD = "p-1,person,zh-CN,511524,sms:+8613800000001;rooms:room-01,28.58,104.92,nurse|volunteer,elderly,\n"


def store(kepu: Kepu, tmp_path: Path, text: str, name: str = "people.csv", *more: str) -> Done:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return kepu("audience", "import", str(file), *more)


def test_what_goes_in_comes_out(kepu: Kepu, tmp_path: Path) -> None:
    assert store(kepu, tmp_path, "\ufeff" + HEAD + GOOD).out == "1 recipients stored\n"

    assert kepu("audience", "export").out == HEAD + GOOD
    [line] = kepu("audience", "export", "--format=jsonl").out.splitlines()
    assert json.loads(line)["tags"] == ["nurse", "volunteer"]
    assert store(kepu, tmp_path, line, "people.jsonl").code == 0, "the same again"
    assert kepu("audience", "count").out == "1\n"
    assert kepu("audience", "count", "--place=510000", "--tag=nurse", "--json").json == {"recipients": 1}
    assert kepu("audience", "count", "--place=110000").out == "0\n"


def test_a_dry_run_stores_nothing(kepu: Kepu, tmp_path: Path) -> None:
    assert "would be stored" in store(kepu, tmp_path, HEAD + GOOD, "people.csv", "--dry-run").out
    assert kepu("audience", "count").out == "0\n"


def test_purge_asks_first(kepu: Kepu, tmp_path: Path) -> None:
    store(kepu, tmp_path, HEAD + GOOD)
    assert kepu("audience", "purge").code == 2, "everybody must be said"
    asked = kepu("audience", "purge", "--place=511500")
    assert (asked.code, "1 recipients would be deleted" in asked.out) == (1, True)
    assert kepu("audience", "count").out == "1\n"
    assert kepu("audience", "purge", "--place=511500", "--yes").out == "1 recipients deleted\n"
    assert kepu("audience", "count").out == "0\n"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("p-2,ghost,zh-CN,511524,sms:+8613800000002,,,,,", "kind 'ghost'"),
        ("p-2,person,,511524,sms:+8613800000002,,,,,", "locale"),
        ("p-2,person,zh-CN,999999,sms:+8613800000002,,,,,", "999999"),
        ("p-2,person,zh-CN,511524,,,,,,", "addresses"),
        ("p-2,person,zh-CN,511524,13800000002,,,,,", "channel:target"),
        ("p-2,person,zh-CN,511524,pigeon:x,,,,,", "pigeon"),
        ("p-2,person,zh-CN,511524,sms:+8613800000002,99,0,,,", "lat '99'"),
        ("p-2,person,zh-CN,511524,sms:+8613800000002,,,,giants,", "giants"),
        ("p-2,person,zh-CN,511524,sms:+8613800000002,,,,,maybe", "maybe"),
        ("p-2,person,zh-CN", "fewer fields"),
        ("p-1,person,zh-CN,511524,sms:+8613800000002,,,,,", "is on line 2 already"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_stored(kepu: Kepu, tmp_path: Path, line: str, says: str) -> None:
    done = store(kepu, tmp_path, HEAD + GOOD + line + "\n")
    assert (done.code, len(done.err.splitlines())) == (2, 1), done
    assert "people.csv:3: " in done.err
    assert says in done.err
    assert kepu("audience", "count").out == "0\n"


def test_phone_numbers_are_checked_where_a_channel_needs_them(kepu: Kepu, config: Path, tmp_path: Path) -> None:
    file = config / "kepu.yaml"
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    raw["channels"]["sms"] = {"kind": "twilio", "sender": "+15005550006"}
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")
    for number in ("13800000002", "+86 138 0000 0002", "+861", "+99912345678"):
        done = store(kepu, tmp_path, HEAD + f"p-2,person,zh-CN,511524,sms:{number},,,,,\n")
        assert done.code == 2, number
        assert "E.164" in done.err


def test_mail_addresses_are_checked_where_a_channel_needs_them(kepu: Kepu, config: Path, tmp_path: Path) -> None:
    file = config / "kepu.yaml"
    raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    raw["channels"]["sms"] = {"kind": "email", "host": "localhost", "sender": "desk@example.org"}
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")
    done = store(kepu, tmp_path, HEAD + "p-2,person,zh-CN,511524,sms:nobody,,,,,\n")
    assert done.code == 2
    assert "e-mail address 'nobody'" in done.err
    assert store(kepu, tmp_path, HEAD + "p-2,person,zh-CN,511524,sms:a@example.org,,,,,\n").code == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id,name\n", "column 'kind' is missing"),
        (HEAD.replace("tags", "labels"), "column 'labels' is not known"),
        ("", "column 'id' is missing"),
    ],
)
def test_a_wrong_heading_is_named(kepu: Kepu, tmp_path: Path, text: str, says: str) -> None:
    done = store(kepu, tmp_path, text)
    assert done.code == 2
    assert says in done.err


def test_a_file_that_is_no_text(kepu: Kepu, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in kepu("audience", "import", str(file)).err
    assert kepu("audience", "import", str(tmp_path / "nowhere.csv")).code == 2
