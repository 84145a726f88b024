"""The reference names every operation, role and kind of problem, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from emergency_kepu.desk import problems
from emergency_kepu.desk.accounts import RIGHTS, Right, Role
from tests.desk.conftest import Open

PAGE = (Path(__file__).parents[2] / "docs/reference/api.md").read_text(encoding="utf-8")


async def test_every_operation(browse: Open) -> None:
    described = (await browse().get("/api/openapi.json")).json()["paths"]
    operations = {f"{method.upper()} {path}" for path, methods in described.items() for method in methods}
    assert set(re.findall(r"^\| `((?:GET|POST|DELETE) [^`]+)` \|", PAGE, re.MULTILINE)) == operations


def test_every_role_with_its_rights() -> None:
    rows = {row[0]: [cell.strip() == "yes" for cell in row[1:]] for row in _rows(r"`(\w+)`", 4)}
    order = (Right.READ, Right.APPROVE, Right.OPERATE, Right.PUSH)
    assert rows == {role.value: [right in RIGHTS[role] for right in order] for role in Role}


def test_every_kind_of_problem() -> None:
    named = set(re.findall(r"`urn:kepu:([\w-]+)`", PAGE))
    ours = {name for _, _, name, _ in problems._OURS} | {name for name, _ in problems._FRAMEWORKS.values()}
    assert named == (ours | {"failed"}) - {"too-often"}, "429 is said in a page only"


def _rows(first: str, others: int) -> list[tuple[str, ...]]:
    cells = r" ?([^|\n]*)\|" * others
    return re.findall(rf"^\| {first} \|{cells}$", PAGE, re.MULTILINE)
