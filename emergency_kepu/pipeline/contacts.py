"""Whom a message may name for questions: matched by the fields that its content asks for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection

from emergency_kepu.content.catalog import Catalog
from emergency_kepu.domain.expert import Expert
from emergency_kepu.matching.experts import match_experts, public_contact
from emergency_kepu.settings import Settings
from emergency_kepu.store.absences import as_they_are


def contact_for(
    conn: Connection,
    catalog: Catalog,
    settings: Settings,
    *,
    hazard: str,
    places: Collection[str],
    now: datetime,
) -> Expert | None:
    """The first expert for this hazard there whose hotline is answered at this hour; None when there is none."""
    topic = catalog.topics.get(hazard)
    fields = topic.meta.experts if topic else ()
    experts = as_they_are(conn, settings.experts, now)
    locale = settings.content.default_locale
    return public_contact(match_experts(experts, fields=fields, places=places, locale=locale, now=now))
