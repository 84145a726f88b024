"""Recordings: a directory with a timeline, read into values."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.feeds.recordings import read_recording


def write(directory: Path, timeline: str) -> Path:
    (directory / "timeline.yaml").write_text(timeline, encoding="utf-8")
    (directory / "usgs").mkdir(exist_ok=True)
    (directory / "usgs" / "1.geojson").write_text("{}", encoding="utf-8")
    return directory


def test_entries_come_in_order_of_time(tmp_path: Path) -> None:
    recording = read_recording(
        write(
            tmp_path,
            """
            entries:
              - {at: "1:02:03", feed: nmc, status: 429, headers: {Retry-After: "30"}}
              - {at: "2:30", feed: usgs, file: usgs/1.geojson}
              - {at: 0.5, feed: usgs, file: usgs/1.geojson, headers: {ETag: '"a"'}}
            """,
        )
    )
    assert [entry.at for entry in recording.entries] == [
        timedelta(seconds=0.5),
        timedelta(seconds=150),
        timedelta(hours=1, minutes=2, seconds=3),
    ]
    assert recording.feeds == ("usgs", "nmc")
    assert recording.length == timedelta(hours=1, minutes=2, seconds=3)
    assert recording.entries[0].file == tmp_path / "usgs" / "1.geojson"
    assert recording.entries[2].file is None


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ("{at: 0, feed: usgs, file: ../x}", "inside the directory"),
        ("{at: 0, feed: usgs, file: usgs/2.geojson}", "no file"),
        ("{at: 0, feed: usgs}", "needs a `file`"),
        ("{at: soon, feed: usgs, status: 500}", "`at` must be"),
        ("{at: -5, feed: usgs, status: 500}", "`at` must be"),
        ("{at: 0, feed: usgs, status: 1000}", "no HTTP status"),
        ("{at: 0, feed: usgs, fil: x}", "fil"),
        ("{at: 0, feed: other, status: 500}", "not in `feeds`"),
    ],
)
def test_mistakes_name_the_entry(tmp_path: Path, entry: str, wrong: str) -> None:
    with pytest.raises(ConfigError, match=wrong):
        read_recording(write(tmp_path, f"feeds: [usgs]\nentries:\n  - {entry}\n"))


def test_a_missing_timeline_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"timeline\.yaml: cannot be read"):
        read_recording(tmp_path)
    (tmp_path / "timeline.yaml").write_text("entries: [", encoding="utf-8")
    with pytest.raises(ConfigError, match="not YAML"):
        read_recording(tmp_path)
