"""ops/Dockerfile: what it copies exists and is in the build context, what it installs is what the tests ran on."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from pathlib import Path

import pytest

from tests.ops.compose import ROOT, services

DOCKERFILE = (ROOT / "ops/Dockerfile").read_text(encoding="utf-8")
LOCKS = ("runtime", "build")


def pins(path: Path) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Package to (requirements as written, hashes)."""
    found: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    for entry in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        name = entry.split("==")[0]
        said, hashes = found.get(name, (frozenset(), frozenset()))
        found[name] = (
            said | {entry.split(" --hash")[0].strip()},
            hashes | frozenset(re.findall(r"--hash=(\S+)", entry)),
        )
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_are_parts_of_the_one_that_was_tested(lock: str) -> None:
    tested = pins(ROOT / "requirements.lock")
    part = pins(ROOT / f"ops/image/{lock}.lock")
    assert part
    for name, (said, hashes) in part.items():
        versions = {entry.split(" ;")[0] for entry in said}
        assert versions <= {entry.split(" ;")[0] for entry in tested[name][0]}, name
        assert hashes, name
        assert hashes <= tested[name][1], name


def test_the_image_can_do_all_that_compose_asks_of_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = pins(ROOT / "ops/image/runtime.lock")
    extras = [*project["optional-dependencies"]["kafka"], *project["optional-dependencies"]["postgres"]]
    for wanted in [*project["dependencies"], *extras]:
        assert re.split(r"[\[><=;]", wanted)[0].lower() in locked, wanted
    for not_wanted in ("pytest", "mypy", "confluent-kafka"):
        assert not_wanted not in locked


def test_dependencies_come_by_hash_and_as_wheels() -> None:
    installs = re.findall(r"pip install (.+)", DOCKERFILE)
    assert len(installs) == 3
    for words in installs:
        assert "--require-hashes --only-binary=:all:" in words or "--no-deps --no-index" in words, words


def test_what_is_copied_is_there_and_sent_to_the_build() -> None:
    sent = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [
        word for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for word in line.split()
    ]
    assert copied
    for path in copied:
        assert (ROOT / path).exists(), path
        assert any(fnmatch.fnmatch(path.rstrip("/"), pattern) for pattern in sent), path


def test_it_ends_as_an_ordinary_user_with_the_number_that_compose_names() -> None:
    last = re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)[-1]
    assert last == services()["desk"]["user"] == "10001:10001"
    assert DOCKERFILE.index("USER ") > DOCKERFILE.rindex("RUN ")
    assert re.search(r'^ENTRYPOINT \["kepu"\]$', DOCKERFILE, re.MULTILINE)


def test_bases_are_pinned_and_of_the_python_of_the_locks() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(set(bases)) == 1
    assert re.match(r"python:3\.11\.\d+-slim-bookworm$", bases[0])


def test_its_version_is_the_programs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert services()["desk"]["image"] == f"emergency-kepu:{project['version']}"
