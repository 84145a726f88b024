"""Some ways to people wake them, or make machines act. Advice for a day of the calendar, or a word about a rumour, does
not take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emergency_kepu.domain.campaign import CampaignKind
from emergency_kepu.domain.errors import ContentError

if TYPE_CHECKING:
    from emergency_kepu.content.render import RenderRequest


def warnings_only(request: RenderRequest) -> RenderRequest:
    """The request as it is. ContentError for the calendar and for fact-checks."""
    if request.kind is CampaignKind.CALENDAR:
        msg = f"{request.hazard}/{request.locale}: {request.layout} is for warnings, not for the calendar"
        raise ContentError(msg)
    if request.facts.check is not None:
        msg = f"{request.hazard}/{request.locale}: {request.layout} is for warnings, not for fact-checks"
        raise ContentError(msg)
    return request
