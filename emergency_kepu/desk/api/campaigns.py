"""What may be done with campaigns. Each names the revision that was looked at; 409 when another has come meanwhile."""

from __future__ import annotations

import msgspec
from litestar import get, post
from litestar.params import JSONBody

from emergency_kepu.campaigns.planned import PlannedStep, planned
from emergency_kepu.desk import decide
from emergency_kepu.desk.accounts import Right
from emergency_kepu.desk.api.reading import CampaignId
from emergency_kepu.desk.context import Desk, InDesk, InVisitor
from emergency_kepu.desk.overview import campaign_views
from emergency_kepu.desk.views import CampaignView
from emergency_kepu.store import campaigns


class Verdict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """On which revision, and why."""

    revision: int
    note: str = ""


class Approval(Verdict, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A yes. `override_review`: the approver answers by name for words that no expert has signed."""

    override_review: bool = False


class Seen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which revision was looked at."""

    revision: int


@post("/campaigns/{campaign_id:str}/submit", status_code=200, summary="Ask for approval", tags=["campaigns"])
async def submit(desk: InDesk, visitor: InVisitor, campaign_id: CampaignId, data: JSONBody[Seen]) -> CampaignView:
    """A draft waits for approval from then on."""
    visitor.require(Right.OPERATE)
    await decide.submit(desk.services, campaign_id, revision=data.revision, actor=visitor.name)
    return await _now(desk, campaign_id)


@post("/campaigns/{campaign_id:str}/approve", status_code=200, summary="Approve", tags=["campaigns"])
async def approve(desk: InDesk, visitor: InVisitor, campaign_id: CampaignId, data: JSONBody[Approval]) -> CampaignView:
    """One person's yes; it goes out when enough people have said so. Nobody approves what they wrote, nobody twice.

    409 `content_unreviewed` or `content_review_expired` when no expert stands behind the texts and `override_review`
    is not set."""
    visitor.require(Right.APPROVE)
    await decide.approve(
        desk.services,
        campaign_id,
        revision=data.revision,
        actor=visitor.name,
        note=data.note,
        override=data.override_review,
    )
    return await _now(desk, campaign_id)


@post("/campaigns/{campaign_id:str}/reject", status_code=200, summary="Reject", tags=["campaigns"])
async def reject(desk: InDesk, visitor: InVisitor, campaign_id: CampaignId, data: JSONBody[Verdict]) -> CampaignView:
    """Nothing is sent."""
    visitor.require(Right.APPROVE)
    await decide.reject(desk.services, campaign_id, revision=data.revision, actor=visitor.name, note=data.note)
    return await _now(desk, campaign_id)


@post("/campaigns/{campaign_id:str}/cancel", status_code=200, summary="Cancel", tags=["campaigns"])
async def cancel(desk: InDesk, visitor: InVisitor, campaign_id: CampaignId, data: JSONBody[Seen]) -> CampaignView:
    """What has not been sent is not sent; what was sent stays sent."""
    visitor.require(Right.OPERATE)
    await decide.cancel(desk.services, campaign_id, revision=data.revision, actor=visitor.name)
    return await _now(desk, campaign_id)


@get("/campaigns/{campaign_id:str}/steps", summary="What follows by itself", tags=["campaigns"])
async def steps(desk: InDesk, visitor: InVisitor, campaign_id: CampaignId) -> list[PlannedStep]:
    """Steps that still wait, the next first. When its time comes each is asked again whether it still holds."""
    visitor.require(Right.READ)
    return await desk.services.database.read(lambda conn: planned(conn, campaign_id))


@post("/campaigns/{campaign_id:str}/steps/stop", status_code=200, summary="Stop what follows", tags=["campaigns"])
async def stop_steps(desk: InDesk, visitor: InVisitor, campaign_id: CampaignId) -> CampaignView:
    """Nothing follows by itself any more. 409 when nothing is planned."""
    visitor.require(Right.OPERATE)
    await decide.stop_steps(desk.services, campaign_id, actor=visitor.name)
    return await _now(desk, campaign_id)


async def _now(desk: Desk, campaign_id: str) -> CampaignView:
    desk.overview.forget()
    return await desk.services.database.read(
        lambda conn: campaign_views(conn, [campaigns.latest(conn, campaign_id)])[0]
    )


DECIDING = (submit, approve, reject, cancel, steps, stop_steps)
