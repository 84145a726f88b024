"""The channel suite over the registry, and each provider's own table of answers."""

from __future__ import annotations

import gc
import json
import logging
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from emergency_kepu.channels.door import Door, DoorError, DoorRefused
from emergency_kepu.channels.port import Channel, Verdict
from emergency_kepu.channels.registry import CHANNELS, build
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import ConfigError
from tests.contracts.channel import SECRETS, SID, HttpHarness, ScriptedDoor, message, reply


def twilio_error(status: int, code: int, text: str) -> Any:
    return reply(status, json.dumps({"code": code, "message": text, "more_info": "", "status": status}).encode())


HTTP: dict[str, HttpHarness] = {
    "twilio": HttpHarness(
        config={"kind": "twilio", "sender": "+15005550006"},
        target="+8613900000001",
        ok=reply(201, json.dumps({"sid": "SM1", "status": "queued"}).encode()),
        refused=twilio_error(400, 21211, "Invalid 'To' Phone Number: token-secret-2"),
        throttled=twilio_error(429, 20429, "Too Many Requests"),
        too_long=1601,
        environ={"TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": SECRETS[0]},
    ),
    "wecom": HttpHarness(
        config={"kind": "wecom", "robots_env": "ROBOTS"},
        target="room",
        ok=reply(200, b'{"errcode":0,"errmsg":"ok"}'),
        refused=reply(200, b'{"errcode":93000,"errmsg":"invalid webhook url key-secret-3"}'),
        throttled=reply(200, b'{"errcode":45009,"errmsg":"api freq out of limit"}'),
        too_long=2049,
        environ={"ROBOTS": f"room={SECRETS[1]}"},
    ),
    "dingtalk": HttpHarness(
        config={"kind": "dingtalk", "robots_env": "ROBOTS"},
        target="room",
        ok=reply(200, b'{"errcode":0,"errmsg":"ok"}'),
        refused=reply(200, b'{"errcode":310000,"errmsg":"sign not match key-secret-3 hook-secret-4"}'),
        throttled=reply(200, b'{"errcode":130101,"errmsg":"send too fast, exceed 20 times per minute"}'),
        too_long=20_001,
        environ={"ROBOTS": f"room={SECRETS[1]}:{SECRETS[2]}"},
    ),
    "feishu": HttpHarness(
        config={"kind": "feishu", "robots_env": "ROBOTS"},
        target="room",
        ok=reply(200, b'{"code":0,"msg":"success","data":{}}'),
        refused=reply(200, b'{"code":19021,"msg":"sign match fail key-secret-3 hook-secret-4"}'),
        throttled=reply(200, b'{"code":11232,"msg":"frequency limited"}'),
        too_long=20_001,
        environ={"ROBOTS": f"room={SECRETS[1]}:{SECRETS[2]}"},
    ),
    "webhook": HttpHarness(
        config={"kind": "webhook", "secret_env": "HOOK", "targets": {"hook": "https://example.org/x"}},
        target="hook",
        ok=reply(200),
        refused=reply(400),
        throttled=reply(429, b"", retry_after="7"),
        too_long=64_001,
        environ={"HOOK": SECRETS[2]},
    ),
}
OTHERS = {"file", "console", "kafka", "email"}


def open_channel(kind: str, door: Door) -> Channel:
    harness = HTTP[kind]
    return build(kind, harness.config, door=door, environ=harness.environ)


def test_every_kind_is_covered_and_documented() -> None:
    assert set(CHANNELS) == set(HTTP) | OTHERS
    page = (Path(__file__).parents[2] / "docs/reference/channels.md").read_text(encoding="utf-8")
    for kind in CHANNELS:
        assert f"## {kind}\n" in page, kind


