"""`kepu calendar` on the shipped example."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Done

Kepu = Callable[..., Done]


def test_the_list_has_every_entry_and_says_what_is_not_announced(kepu: Kepu) -> None:
    found = {entry["name"]: entry for entry in kepu("calendar", "list", "--json").json}
    assert found["food-safety-week"]["next"] is None
    assert found["fire-day"]["next"]["first"].endswith("-11-09")
    assert "announced" in kepu("calendar", "list").out


def test_what_comes_next_in_order_with_its_hours(kepu: Kepu) -> None:
    found = kepu("calendar", "next", "--days", "20", "--now", "2027-05-01T00:00:00Z", "--json").json
    assert [item["name"] for item in found if item["first"] >= "2027-05-02"] == [
        "spring-drill",
        "disaster-reduction-day",
        "disability-day",
    ]
    day = next(item for item in found if item["name"] == "disaster-reduction-day")
    assert (day["opens"], day["closes"]) == ("2027-05-12T01:00:00Z", "2027-05-12T10:00:00Z")
    assert (day["prepare_at"], day["campaign"]) == ("2027-04-28T01:00:00Z", None)
    assert "disaster" in kepu("calendar", "next", "--now", "2027-05-01T00:00:00Z").out


def test_a_wrong_calendar_is_one_line(kepu: Kepu, config: Path) -> None:
    path = config / "calendar.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("channels: [drills]", "channels: [sms]", 1), "utf-8")
    done = kepu("check-config")
    assert done.code == 2
    assert "spring-drill" in done.err
    assert "drill channel" in done.err


def test_check_config_names_entries_without_a_text(kepu: Kepu, config: Path) -> None:
    path = config / "calendar.yaml"
    old = "hazard: drought\n    phase: before"
    path.write_text(path.read_text(encoding="utf-8").replace(old, "hazard: drought\n    phase: after"), "utf-8")
    assert kepu("check-config", "--json").json["calendar_without_text"] == ["water-day"]
