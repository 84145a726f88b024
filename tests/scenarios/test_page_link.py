"""A message leads to the public page where that page shows something, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from emergency_kepu.channels.secrets import Secret
from emergency_kepu.pages.address import PublicPages
from tests.scenarios.rig import Rig
from tests.scenarios.test_steps import AT, alert, rig_with

PAGES = PublicPages(Secret("k" * 32), "https://k.example")


def heard(folder: Path, body: bytes, *, pages: PublicPages | None) -> Rig:
    rig = rig_with(folder, steps=())
    rig.services.pages = pages
    rig.feed("cap", body, at=AT)
    return rig


def test_an_alert_for_the_public_leads_to_its_page(tmp_path: Path) -> None:
    rig = heard(tmp_path, alert(), pages=PAGES)
    (row,) = rig.campaigns()
    assert row.spec.facts.link == PAGES.link(row.id)
    assert [PAGES.link(row.id) in text for _, text in rig.accepted("sms")] == [True]


def test_where_there_are_no_pages_no_message_names_one(tmp_path: Path) -> None:
    rig = heard(tmp_path, alert(), pages=None)
    (row,) = rig.campaigns()
    assert row.spec.facts.link == ""
    assert ["/k/" in text for _, text in rig.accepted("sms")] == [False]


@pytest.mark.parametrize("scope", ["Private", "Restricted"])
def test_what_is_not_for_the_public_leads_nowhere(tmp_path: Path, scope: str) -> None:
    body = alert().replace(b"<scope>Public</scope>", f"<scope>{scope}</scope>".encode())
    rig = heard(tmp_path, body, pages=PAGES)
    assert [row.spec.facts.link for row in rig.campaigns() if row.spec.facts.link] == []
    assert rig.accepted("sms") == []
