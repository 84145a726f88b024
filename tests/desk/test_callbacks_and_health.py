"""Signed callbacks of Twilio, and what machines that watch are told."""

from __future__ import annotations

from urllib.parse import urlencode

import httpx
import pytest
from twilio.request_validator import RequestValidator

from emergency_kepu.domain.errors import TransientError
from emergency_kepu.pipeline.services import Services
from tests.desk.conftest import ENVIRON, Open

URL = "https://desk.example/callbacks/twilio/sms"
DELIVERED = {"MessageSid": "SM1", "MessageStatus": "delivered", "To": "+8613900001234", "AccountSid": "AC0"}


async def call(client: httpx.AsyncClient, form: dict[str, str], *, token: str = "", url: str = URL) -> httpx.Response:
    signature = RequestValidator(token or ENVIRON["TWILIO_AUTH_TOKEN"]).compute_signature(url, form)
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    return await client.post(url.removeprefix("https://desk.example"), content=urlencode(form), headers=headers)


async def test_a_signed_status_becomes_a_receipt_once(services: Services, browse: Open) -> None:
    for _ in range(2):
        assert (await call(browse(), DELIVERED)).status_code == 204
    assert await services.bus.lag() == {"kepu.receipt": 1}
    assert (await call(browse(), {**DELIVERED, "MessageStatus": "sent"})).status_code == 204
    assert await services.bus.lag() == {"kepu.receipt": 1}, "an intermediate status changes nothing"


async def test_a_status_whose_address_has_a_query(services: Services, browse: Open) -> None:
    assert (await call(browse(), DELIVERED, url=f"{URL}?a=1")).status_code == 204


@pytest.mark.parametrize("form", [{**DELIVERED, "ErrorCode": "30003", "MessageStatus": "undelivered"}])
async def test_a_wrong_signature_changes_nothing(services: Services, browse: Open, form: dict[str, str]) -> None:
    reply = await call(browse(), form, token="another")
    assert reply.status_code == 401
    assert ENVIRON["TWILIO_AUTH_TOKEN"] not in reply.text
    assert (await browse().post("/callbacks/twilio/sms", data=form)).status_code == 401
    assert await services.bus.lag() == {}
    assert (await call(browse(), form, url=URL.replace("sms", "records"))).status_code == 404


async def test_healthy_and_ready(services: Services, browse: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browse(address="192.0.2.7")
    assert (await client.get("/-/healthy")).text == "ok\n"
    assert (await client.get("/-/ready")).status_code == 200

    class LostBus:
        async def lag(self) -> dict[str, int]:
            msg = "no broker answers"
            raise TransientError(msg)

    monkeypatch.setattr(services, "bus", LostBus())
    reply = await client.get("/-/ready")
    assert reply.status_code == 503
    assert reply.text == "bus: no broker answers\n"


async def test_gauges_are_read_from_the_database(services: Services, browse: Open) -> None:
    text = (await browse(address="192.0.2.7").get("/metrics")).text
    assert "kepu_campaigns_waiting 1.0" in text
    assert "kepu_campaign_progress_ratio 1.0" in text
    assert 'kepu_lag_records{stage="intake"} 0.0' in text
    assert 'kepu_dead_letters{topic="kepu.feed"} 0.0' in text


async def test_only_small_bodies_are_read(browse: Open) -> None:
    reply = await browse().post("/login", content=b"x" * 100_000)
    assert reply.status_code == 413
