"""Whom a message may name for questions: matched by the fields that its content asks for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from emergency_kepu.content.catalog import Catalog
from emergency_kepu.domain.expert import Expert
from emergency_kepu.matching.experts import match_experts, public_contact


def contact_for(
    catalog: Catalog,
    experts: Sequence[Expert],
    *,
    hazard: str,
    places: Collection[str],
    locale: str,
    now: datetime,
) -> Expert | None:
    """The first expert for this hazard there whose hotline is answered at this hour; None when there is none."""
    topic = catalog.topics.get(hazard)
    fields = topic.meta.experts if topic else ()
    return public_contact(match_experts(experts, fields=fields, places=places, locale=locale, now=now))
