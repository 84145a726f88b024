"""Recorded feeds: a directory with `timeline.yaml` and the documents it names, replayed by the demo.

    feeds: [usgs, nmc]            # optional: entries of other feeds are mistakes
    entries:
      - at: 0                     # seconds since the start, or mm:ss, or h:mm:ss
        feed: usgs
        file: usgs/0001.geojson
      - at: "2:30"
        feed: nmc
        status: 429               # 200 when left out; then no file is needed
        headers: {Retry-After: "30"}

Read into values only; nothing here opens a socket or waits.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path, PurePosixPath

import msgspec
import yaml

from emergency_kepu.domain.errors import ConfigError

TIMELINE = "timeline.yaml"


class RecordedReply(msgspec.Struct, frozen=True, kw_only=True):
    """What the server of a feed answers from `at` (counted from the start of the recording) on."""

    at: timedelta
    feed: str
    file: Path | None
    """None: a reply without a body."""
    status: int = 200
    headers: dict[str, str] = {}


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A recorded stretch of time; entries in the order of `at`, and of the file where that is equal."""

    directory: Path
    entries: tuple[RecordedReply, ...]

    @property
    def feeds(self) -> tuple[str, ...]:
        """The feeds that occur, in order of appearance."""
        return tuple(dict.fromkeys(entry.feed for entry in self.entries))

    @property
    def length(self) -> timedelta:
        """From the start to the last entry."""
        return self.entries[-1].at if self.entries else timedelta(0)


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    at: float | str
    feed: str
    file: str | None = None
    status: int = 200
    headers: dict[str, str] = {}


class _Timeline(msgspec.Struct, forbid_unknown_fields=True):
    entries: list[_Entry]
    feeds: list[str] | None = None


def read_recording(directory: Path) -> Recording:
    """Read `timeline.yaml` of a directory. ConfigError names the file, the entry and the mend."""
    path = directory / TIMELINE
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as problem:
        msg = f"{path}: cannot be read ({problem.strerror or problem}); a recording needs this file"
        raise ConfigError(msg) from problem
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        msg = f"{path}: not YAML ({' '.join(str(problem).split())})"
        raise ConfigError(msg) from problem
    try:
        timeline = msgspec.convert(raw, _Timeline)
    except msgspec.ValidationError as problem:
        msg = f"{path}: {problem}"
        raise ConfigError(msg) from problem
    entries = [
        _read_entry(directory, number, entry, timeline.feeds) for number, entry in enumerate(timeline.entries, start=1)
    ]
    return Recording(directory=directory, entries=tuple(sorted(entries, key=lambda entry: entry.at)))


def _read_entry(directory: Path, number: int, entry: _Entry, feeds: list[str] | None) -> RecordedReply:
    where = f"{directory / TIMELINE}: entry {number}"
    if feeds is not None and entry.feed not in feeds:
        msg = f"{where}: feed {entry.feed!r} is not in `feeds`"
        raise ConfigError(msg)
    if not 100 <= entry.status <= 599:
        msg = f"{where}: status {entry.status} is no HTTP status"
        raise ConfigError(msg)
    return RecordedReply(
        at=_offset(entry.at, where),
        feed=entry.feed,
        file=_document(directory, entry, where),
        status=entry.status,
        headers=entry.headers,
    )


def _offset(at: float | str, where: str) -> timedelta:
    parts = str(at).split(":")
    try:
        numbers = [float(part) for part in parts]
        offset = timedelta(seconds=sum(number * 60**power for power, number in enumerate(reversed(numbers))))
    except (ValueError, OverflowError) as problem:
        msg = f"{where}: `at` must be seconds, mm:ss or h:mm:ss, not {at!r}"
        raise ConfigError(msg) from problem
    if len(parts) > 3 or min(numbers) < 0:
        msg = f"{where}: `at` must be seconds, mm:ss or h:mm:ss from the start, not {at!r}"
        raise ConfigError(msg)
    return offset


def _document(directory: Path, entry: _Entry, where: str) -> Path | None:
    if entry.file is None:
        if entry.status == 200:
            msg = f"{where}: a reply with status 200 needs a `file`"
            raise ConfigError(msg)
        return None
    relative = PurePosixPath(entry.file)
    if relative.is_absolute() or ".." in relative.parts:
        msg = f"{where}: {entry.file!r} must lie inside the directory of the recording"
        raise ConfigError(msg)
    path = directory / relative
    if not path.is_file():
        msg = f"{where}: there is no file {path}"
        raise ConfigError(msg)
    return path
