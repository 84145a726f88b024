"""`kepu user`: accounts made on the command line are those the desk knows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from emergency_kepu.cli.user import app
from emergency_kepu.desk import accounts
from emergency_kepu.domain.errors import NotFound, UserError
from emergency_kepu.services import open_database
from emergency_kepu.settings import load_settings
from tests.desk.conftest import AT, PASSWORD


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "kepu.yaml").write_text(f"store: {{url: 'sqlite:///{tmp_path}/kepu.db'}}\n")
    return tmp_path


def run(config: Path, *words: str, stdin: str = "") -> str:
    found = CliRunner().invoke(app, [*words, "--config", str(config)], input=stdin)
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    assert found.exit_code == 0, found.output
    return found.stdout


def test_a_person_and_a_system(config: Path) -> None:
    run(config, "add", "wang", "--role", "approver", "--password-stdin", stdin=f"{PASSWORD}\n")
    run(config, "add", "county", "--role", "feeder", "--no-password")
    token = run(config, "token", "county", "--label", "push").strip()
    listed = json.loads(run(config, "list", "--json"))
    assert [(row["name"], row["roles"], row["password"]) for row in listed] == [
        ("county", ["feeder"], False),
        ("wang", ["approver"], True),
    ]
    assert "tokens only" in run(config, "list")
    database = open_database(load_settings(config))
    with database.reading() as conn:
        assert accounts.password_fits(accounts.find(conn, "wang"), PASSWORD)
        assert not accounts.password_fits(accounts.find(conn, "county"), PASSWORD)
        found = accounts.bearer(conn, token, now=AT)
        assert found is not None
        assert found.name == "county"
    kept = b"".join(path.read_bytes() for path in config.glob("kepu.db*"))
    assert token.encode() not in kept, "tokens are kept as hashes"


def test_a_new_password_and_a_disabled_account(config: Path) -> None:
    run(config, "add", "wang", "--role", "approver", "--password-stdin", stdin=f"{PASSWORD}\n")
    run(config, "password", "wang", "--password-stdin", stdin="another long password\n")
    run(config, "disable", "wang")
    database = open_database(load_settings(config))
    with database.reading() as conn:
        disabled = accounts.find(conn, "wang")
    assert not accounts.password_fits(disabled, "another long password")
    run(config, "enable", "wang")
    with database.reading() as conn:
        enabled = accounts.find(conn, "wang")
    assert accounts.password_fits(enabled, "another long password")
    assert not accounts.password_fits(enabled, PASSWORD)


@pytest.mark.parametrize(
    ("words", "stdin", "problem"),
    [
        (("add", "wang", "--role", "viewer", "--password-stdin"), "short\n", "at least 12"),
        (("add", "Wang!", "--role", "viewer", "--no-password"), "", "user name"),
        (("add", "wang", "--role", "viewer"), "", "no terminal"),
        (("add", "wang", "--role", "viewer", "--no-password", "--password-stdin"), "", "exclude"),
    ],
)
def test_bad_input_is_one_line(config: Path, words: tuple[str, ...], stdin: str, problem: str) -> None:
    with pytest.raises(UserError, match=problem) as caught:
        run(config, *words, stdin=stdin)
    assert "\n" not in str(caught.value)
    assert json.loads(run(config, "list", "--json")) == []


def test_the_same_name_twice_and_an_unknown_one(config: Path) -> None:
    run(config, "add", "wang", "--role", "viewer", "--no-password")
    with pytest.raises(UserError, match="exists already"):
        run(config, "add", "wang", "--role", "admin", "--no-password")
    with pytest.raises(NotFound, match="kepu user list"):
        run(config, "token", "li")
