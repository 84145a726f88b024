"""Rules kept as data: regular expressions by language, each with its reason and where the reason comes from."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

_HERE = Path(__file__).parent
T = TypeVar("T")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Case does not matter."""
    return re.compile(pattern, re.IGNORECASE)


def read_rules(name: str, kind: type[T]) -> dict[str, T]:
    """One data file beside this module: name of the entry to entry."""
    raw: Any = yaml.safe_load((_HERE / name).read_text(encoding="utf-8"))
    return msgspec.convert(raw, dict[str, kind])  # type: ignore[valid-type]
