"""The calendar file: what is refused, and in which zone its days begin."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.matching.calendar import load_calendar, occasions, to_prepare

GOOD = """calendar:
  - name: reduction-day
    titles: {zh-Hans: 全国防灾减灾日, zh-Hant: 全國防災減災日, en: Reduction Day}
    when: {date: "05-12"}
    hazard: earthquake
    places: ["511500"]
    channels: [sms]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "calendar.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('{date: "05-12"}', '{date: "5-12"}', "05-12"),
        ('{date: "05-12"}', "{}", "one of"),
        ("earthquake", "dragons", "dragons"),
        ('["511500"]', '["990000"]', "990000"),
        ("[sms]", "[]", "channels"),
        (", en: Reduction Day", "", "en"),
        ("channels: [sms]", 'channels: [sms]\n    hours: {from: "20:00", to: "08:00"}', "hours"),
        ("channels: [sms]", "channels: [sms]\n    prepare_days: 365", "prepare_days"),
        ("channels: [sms]", "channels: [sms]\n    colour: red", "colour"),
        ("calendar:", "days:", "calendar"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        load_calendar(written(tmp_path, GOOD.replace(old, new)))


def test_two_entries_of_one_name_would_be_one_draft(tmp_path: Path) -> None:
    entry = GOOD.split("calendar:\n")[1]
    with pytest.raises(ConfigError, match="this name"):
        load_calendar(written(tmp_path, GOOD + entry))


def test_the_day_begins_at_its_place(tmp_path: Path) -> None:
    (entry,) = load_calendar(written(tmp_path, GOOD))
    (found,) = occasions(entry, datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
    assert found.opens == datetime(2026, 5, 12, 1, 0, tzinfo=UTC)
    assert found.closes == datetime(2026, 5, 12, 12, 0, tzinfo=UTC)
    assert occasions(entry, found.closes, datetime(2026, 6, 1, tzinfo=UTC)) == []


def test_it_is_prepared_from_its_time_on_until_it_is_over(tmp_path: Path) -> None:
    (entry,) = load_calendar(written(tmp_path, GOOD))
    for now, there in (
        (datetime(2026, 4, 28, 0, 59, tzinfo=UTC), 0),
        (datetime(2026, 4, 28, 1, 0, tzinfo=UTC), 1),
        (datetime(2026, 5, 12, 11, 59, tzinfo=UTC), 1),
    ):
        assert len(to_prepare((entry,), now)) == there
    assert to_prepare((entry,), datetime(2026, 5, 12, 12, tzinfo=UTC)) == []
