"""Every store suite runs on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services import postgres_url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.service)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    return f"sqlite:///{tmp_path}/kepu.db" if request.param == "sqlite" else postgres_url()
