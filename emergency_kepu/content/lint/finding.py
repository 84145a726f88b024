"""What a rule found: where, how bad, and what to do about it."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """An error must not ship; a warning is for a person to weigh."""

    ERROR = "error"
    WARNING = "warning"


class Finding(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One thing that one rule found. Sorts by file, then by key."""

    file: str
    """Inside the library, e.g. `earthquake/en.yaml`."""
    key: str
    """Inside the file, e.g. `actions.now.drop`; empty: the whole file."""
    rule: str
    severity: Severity
    message: str
    """What is wrong, and the words it is about."""
