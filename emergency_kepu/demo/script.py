"""The script of the afternoon: `timeline.yaml` read into values."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import yaml

from emergency_kepu.domain.errors import ConfigError


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    at: str
    feed: str
    file: str
    say: str = ""


class _Approval(msgspec.Struct, forbid_unknown_fields=True):
    at: str
    hazard: str
    by: str


class _Timeline(msgspec.Struct, forbid_unknown_fields=True):
    start: datetime
    documents: list[_Document]
    end: str
    approvals: list[_Approval] = []


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that happens at one instant."""

    at: datetime
    documents: tuple[tuple[str, bytes], ...]
    """(feed, what it answers from now on)."""
    approvals: tuple[tuple[str, str], ...]
    """(hazard, who approves)."""
    says: tuple[str, ...]


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """The afternoon."""

    start: datetime
    end: datetime
    scenes: tuple[Scene, ...]


def read_script(directory: Path) -> Script:
    """ConfigError names the file and what is wrong."""
    path = directory / "timeline.yaml"
    try:
        timeline = msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), _Timeline)
    except (OSError, yaml.YAMLError, msgspec.ValidationError) as problem:
        msg = f"{path}: {' '.join(str(problem).split())}"
        raise ConfigError(msg) from problem
    instants = sorted(
        {_offset(document.at) for document in timeline.documents}
        | {_offset(approval.at) for approval in timeline.approvals}
    )
    scenes = tuple(
        Scene(
            at=timeline.start + offset,
            documents=tuple(
                (item.feed, (directory / "documents" / item.file).read_bytes())
                for item in timeline.documents
                if _offset(item.at) == offset
            ),
            approvals=tuple((item.hazard, item.by) for item in timeline.approvals if _offset(item.at) == offset),
            says=tuple(item.say for item in timeline.documents if _offset(item.at) == offset and item.say),
        )
        for offset in instants
    )
    return Script(start=timeline.start, end=timeline.start + _offset(timeline.end), scenes=scenes)


def _offset(text: str) -> timedelta:
    hours, minutes = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