@pytest.mark.parametrize("kind", HTTP)
class TestHttpChannels:
    async def test_taken(self, kind: str) -> None:
        door = ScriptedDoor(HTTP[kind].ok)
        [outcome] = await open_channel(kind, door).send([message(target=HTTP[kind].target)])
        assert outcome.verdict is Verdict.SENT
        assert len(door.asked) == 1

    async def test_refused_for_good(self, kind: str) -> None:
        [outcome] = await open_channel(kind, ScriptedDoor(HTTP[kind].refused)).send([message(target=HTTP[kind].target)])
        assert outcome.verdict is Verdict.FAILED
        assert outcome.reason is not None

    async def test_throttled(self, kind: str) -> None:
        [outcome] = await open_channel(kind, ScriptedDoor(HTTP[kind].throttled)).send(
            [message(target=HTTP[kind].target)]
        )
        assert (outcome.verdict, outcome.reason) == (Verdict.RETRY, Reason.RATE_LIMITED)
        assert not outcome.maybe_sent

    async def test_a_server_error_may_have_sent_it(self, kind: str) -> None:
        answer = twilio_error(503, 20503, "down") if kind == "twilio" else reply(503)
        [outcome] = await open_channel(kind, ScriptedDoor(answer)).send([message(target=HTTP[kind].target)])
        assert outcome.verdict is Verdict.RETRY
        assert outcome.maybe_sent

    @pytest.mark.parametrize("maybe_sent", [True, False])
    async def test_no_answer(self, kind: str, maybe_sent: bool) -> None:
        silence = DoorError("example.org: no answer within 10 s", maybe_sent=maybe_sent)
        [outcome] = await open_channel(kind, ScriptedDoor(silence)).send([message(target=HTTP[kind].target)])
        assert outcome.verdict is Verdict.RETRY
        assert outcome.maybe_sent is maybe_sent

    async def test_our_own_rules_are_final(self, kind: str) -> None:
        refused = DoorRefused("10.0.0.1 is a private address", maybe_sent=False)
        [outcome] = await open_channel(kind, ScriptedDoor(refused)).send([message(target=HTTP[kind].target)])
        assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, Reason.CHANNEL_CONFIG)

    async def test_too_long_is_never_sent(self, kind: str) -> None:
        door = ScriptedDoor(HTTP[kind].ok)
        [outcome] = await open_channel(kind, door).send([message("x" * HTTP[kind].too_long, HTTP[kind].target)])
        assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, Reason.TOO_LONG)
        assert door.asked == []

    async def test_no_secret_is_told(self, kind: str, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        for answer in (HTTP[kind].ok, HTTP[kind].refused, HTTP[kind].throttled):
            channel = open_channel(kind, ScriptedDoor(answer))
            [outcome] = await channel.send([message(target=HTTP[kind].target)])
            for secret in SECRETS:
                assert secret not in repr(outcome)
                assert secret not in caplog.text
                assert secret not in repr(vars(channel))

    def test_a_missing_secret_is_one_clear_line(self, kind: str) -> None:
        with pytest.raises(ConfigError, match="environment variable"):
            build(kind, HTTP[kind].config, door=Door(), environ={})

    def test_an_unknown_key_is_an_error(self, kind: str) -> None:
        with pytest.raises(ConfigError, match="unknown field"):
            build(kind, {**HTTP[kind].config, "colour": 1}, door=Door(), environ=HTTP[kind].environ)


@pytest.mark.parametrize(
    ("code", "status", "verdict", "reason"),
    [
        (21610, 400, Verdict.FAILED, Reason.OPTED_OUT),
        (21614, 400, Verdict.FAILED, Reason.RECIPIENT_REFUSED),
        (20003, 401, Verdict.FAILED, Reason.CHANNEL_CONFIG),
        (21611, 400, Verdict.RETRY, Reason.RATE_LIMITED),
        (99999, 400, Verdict.FAILED, Reason.PROVIDER_REFUSED),
    ],
)
async def test_twilio_codes(code: int, status: int, verdict: Verdict, reason: Reason) -> None:
    [outcome] = await open_channel("twilio", ScriptedDoor(twilio_error(status, code, "x"))).send(
        [message(target="+8613900000001")]
    )
    assert (outcome.verdict, outcome.reason) == (verdict, reason)


async def test_twilio_request_is_what_twilio_documents() -> None:
    door = ScriptedDoor(HTTP["twilio"].ok)
    await open_channel("twilio", door).send([message("你好", "+8613900000001")])
    method, url, headers, body = door.asked[0]
    form = parse_qs(body.decode())
    assert (method, url) == ("POST", f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages.json")
    assert headers["Authorization"].startswith("Basic ")
    assert (form["To"], form["Body"], form["From"]) == (["+8613900000001"], ["你好"], ["+15005550006"])


async def test_wecom_says_how_long_to_wait() -> None:
    [outcome] = await open_channel("wecom", ScriptedDoor(HTTP["wecom"].throttled)).send([message(target="room")])
    assert outcome.retry_after == 60.0


@pytest.mark.parametrize(("size", "verdict"), [(4096, Verdict.SENT), (4097, Verdict.FAILED)])
async def test_wecom_markdown_holds_twice_as_much(size: int, verdict: Verdict) -> None:
    door = ScriptedDoor(HTTP["wecom"].ok)
    channel = build("rooms", {**HTTP["wecom"].config, "format": "markdown"}, door=door, environ=HTTP["wecom"].environ)
    [outcome] = await channel.send([message("x" * size, "room")])
    assert outcome.verdict is verdict
    assert [json.loads(body) for _, _, _, body in door.asked] == (
        [{"msgtype": "markdown", "markdown": {"content": "x" * size}}] if verdict is Verdict.SENT else []
    )


async def test_file_writes_lines_before_it_says_sent(tmp_path: Path) -> None:
    channel = build(
        "f", {"kind": "file", "path": str(tmp_path / "x/out.jsonl"), "drill": True}, door=Door(), environ={}
    )
    outcomes = await channel.send([message("a"), message("b")])
    lines = [json.loads(line) for line in (tmp_path / "x/out.jsonl").read_text().splitlines()]
    assert [line["text"] for line in lines] == ["a", "b"]
    assert {outcome.verdict for outcome in outcomes} == {Verdict.SENT}


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
async def test_kafka_without_a_broker_is_tried_again() -> None:
    raw = {"kind": "kafka", "bootstrap_servers": "127.0.0.1:1", "timeout_seconds": 0.3}
    channel = build("k", raw, door=Door(), environ={})
    outcomes = await channel.send([message()])
    assert outcomes[0].verdict is Verdict.RETRY
    assert not outcomes[0].maybe_sent
    await channel.close()
    gc.collect()  # kafka-python leaves its sockets to the collector when it finds no broker: here, not in the next test


async def test_the_door_refuses_private_addresses() -> None:
    door = Door()
    for url in ("http://127.0.0.1:1/", "http://169.254.169.254/x", "http://localhost:1/", "ftp://example.org/"):
        with pytest.raises(DoorRefused):
            await door.request("GET", url)
    await door.close()
