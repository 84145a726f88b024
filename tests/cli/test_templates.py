"""Lint, review, export and new as a desk types them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from emergency_kepu.cli.main import app
from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.lint.rules import RULES
from emergency_kepu.domain.errors import UserError
from tests.cli.conftest import Done

Kepu = Callable[..., Done]
SIGN = ("--by=Li", "--field=oceanography", "--valid-until=2099-06-30")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A library of the desk's own."""
    target = tmp_path / "own"
    assert " hazards in " in CliRunner().invoke(app, ["templates", "export", str(target)]).stdout
    return target


def break_text(library: Path, hazard: str, old: str, new: str) -> None:
    path = library / hazard / "en.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_lint_passes_and_says_what_it_looked_at(kepu: Kepu) -> None:
    done = kepu("templates", "lint", "tsunami")
    assert done.code == 0
    assert done.out.splitlines()[-1].startswith("1 hazards, 3 languages, ")
    assert ", 0 errors, " in done.out


def test_lint_fails_with_the_file_and_the_key(kepu: Kepu, own: Path) -> None:
    break_text(own, "tsunami", "In harbour, leave small boats and climb.", "Do not panic, go to the shore to watch.")
    done = kepu("templates", "lint", "tsunami", "heat", f"--templates={own}", "--json")
    assert done.code == 1
    assert done.json["hazards"] == ["heat", "tsunami"]
    found = {(item["rule"], item["file"], item["key"]) for item in done.json["findings"] if item["severity"] == "error"}
    where = ("tsunami/en.yaml", "actions.now.boat")
    assert found == {("calm", *where), ("never", *where)}
    only = kepu("templates", "lint", "tsunami", "--rule=length", f"--templates={own}", "--json")
    assert only.code == 0
    assert only.json["rendered"] == 0


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("lint", "dragons"), "no text about 'dragons'"),
        (("lint", "--rule=taste"), "no rule 'taste'"),
        (("review",), "HAZARD, --by, --field, --valid-until"),
        (("review", "tsunami", *SIGN), "templates export"),
        (("new", "dragons"), "taxonomy"),
        (("new", "fog"), "--templates DIR"),
    ],
)
def test_bad_input(kepu: Kepu, words: tuple[str, ...], problem: str) -> None:
    done = kepu("templates", *words)
    assert done.code == 2
    assert problem in done.err


def test_every_rule_can_be_asked_for(kepu: Kepu) -> None:
    done = kepu("templates", "lint", "tsunami", *(f"--rule={rule}" for rule in RULES if rule != "fit"), "--json")
    assert done.code == 0


def test_a_desk_signs_its_own_library_through_its_configuration(kepu: Kepu, own: Path, config: Path) -> None:
    settings = yaml.safe_load((config / "kepu.yaml").read_text(encoding="utf-8"))
    settings["content"]["templates"] = str(own)
    (config / "kepu.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    common, row = kepu("templates", "review", "tsunami", *SIGN, "--on=2026-06-30", "--json").json
    assert (common["hazard"], common["state"]) == ("_common", "unsigned")
    assert row == {
        "hazard": "tsunami",
        "state": "valid",
        "by": ["Li (oceanography)"],
        "valid_until": "2099-06-30",
        "days_left": 26663,
    }
    rows = kepu("templates", "review", "--list", "--json").json
    assert {row["state"] for row in rows} == {"valid", "unsigned"}
    assert load_catalog(own).topics["tsunami"].meta.review.state == "signed"
    assert "review _common" in kepu("templates", "review", "--list").err
    [signed] = kepu("templates", "review", "_common", *SIGN, "--on=2026-06-30", "--json").json
    assert signed["state"] == "valid"
    assert kepu("templates", "review", "--list").err == ""


def test_nobody_signs_what_lint_refuses_or_in_the_future(kepu: Kepu, own: Path) -> None:
    break_text(own, "tsunami", "In harbour, leave small boats and climb.", "Do not panic.")
    refused = kepu("templates", "review", "tsunami", *SIGN, f"--templates={own}")
    assert refused.code == 2
    assert "1 error" in refused.err
    assert kepu("templates", "review", "tsunami", *SIGN, "--on=2098-01-01", f"--templates={own}").code == 2
    assert kepu("templates", "review", "tsunami", *SIGN[:2], "--valid-until=soon", f"--templates={own}").code == 2
    assert load_catalog(own).topics["tsunami"].meta.review.state == "shipped"
    assert kepu("templates", "review", "tsunami", *SIGN, "--despite-lint", f"--templates={own}").code == 0


def test_export_writes_nothing_over(own: Path) -> None:
    again = CliRunner().invoke(app, ["templates", "export", str(own)])
    assert isinstance(again.exception, UserError)
    assert "not empty" in str(again.exception)


def test_a_new_hazard_is_refused_until_it_is_written(kepu: Kepu, own: Path) -> None:
    shutil.rmtree(own / "fog", ignore_errors=True)
    done = kepu("templates", "new", "fog", f"--templates={own}")
    assert done.code == 0
    assert sorted(path.name for path in (own / "fog").iterdir()) == [
        "en.yaml", "meta.yaml", "zh-Hans.yaml", "zh-Hant.yaml",
    ]  # fmt: skip
    report = kepu("templates", "lint", "fog", f"--templates={own}", "--json")
    assert report.code == 1
    errors = [item for item in report.json["findings"] if item["severity"] == "error"]
    assert {item["rule"] for item in errors} == {"placeholder"}
    assert {item["file"].split("/")[1] for item in errors} == {"en.yaml", "meta.yaml", "zh-Hans.yaml", "zh-Hant.yaml"}
    again = kepu("templates", "new", "fog", f"--templates={own}")
    assert again.code == 2
    assert "there already" in again.err
