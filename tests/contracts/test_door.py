"""What the HTTP door promises, on each of its transports, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import socket
import traceback
from collections.abc import AsyncIterator, Iterator

import pytest

from emergency_kepu.channels import door as door_module
from emergency_kepu.channels import door_pyreqwest
from emergency_kepu.channels.door import Door, DoorError, DoorRefused
from emergency_kepu.domain.errors import ConfigError
from tests.contracts.door import BOMB, Names, OddServer, closed_port

HERE = ("127.0.0.1/32",)
KEY = "key-0f3a9c"
TRANSPORTS = ("aiohttp", "pyreqwest")


@pytest.fixture(params=TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def server() -> AsyncIterator[OddServer]:
    async with OddServer() as running:
        yield running


@pytest.fixture
async def door(transport: str) -> AsyncIterator[Door]:
    made = Door(allow_private=HERE, timeout_seconds=5.0, transport=transport)
    yield made
    await made.close()


def at(server: OddServer, path: str, host: str = "127.0.0.1") -> str:
    return f"http://{host}:{server.port}/{KEY}/{path}?key={KEY}"


@pytest.fixture
def never_accepting() -> Iterator[int]:
    """A port whose queue is full: connecting to it takes for ever."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


async def failure(door: Door, url: str, **more: float) -> DoorError:
    """The error, having checked that neither it nor what caused it tells the key in the address."""
    with pytest.raises(DoorError) as caught:
        await door.request("POST", url, body=b"x", timeout=more.get("timeout"))
    told = "".join(traceback.format_exception(caught.value))
    assert KEY not in told
    return caught.value


async def test_one_exchange(door: Door, server: OddServer) -> None:
    reply = await door.request("POST", at(server, "ok"), headers={"X-Mine": "a"}, body=b"{}")
    assert (reply.status, reply.body, reply.headers["x-kind"]) == (200, b"ok", "Plain")
    path, headers, body = server.asked[0]
    assert (path, headers["x-mine"], body) == (f"/{KEY}/ok", "a", b"{}")


async def test_no_cookie_comes_back(door: Door, server: OddServer) -> None:
    for _ in range(2):
        await door.request("GET", at(server, "ok"))
    assert all("cookie" not in headers for _, headers, _ in server.asked)


async def test_redirects_are_answers(door: Door, server: OddServer) -> None:
    reply = await door.request("GET", at(server, "moved"))
    assert (reply.status, reply.headers["location"]) == (302, "/ok")
    assert server.paths == [f"/{KEY}/moved"]


async def test_a_gzip_bomb_stays_packed(door: Door, server: OddServer) -> None:
    reply = await door.request("GET", at(server, "bomb"))
    assert reply.body == BOMB


@pytest.mark.parametrize("limit", [0, 10, 100_000])
async def test_an_endless_body_ends_at_the_limit(door: Door, server: OddServer, limit: int) -> None:
    reply = await door.request("GET", at(server, "endless"), max_bytes=limit)
    assert len(reply.body) == limit + 1


async def test_a_body_cut_short_is_what_came(door: Door, server: OddServer) -> None:
    reply = await door.request("GET", at(server, "short"))
    assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"half", "100")


async def test_no_answer_in_time_may_have_sent_it(door: Door, server: OddServer) -> None:
    problem = await failure(door, at(server, "silent"), timeout=0.3)
    assert problem.maybe_sent
    assert "no answer within 0.3 s" in str(problem)


@pytest.mark.parametrize("path", ["reset", "garbage"])
async def test_a_broken_answer_may_have_sent_it(door: Door, server: OddServer, path: str) -> None:
    assert (await failure(door, at(server, path))).maybe_sent


async def test_a_closed_port_has_not_sent_it(door: Door) -> None:
    problem = await failure(door, f"http://127.0.0.1:{closed_port()}/{KEY}/ok")
    assert not problem.maybe_sent
    assert not isinstance(problem, DoorRefused)


async def test_who_does_not_accept_has_not_got_it(transport: str, never_accepting: int) -> None:
    door = Door(allow_private=HERE, timeout_seconds=0.2, transport=transport)
    problem = await failure(door, f"http://127.0.0.1:{never_accepting}/{KEY}/ok", timeout=1.0)
    assert not problem.maybe_sent
    await door.close()


@pytest.mark.parametrize("host", ["127.0.0.2", "[::1]", "[::ffff:127.0.0.2]", "0.0.0.0", "169.254.169.254", "10.0.0.1"])
async def test_a_private_address_is_refused(door: Door, server: OddServer, host: str) -> None:
    problem = await failure(door, at(server, "ok", host))
    assert isinstance(problem, DoorRefused)
    assert server.asked == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "http:///x", "gopher://127.0.0.1/x", "no url", "http://[::1"])
async def test_what_is_no_http_address_is_refused(door: Door, url: str) -> None:
    assert isinstance(await failure(door, url), DoorRefused)


