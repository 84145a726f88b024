"""`kepu` in this process, on a desk of its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from typer.testing import CliRunner

from emergency_kepu.cli.main import app
from emergency_kepu.domain.errors import KepuError, UserError

ROOT = Path(__file__).parents[2]


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped example, with its database and files in a folder of the test."""
    folder = tmp_path / "config"
    shutil.copytree(ROOT / "config", folder, ignore=shutil.ignore_patterns("demo"))
    raw = yaml.safe_load((folder / "kepu.yaml").read_text(encoding="utf-8"))
    raw["store"] = {"url": f"sqlite:///{tmp_path}/kepu.db"}
    for channel in raw["channels"].values():
        channel["path"] = str(tmp_path / Path(channel["path"]).name)
    (folder / "kepu.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return folder


@pytest.fixture
def kepu(config: Path) -> Callable[..., Done]:
    """Runs a command as the entry point does. `stdin` and `env` as a shell would give them."""

    def run(*words: str, stdin: str | None = None, env: dict[str, str] | None = None) -> Done:
        found = CliRunner().invoke(app, [*words, f"--config={config}"], input=stdin, env=env)
        if isinstance(found.exception, UserError):
            return Done(2, found.stdout, f"kepu: {found.exception}\n")
        if isinstance(found.exception, KepuError):
            return Done(1, found.stdout, f"kepu: {found.exception}\n")
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return Done(found.exit_code, found.stdout, found.stderr)

    return run
