"""Imports point inward: the core never reaches for an adapter."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "emergency_kepu"
ALLOWED = {
    "domain": {"domain"},
    "places": {"domain", "places"},
    "matching": {"domain", "places", "matching"},
    "content": {"domain", "places", "content", "matching"},
    "feeds": {"domain", "feeds"},
    "bus": {"domain", "bus", "store"},
    "store": {"domain", "bus", "store", "feeds", "delivery", "matching"},
    "channels": {"domain", "channels", "feeds"},
    "delivery": {"domain", "channels", "delivery"},
    "observe": {"domain", "bus", "observe"},
    "campaigns": {"domain", "places", "bus", "campaigns", "matching", "pipeline", "store"},
    "pages": {"domain", "places", "channels", "asking", "content", "settings", "pages"},
    "asking": {
        "domain",
        "places",
        "content",
        "matching",
        "delivery",
        "channels",
        "bus",
        "store",
        "campaigns",
        "pipeline",
        "asking",
        "settings",
    },
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {name.split(".")[1] for name in names if name.startswith("emergency_kepu.")}
    return found


@pytest.mark.parametrize("layer", ALLOWED)
def test_imports_point_inward(layer: str) -> None:
    for path in (PACKAGE / layer).rglob("*.py"):
        strange = imports(path) - ALLOWED[layer]
        assert not strange, f"{path.relative_to(PACKAGE)} imports {sorted(strange)}"


def test_only_the_outermost_know_the_desk_and_the_demo() -> None:
    for path in PACKAGE.rglob("*.py"):
        layer = path.relative_to(PACKAGE).parts[0]
        if layer not in ("cli", "demo", "desk"):
            assert not imports(path) & {"cli", "demo", "desk"}, path
