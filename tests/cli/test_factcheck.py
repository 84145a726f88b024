"""`kepu factcheck`: a file to fill in, a draft, a correction."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import yaml

from tests.cli.conftest import Done

Kepu = Callable[..., Done]
WORDS = {"claim": "今晚有8级地震", "fact": "没有部门发布过地震预报。", "evidence": "“预报单”是拼接的图片。"}


def filled(kepu: Kepu, folder: Path, **changes: object) -> Path:
    """What `new` writes, with the gaps filled as a person would."""
    raw = yaml.safe_load(kepu("factcheck", "new").out)
    raw["words"]["zh-Hans"] |= WORDS
    raw |= {"verdict": "refuted", "about": "earthquake", "places": ["长宁县"], "source": "四川省地震局", **changes}
    path = folder / "check.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return path


def test_from_an_empty_file_to_a_draft_that_can_be_read(kepu: Kepu, tmp_path: Path) -> None:
    path = filled(kepu, tmp_path)
    done = kepu("factcheck", "draft", str(path), "--json")
    assert done.code == 0, done.err
    assert done.json["state"] == "draft"
    (listed,) = kepu("factcheck", "list", "--json").json
    assert (listed["campaign"], listed["check"]["verdict"]) == (done.json["campaign"], "refuted")
    assert "refuted" in kepu("factcheck", "list").out
    preview = kepu("campaign", "preview", done.json["campaign"]).out
    assert "四川省宜宾市长宁县地震传言核实" in preview
    assert "--- sms, en" not in preview, "nobody wrote it in English"


def test_a_known_one_is_corrected(kepu: Kepu, tmp_path: Path) -> None:
    first = kepu("factcheck", "draft", str(filled(kepu, tmp_path)), "--json").json
    (listed,) = kepu("factcheck", "list", "--json").json
    raw = yaml.safe_load(kepu("factcheck", "new", "--incident", listed["incident"]).out)
    assert (raw["verdict"], raw["words"]["zh-Hans"]["claim"]) == ("refuted", WORDS["claim"])
    path = tmp_path / "other.yaml"
    path.write_text(yaml.safe_dump({**raw, "verdict": "unproven"}, allow_unicode=True), encoding="utf-8")
    second = kepu("factcheck", "draft", str(path), "--json").json
    assert (second["campaign"], second["revision"]) == (first["campaign"], 2)
    assert "Then ask for approval" in kepu("factcheck", "draft", str(path)).out


def test_what_is_wrong_is_one_line(kepu: Kepu, tmp_path: Path) -> None:
    for changes, says in (
        ({"verdict": "maybe"}, "verdict 'maybe'"),
        ({"places": ["朝阳区"]}, "110105"),
        ({"surprise": 1}, "surprise"),
        ({"document": "ftp://x"}, "https"),
    ):
        done = kepu("factcheck", "draft", str(filled(kepu, tmp_path, **changes)))
        assert (done.code, says in done.err, done.err.count("\n")) == (2, True, 1), done.err
    assert kepu("factcheck", "draft", str(tmp_path / "none.yaml")).code == 2
    path = tmp_path / "list.yaml"
    path.write_text("- 1\n", encoding="utf-8")
    assert "kepu factcheck new" in kepu("factcheck", "draft", str(path)).err
    assert kepu("factcheck", "new", "--incident", "i-none").code == 1
    assert kepu("factcheck", "list", "--json").json == []
