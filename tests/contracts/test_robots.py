"""DingTalk's and Feishu's robots: signatures against known vectors, tables of answers, and the adapters against
stand-ins that check signature, time, size and rate."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from emergency_kepu.channels.door import Door
from emergency_kepu.channels.port import Channel, Verdict
from emergency_kepu.channels.registry import build
from emergency_kepu.channels.robots import dingtalk_sign, feishu_sign, read_robots
from emergency_kepu.channels.secrets import Secret
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.loop import run
from emergency_kepu.testing.journal import Journal, read
from emergency_kepu.testing.robot_gateways import DingTalkGateway, FeishuGateway
from tests.contracts.channel import ScriptedDoor, message, reply

KINDS = ("dingtalk", "feishu")
OK = {"dingtalk": b'{"errcode":0,"errmsg":"ok"}', "feishu": b'{"code":0,"msg":"success","data":{}}'}


def open_robot(kind: str, door: Door, robots: str = "room=tok:SECtest", **more: object) -> Channel:
    return build(kind, {"kind": kind, "robots_env": "ROBOTS", **more}, door=door, environ={"ROBOTS": robots})


@pytest.fixture
async def gateways(tmp_path: Path) -> AsyncIterator[tuple[str, Path]]:
    journal = Journal(tmp_path / "journal.jsonl")
    robots = read_robots(Secret("room=tok:SECtest,plain=open"), "test")
    app = web.Application()
    app.router.add_routes(DingTalkGateway(journal, robots=robots, minute_seconds=3600).routes())
    app.router.add_routes(FeishuGateway(journal, robots=robots, minute_seconds=3600).routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}", tmp_path / "journal.jsonl"
    await runner.cleanup()
    journal.close()


def test_known_signatures() -> None:
    secret = Secret("SECtest")
    assert quote(dingtalk_sign(1_700_000_000_000, secret), safe="") == "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D"
    assert feishu_sign(1_700_000_000, secret) == "G7XpBpG8NgG02fJOAhX6FRAObIljmFoxVReo8I62pEk="


@pytest.mark.parametrize("listed", ["room", "room=", "=tok", "room=tok:", "room=a,room=b"])
def test_a_bad_list_of_robots_is_told_without_its_secrets(listed: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_robots(Secret(listed), "rooms")
    assert "'rooms'" in str(caught.value)
    assert "tok" not in str(caught.value).replace("name=token", "").replace("token:secret", "")


@pytest.mark.parametrize("kind", KINDS)
async def test_signed_and_unsigned_messages_arrive_whole(kind: str, gateways: tuple[str, Path]) -> None:
    base_url, journal = gateways
    door = Door(allow_private=("127.0.0.1",))
    channel = open_robot(kind, door, "room=tok:SECtest,plain=open", base_url=base_url)
    outcomes = await channel.send([message('暴雨 "a" & b', "room"), message("b", "plain"), message("c", "nobody")])
    await door.close()
    assert [each.verdict for each in outcomes] == [Verdict.SENT, Verdict.SENT, Verdict.FAILED]
    assert [(each.target, each.text) for each in read(journal)] == [("room", '暴雨 "a" & b'), ("plain", "b")]


async def test_markdown_and_cards_arrive(gateways: tuple[str, Path]) -> None:
    base_url, journal = gateways
    door = Door(allow_private=("127.0.0.1",))
    said = msgspec.structs.replace(message("Flood: x\n\n1. Go up.", "room"), title="Flood: x")
    for kind, wanted in (("dingtalk", "markdown"), ("feishu", "card")):
        channel = open_robot(kind, door, base_url=base_url, format=wanted)
        assert [each.verdict for each in await channel.send([said])] == [Verdict.SENT]
    await door.close()
    assert [each.text for each in read(journal)] == ["Flood: x\n\n1. Go up.", "Flood: x\n1. Go up."]


@pytest.mark.parametrize(
    ("drill", "payload", "colour"),
    [
        (False, {"level_colour": "red"}, "red"),
        (True, {"level_colour": "red"}, "grey"),
        (False, {"kind": "all_clear", "level_colour": "red"}, "green"),
        (False, {"level_colour": "white"}, "blue"),
        (False, {}, "blue"),
    ],
)
async def test_a_card_is_plain_text_under_the_colour_of_the_warning(
    drill: bool, payload: dict[str, object], colour: str
) -> None:
    door = ScriptedDoor(reply(200, OK["feishu"]))
    said = msgspec.structs.replace(message("<at id=all></at> **x**", "room"), drill=drill, payload=payload)
    [outcome] = await open_robot("feishu", door, format="card").send([said])
    assert outcome.verdict is Verdict.SENT
    body = json.loads(door.asked[0][3])
    assert body["msg_type"] == "interactive"
    assert body["card"]["header"]["template"] == colour
    assert body["card"]["elements"][0]["text"] == {"tag": "plain_text", "content": "<at id=all></at> **x**"}
    assert body["card"]["header"]["title"]["tag"] == "plain_text"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("robots", ["room=tok:wrong", "room=tok", "room=other:SECtest"])
async def test_a_wrong_signature_or_token_is_final(kind: str, robots: str, gateways: tuple[str, Path]) -> None:
    door = Door(allow_private=("127.0.0.1",))
    [outcome] = await open_robot(kind, door, robots, base_url=gateways[0]).send([message(target="room")])
    await door.close()
    assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, Reason.CHANNEL_CONFIG)
    assert read(gateways[1]) == []


@pytest.mark.parametrize(("kind", "most", "after"), [("dingtalk", 20, 600.0), ("feishu", 5, None)])
async def test_faster_than_allowed_is_tried_later(
    kind: str, most: int, after: float | None, gateways: tuple[str, Path]
) -> None:
    door = Door(allow_private=("127.0.0.1",))
    channel = open_robot(kind, door, base_url=gateways[0])
    outcomes = await channel.send([message(target="room")] * (most + 1))
    await door.close()
    assert [each.verdict for each in outcomes] == [Verdict.SENT] * most + [Verdict.RETRY]
    assert (outcomes[-1].reason, outcomes[-1].retry_after) == (Reason.RATE_LIMITED, after)
    assert channel.rates[0].limit == most
    assert channel.rates[0].per_target


@pytest.mark.parametrize(
    ("kind", "body", "verdict", "reason", "maybe_sent"),
    [
        ("dingtalk", b'{"errcode":-1,"errmsg":"busy"}', Verdict.RETRY, Reason.PROVIDER_BUSY, False),
        ("dingtalk", b'{"status":1111,"wait":5,"punish":"deny"}', Verdict.RETRY, Reason.RATE_LIMITED, False),
        ("dingtalk", b'{"errcode":400013,"errmsg":"x"}', Verdict.FAILED, Reason.CHANNEL_CONFIG, False),
        ("dingtalk", b'{"errcode":999999,"errmsg":"x"}', Verdict.FAILED, Reason.PROVIDER_REFUSED, False),
        ("dingtalk", b"<html>", Verdict.RETRY, Reason.PROVIDER_BUSY, True),
        ("feishu", b'{"StatusCode":0,"StatusMessage":"success"}', Verdict.SENT, None, False),
        ("feishu", b'{"code":19024,"msg":"Key Words Not Found"}', Verdict.FAILED, Reason.CHANNEL_CONFIG, False),
        ("feishu", b'{"code":5,"msg":"x"}', Verdict.FAILED, Reason.PROVIDER_REFUSED, False),
        ("feishu", b"{}", Verdict.RETRY, Reason.PROVIDER_BUSY, True),
    ],
)
async def test_answers(kind: str, body: bytes, verdict: Verdict, reason: Reason | None, maybe_sent: bool) -> None:
    [outcome] = await open_robot(kind, ScriptedDoor(reply(200, body))).send([message(target="room")])
    assert (outcome.verdict, outcome.reason, outcome.maybe_sent) == (verdict, reason, maybe_sent)


async def test_a_feishu_code_counts_under_http_400_too() -> None:
    door = ScriptedDoor(reply(400, b'{"code":99991400,"msg":"request trigger frequency limit"}'))
    [outcome] = await open_robot("feishu", door).send([message(target="room")])
    assert (outcome.verdict, outcome.reason) == (Verdict.RETRY, Reason.RATE_LIMITED)


async def test_no_words_of_an_alert_call_on_everybody() -> None:
    door = ScriptedDoor(reply(200, OK["feishu"]))
    await open_robot("feishu", door).send([message('<at user_id="all">x</at>', "room")])
    assert "<at" not in json.loads(door.asked[0][3])["content"]["text"]


@pytest.mark.parametrize("kind", KINDS)
@given(words=st.text(alphabet='a"\\\n<&雨😀', min_size=1, max_size=5), times=st.integers(1, 9000))
def test_nothing_above_the_limit_is_sent(kind: str, words: str, times: int) -> None:
    door = ScriptedDoor(reply(200, OK[kind]))

    async def send() -> Verdict:
        [outcome] = await open_robot(kind, door).send([message(words * times, "room")])
        return outcome.verdict

    assert run(send()) is (Verdict.SENT if door.asked else Verdict.FAILED)
    assert all(len(body) <= 20_000 for _, _, _, body in door.asked)
