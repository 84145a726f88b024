"""What people decide at the desk: one transaction each, its records published in the same commit.

Whoever approves, rejects or cancels names the revision they looked at. If another one has come meanwhile they are
refused: nobody signs a text they have not read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from emergency_kepu.bus.embedded import publish_in
from emergency_kepu.campaigns import operations, planned
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.errors import Refused
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import campaigns, dead
from emergency_kepu.store.decisions import append_decision

T = TypeVar("T")


async def submit(services: Services, campaign_id: str, *, revision: int, actor: str) -> None:
    """A draft asks for approval. Refused when it is no draft."""

    def do(conn: Connection) -> None:
        _as_seen(conn, campaign_id, revision)
        operations.submit(conn, campaign_id, actor=actor, now=services.clock.now())

    await _carry_out(services, do, Action.DRAFT)


async def approve(
    services: Services, campaign_id: str, *, revision: int, actor: str, note: str = "", override: bool = False
) -> CampaignState:
    """One person's yes; the state that follows: launched, approved (it waits for its day), or still waiting for more.
    `override`: they answer for words that no expert has signed. Refused as `operations.approve` says."""

    def do(conn: Connection) -> CampaignState:
        _as_seen(conn, campaign_id, revision)
        clock = services.clock
        found = operations.approve(
            conn,
            campaign_id,
            actor=actor,
            now=clock.now(),
            wall=clock.wall(),
            unsigned=services.unsigned,
            override=override,
            note=note,
        )
        publish_in(conn, found, clock)
        return campaigns.latest(conn, campaign_id).state

    return await _carry_out(services, do, Action.LAUNCH)


async def reject(services: Services, campaign_id: str, *, revision: int, actor: str, note: str = "") -> None:
    """Nothing is sent."""

    def do(conn: Connection) -> None:
        _as_seen(conn, campaign_id, revision)
        operations.reject(conn, campaign_id, actor=actor, now=services.clock.now(), note=note)

    await _carry_out(services, do, Action.STOP)


async def cancel(services: Services, campaign_id: str, *, revision: int, actor: str) -> int:
    """Stops what has not been sent; how many deliveries that were."""

    def do(conn: Connection) -> int:
        _as_seen(conn, campaign_id, revision)
        return operations.cancel(conn, campaign_id, actor=actor, now=services.clock.now())

    return await _carry_out(services, do, Action.STOP)


async def stop_steps(services: Services, campaign_id: str, *, actor: str) -> int:
    """Nothing follows by itself any more; how many steps that were. Refused when nothing was planned."""

    def do(conn: Connection) -> int:
        return planned.stop_by_hand(conn, campaign_id, actor=actor, now=services.clock.now())

    return await _carry_out(services, do, Action.STOP)


async def replay(services: Services, seq: int, *, actor: str) -> None:
    """A dead letter goes back where it came from. Refused when it was replayed or dropped before."""

    def do(conn: Connection) -> None:
        publish_in(conn, [dead.take_for_replay(conn, seq)], services.clock)
        _record(conn, services, Action.LAUNCH, f"{actor} had dead letter {seq} processed again", actor)

    await _carry_out(services, do, Action.LAUNCH)


async def drop(services: Services, seq: int, *, actor: str) -> None:
    """A dead letter is nothing; it stays on record. Refused when it was replayed or dropped before."""

    def do(conn: Connection) -> None:
        dead.drop(conn, seq)
        _record(conn, services, Action.IGNORE, f"{actor} dropped dead letter {seq}", actor)

    await _carry_out(services, do, Action.IGNORE)


async def _carry_out(services: Services, do: Callable[[Connection], T], action: Action) -> T:
    done = await services.database.write(do)
    services.metrics.decisions.labels(action.value, Reason.OPERATOR.value).inc()
    return done


def _as_seen(conn: Connection, campaign_id: str, revision: int) -> None:
    latest = campaigns.latest(conn, campaign_id).revision
    if latest != revision:
        detail = f"revision {revision} is not the latest any more: look at revision {latest} first"
        raise Refused(Reason.OLDER_REVISION, detail)


def _record(conn: Connection, services: Services, action: Action, detail: str, actor: str) -> None:
    decision = Decision(action=action, reason=Reason.OPERATOR, guard="desk", detail=detail)
    append_decision(conn, decision, at=services.clock.now(), subject="dead_letter", actor=actor)
