"""What a campaign that nobody has let go yet would send."""

from __future__ import annotations

import msgspec

from emergency_kepu.content.preview import previews
from emergency_kepu.desk.views import MessageView
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store.audience_size import audience_size
from emergency_kepu.store.campaigns import CampaignRow

__all__ = ("audience_size", "preview")


def preview(services: Services, row: CampaignRow) -> tuple[MessageView, ...]:
    """Every language on every channel of the campaign, for everyone and for each audience with words of its own."""
    kinds = {name: services.kind_of(name) for name in services.channels}
    found = previews(services.catalog, hazard=row.hazard, kind=row.kind, spec=row.spec, channel_kinds=kinds)
    return tuple(MessageView(**msgspec.structs.asdict(text)) for text in found)
