"""What every handler of the desk is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from emergency_kepu.desk.attempts import Attempts
from emergency_kepu.desk.cap_published import CapFeed
from emergency_kepu.desk.flood import Flood
from emergency_kepu.desk.gate import Gate, Visitor
from emergency_kepu.desk.page_counting import PageCounting
from emergency_kepu.desk.pages import Pages
from emergency_kepu.desk.public_lookup import PublicLookup
from emergency_kepu.desk.session import Sessions
from emergency_kepu.desk.shared import Made
from emergency_kepu.desk.snapshot import Snapshot
from emergency_kepu.desk.views import Overview
from emergency_kepu.pipeline.services import Services


@dataclass(frozen=True, slots=True)
class Desk:
    """One an application. `environ`: where secrets are read from."""

    services: Services
    gate: Gate
    sessions: Sessions
    attempts: Attempts
    pages: Pages
    cap: CapFeed
    overview: Snapshot[Overview]
    environ: Mapping[str, str]
    counting: PageCounting
    flood: Flood
    rendered: Made[tuple[str, str], tuple[bytes, str]]
    """Public pages by campaign and language, with their tags."""
    public: PublicLookup | None
    """None: this desk shows no public pages."""


AnyRequest = Request[Any, Any, Any]
InDesk = NamedDependency[SkipValidation[Desk]]
InVisitor = NamedDependency[SkipValidation[Visitor]]