@pytest.mark.parametrize("host", ["%31%32%37.0.0.2", "0x7f.2", "127.2", "2130706434"])
async def test_other_spellings_of_a_private_address_lead_nowhere(door: Door, host: str) -> None:
    async with OddServer() as server:
        assert not (await failure(door, at(server, "ok", host))).maybe_sent
        assert server.asked == []


async def test_a_header_with_a_line_break_is_refused(door: Door, server: OddServer) -> None:
    with pytest.raises(DoorRefused):
        await door.request("GET", at(server, "ok"), headers={"X": "a\r\nHost: b"})
    assert server.asked == []


async def test_proxies_of_the_environment_are_not_used(
    door: Door, server: OddServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    assert (await door.request("GET", at(server, "ok"))).status == 200


async def test_logs_do_not_tell_the_key(door: Door, server: OddServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await door.request("GET", at(server, "ok"))
    await failure(door, at(server, "reset"))
    assert KEY not in caplog.text


class TestNames:
    """The address that was checked is the one that is connected to."""

    @pytest.fixture
    def names(self, monkeypatch: pytest.MonkeyPatch) -> Names:
        found = Names(gateway=["127.0.0.1"], inside=["10.0.0.1"], both=["10.0.0.1", "127.0.0.1"])
        monkeypatch.setattr(socket, "getaddrinfo", found.getaddrinfo)
        return found

    async def test_the_checked_answer_is_used(self, door: Door, server: OddServer, names: Names) -> None:
        """No real resolver knows `.invalid`: whoever asks one again gets no connection."""
        reply = await door.request("GET", at(server, "ok", "gateway.invalid"))
        assert reply.status == 200
        assert server.asked[0][1]["host"] == f"gateway.invalid:{server.port}"

    async def test_a_name_that_changes_its_mind(self, door: Door, server: OddServer, names: Names) -> None:
        await door.request("GET", at(server, "short", "gateway.invalid"))
        names.answers["gateway"] = ["10.0.0.1"]
        reply = await door.request("GET", at(server, "ok", "gateway.invalid"))
        assert reply.status == 200
        assert names.asked == ["gateway.invalid"]

    async def test_a_name_for_a_private_address(self, door: Door, server: OddServer, names: Names) -> None:
        problem = await failure(door, at(server, "ok", "inside.invalid"))
        assert isinstance(problem, DoorRefused)
        assert "private" in str(problem)

    async def test_only_the_permitted_of_several(self, door: Door, server: OddServer, names: Names) -> None:
        assert (await door.request("GET", at(server, "ok", "both.invalid"))).status == 200

    async def test_a_name_that_nobody_knows(self, door: Door, server: OddServer, names: Names) -> None:
        problem = await failure(door, at(server, "ok", "nobody.invalid"))
        assert not problem.maybe_sent
        assert not isinstance(problem, DoorRefused)

    async def test_many_at_once_ask_once(self, door: Door, server: OddServer, names: Names) -> None:
        replies = await asyncio.gather(*(door.request("GET", at(server, "ok", "gateway.invalid")) for _ in range(20)))
        assert {reply.status for reply in replies} == {200}
        assert names.asked == ["gateway.invalid"]

    async def test_the_next_address_when_one_does_not_answer(
        self, transport: str, server: OddServer, names: Names
    ) -> None:
        names.answers["pair"] = ["127.0.0.9", "127.0.0.1"]
        door = Door(allow_private=("127.0.0.0/8",), transport=transport)
        assert (await door.request("POST", at(server, "ok", "pair.invalid"), body=b"x")).status == 200
        assert len(server.asked) == 1
        await door.close()

    @pytest.mark.parametrize("now", ["10.0.0.1", "127.0.0.1"])
    async def test_a_later_answer_is_checked_too(
        self, server: OddServer, names: Names, monkeypatch: pytest.MonkeyPatch, now: str
    ) -> None:
        monkeypatch.setattr(door_pyreqwest, "NAMES_LIVE_SECONDS", -1.0)
        door = Door(allow_private=HERE, transport="pyreqwest")
        await door.request("GET", at(server, "ok", "gateway.invalid"))
        names.answers["gateway"] = [now]
        if now == "127.0.0.1":
            assert (await door.request("GET", at(server, "ok", "gateway.invalid"))).status == 200
        else:
            assert isinstance(await failure(door, at(server, "ok", "gateway.invalid")), DoorRefused)
        assert len(names.asked) == 2
        await door.close()


def test_which_transport_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert door_module.chosen("auto") == "pyreqwest"
    assert door_module.chosen("aiohttp") == "aiohttp"
    with pytest.raises(ConfigError, match="none of auto"):
        door_module.chosen("curl")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert door_module.chosen("auto") == "aiohttp"
    with pytest.raises(ConfigError, match="not installed"):
        door_module.chosen("pyreqwest")
