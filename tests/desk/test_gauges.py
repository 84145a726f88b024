"""Gauges that are read from the database."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from emergency_kepu.bus.port import Record
from emergency_kepu.content.catalog import Review, Reviewer
from emergency_kepu.desk.gauges import read_gauges
from emergency_kepu.domain.ask import Ask, AskState
from emergency_kepu.domain.campaign import CampaignState
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.incident import IncidentStatus
from emergency_kepu.feeds.poller import FeedState
from emergency_kepu.pipeline.services import Services
from emergency_kepu.store import asks, campaigns, dead, feeds, incidents
from emergency_kepu.store.tables import deliveries
from tests.desk.conftest import AT, a_campaign, an_incident
from tests.desk.test_api import plan_deliveries


async def test_what_the_database_knows(services: Services) -> None:
    launched = a_campaign(revision=2, state=CampaignState.LAUNCHED)
    await services.database.write(lambda conn: campaigns.insert(conn, msgspec.structs.replace(launched, id="c-1")))
    await plan_deliveries(services, 4)
    await services.database.write(lambda conn: conn.execute(deliveries.update().values(revision=2)))
    await services.database.write(
        lambda conn: conn.execute(deliveries.update().where(deliveries.c.n == 0).values(state="sent"))
    )
    state = FeedState(last_success=AT)
    await services.database.write(lambda conn: feeds.save_state(conn, "open", state))
    record = Record(topic="kepu.feed", key="open", id="open/1", value=b"{}")
    await services.database.write(lambda conn: dead.bury(conn, record, reason=Reason.MALFORMED, detail="", now=AT))
    await services.bus.publish([record])
    await read_gauges(services)
    value = services.metrics.registry.get_sample_value
    assert value("kepu_campaigns_waiting") == 1
    assert value("kepu_campaign_progress_ratio") == 0.25
    assert value("kepu_feed_last_success_timestamp_seconds", {"feed": "open"}) == AT.timestamp()
    assert value("kepu_feed_last_success_timestamp_seconds", {"feed": "shut"}) == 0
    assert value("kepu_dead_letters", {"topic": "kepu.feed"}) == 1
    assert value("kepu_lag_records", {"stage": "intake"}) == 1


async def test_what_no_expert_answered_is_counted_until_it_is_taken_up_or_over(services: Services) -> None:
    async def counted() -> float | None:
        await read_gauges(services)
        return services.metrics.registry.get_sample_value("kepu_experts_unanswered")

    ask = Ask(
        id="0" * 16,
        incident_id="i-1",
        round="r1",
        expert="",
        state=AskState.DESK,
        created_at=AT,
        created_by="intake",
        answer_minutes=15,
        desk_at=AT,
        expires_at=AT,
    )
    assert await counted() == 0
    await services.database.write(lambda conn: asks.add(conn, ask))
    assert await counted() == 1
    over = msgspec.structs.replace(an_incident(), status=IncidentStatus.EXPIRED)
    await services.database.write(lambda conn: incidents.save(conn, over))
    assert await counted() == 0
    await services.database.write(lambda conn: incidents.save(conn, an_incident()))
    await services.database.write(lambda conn: asks.change(conn, ask, state=AskState.TAKEN))
    assert await counted() == 0


async def test_reviews_that_end_soon_are_counted_as_the_setting_says(services: Services) -> None:
    topic = services.catalog.topics["rainstorm"]
    reviewer = Reviewer(name="Li", field="hydrology", on=date(2026, 1, 1))
    review = Review(
        state="signed", by=(reviewer,), valid_until=AT.date() + timedelta(days=10), text_hash=topic.text_hash
    )
    signed = msgspec.structs.replace(topic, meta=msgspec.structs.replace(topic.meta, review=review))
    services.catalog = msgspec.structs.replace(services.catalog, topics={"rainstorm": signed})

    async def counted(remind_days: int) -> float | None:
        content = msgspec.structs.replace(services.settings.content, remind_days=remind_days)
        services.settings = msgspec.structs.replace(services.settings, content=content)
        await read_gauges(services)
        return services.metrics.registry.get_sample_value("kepu_content_reviews_expiring")

    assert await counted(9) == 0
    assert await counted(10) == 1
