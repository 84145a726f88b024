"""The e-mail channel against a stand-in relay that checks envelope, log-in and size; and what an e-mail looks like."""

from __future__ import annotations

import asyncio
import email
import email.policy
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from emergency_kepu.channels.door import Door
from emergency_kepu.channels.mail_message import as_bytes, as_html, is_address
from emergency_kepu.channels.mail_replies import Stage, outcome_of
from emergency_kepu.channels.port import Channel, OutboundMessage, Outcome, Verdict
from emergency_kepu.channels.registry import build
from emergency_kepu.domain.decision import Reason
from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.testing.journal import Journal, read
from emergency_kepu.testing.smtp_gateway import SmtpGateway

TEXT = "River flood: 长宁县\nWhat happened & where.\n\nDo:\n1. Go up.\n2. Stay <there>.\n\n- Do not wade.\n\nhttps://x.org/a?b=1&c=2"
PASSWORD = "mail-secret-1"


def mail(target: str = "a@example.org", text: str = TEXT, title: str = "River flood: 长宁县") -> OutboundMessage:
    return OutboundMessage(delivery_id="b/0", target=target, text=text, locale="en", idempotency_key="b/0", title=title)


def open_channel(port: int, **more: Any) -> Channel:
    raw = {"kind": "email", "host": "127.0.0.1", "port": port, "security": "none", "sender": "Kepu 科普 <desk@x.org>"}
    return build("mail", {**raw, **more}, door=Door(), environ={"MAIL": PASSWORD})


class Relay:
    """A stand-in, what it took, and a channel to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.gateways: list[SmtpGateway] = []

    async def start(self, **more: Any) -> SmtpGateway:
        gateway = SmtpGateway(Journal(self.path), **more)
        await gateway.start()
        self.gateways.append(gateway)
        return gateway

    def took(self) -> list[tuple[str, str]]:
        return [(each.target, each.text) for each in read(self.path)]


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Relay]:
    found = Relay(tmp_path / "journal.jsonl")
    yield found
    for gateway in found.gateways:
        await gateway.stop()


def verdicts(outcomes: list[Outcome]) -> list[tuple[Verdict, Reason | None, bool]]:
    return [(each.verdict, each.reason, each.maybe_sent) for each in outcomes]


SENT = (Verdict.SENT, None, False)


class TestAgainstTheStandIn:
    async def test_whole_and_on_one_connection(self, relay: Relay) -> None:
        gateway = await relay.start()
        channel = open_channel(gateway.port)
        outcomes = await channel.send([mail("a@example.org"), mail("b@example.org", ".\n..dots\n暴雨")])
        assert verdicts(outcomes) == [SENT, SENT]
        assert relay.took() == [("a@example.org", TEXT), ("b@example.org", ".\n..dots\n暴雨")]
        assert gateway.sessions == 1

    async def test_each_recipient_is_judged_alone(self, relay: Relay) -> None:
        gateway = await relay.start()
        names = ("nobody", "full", "grey", "spam", "mute", "fine")
        outcomes = await open_channel(gateway.port).send([mail(f"{name}@x.org") for name in names])
        assert verdicts(outcomes) == [
            (Verdict.FAILED, Reason.RECIPIENT_REFUSED, False),
            (Verdict.RETRY, Reason.RATE_LIMITED, False),
            (Verdict.RETRY, Reason.RATE_LIMITED, False),
            (Verdict.FAILED, Reason.PROVIDER_REFUSED, False),
            (Verdict.RETRY, Reason.CHANNEL_TIMEOUT, True),
            SENT,
        ]
        assert [target for target, _ in relay.took()] == ["mute@x.org", "fine@x.org"]
        assert gateway.sessions == 2, "a new one after the session that was lost"

    async def test_grey_is_taken_when_it_comes_back(self, relay: Relay) -> None:
        channel = open_channel((await relay.start()).port)
        [first] = await channel.send([mail("grey@x.org")])
        [second] = await channel.send([mail("grey@x.org")])
        assert (first.verdict, second.verdict) == (Verdict.RETRY, Verdict.SENT)

    async def test_a_relay_that_ends_the_session_is_asked_again(self, relay: Relay) -> None:
        gateway = await relay.start(messages_a_session=1)
        outcomes = await open_channel(gateway.port).send([mail("a@x.org"), mail("b@x.org"), mail("c@x.org")])
        assert [each.verdict for each in outcomes] == [Verdict.SENT, Verdict.RETRY, Verdict.SENT]
        assert outcomes[1].reason is Reason.RATE_LIMITED

    async def test_log_in(self, relay: Relay, caplog: pytest.LogCaptureFixture) -> None:
        gateway = await relay.start(username="desk", password=PASSWORD)
        more = {"username": "desk", "password_env": "MAIL"}
        assert verdicts(await open_channel(gateway.port, **more).send([mail()])) == [SENT]
        [missing] = await open_channel(gateway.port).send([mail()])
        assert (missing.verdict, missing.reason) == (Verdict.FAILED, Reason.CHANNEL_CONFIG)
        [wrong] = await open_channel(gateway.port, username="other", password_env="MAIL").send([mail()])
        assert (wrong.verdict, wrong.reason) == (Verdict.FAILED, Reason.CHANNEL_CONFIG)
        assert PASSWORD not in repr(wrong) + caplog.text
        assert len(relay.took()) == 1

    async def test_a_relay_without_log_in_is_no_place_for_a_password(self, relay: Relay) -> None:
        gateway = await relay.start()
        [outcome] = await open_channel(gateway.port, username="desk", password_env="MAIL").send([mail()])
        assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, Reason.CHANNEL_CONFIG)

    async def test_starttls_is_demanded_when_configured(self, relay: Relay) -> None:
        gateway = await relay.start()
        [outcome] = await open_channel(gateway.port, security="starttls").send([mail()])
        assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, Reason.CHANNEL_CONFIG)
        assert relay.took() == []

    async def test_too_big(self, relay: Relay) -> None:
        gateway = await relay.start(size=2_000)
        channel = open_channel(gateway.port)
        outcomes = await channel.send([mail(text="x " * 2_000), mail(text="x " * 200_000), mail()])
        assert [each.reason for each in outcomes] == [Reason.TOO_LONG, Reason.TOO_LONG, None]

    @pytest.mark.parametrize(
        "target", ["", "a", "a@x.org, b@x.org", "a@x.org\r\nBcc: b@x.org", "A <a@x.org>", "ä@x.org"]
    )
    async def test_what_is_no_address_never_leaves(self, target: str, relay: Relay) -> None:
        gateway = await relay.start()
        [outcome] = await open_channel(gateway.port).send([mail(target)])
        assert (outcome.verdict, outcome.reason) == (Verdict.FAILED, Reason.RECIPIENT_REFUSED)
        assert gateway.sessions == 0


async def test_no_relay_is_tried_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        outcomes = await open_channel(free.getsockname()[1]).send([mail(), mail("nobody")])
    assert verdicts(outcomes) == [
        (Verdict.RETRY, Reason.CHANNEL_UNREACHABLE, False),
        (Verdict.FAILED, Reason.RECIPIENT_REFUSED, False),
    ]


async def test_a_relay_that_says_nothing_costs_one_call() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        channel = open_channel(silent.getsockname()[1], timeout_seconds=0.2)
        async with asyncio.timeout(5):
            outcomes = await channel.send([mail()] * 3)
    assert {(each.verdict, each.maybe_sent) for each in outcomes} == {(Verdict.RETRY, False)}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
async def test_the_relay_must_prove_who_it_is(relay: Relay, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1",
               "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]  # fmt: skip
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    gateway = await relay.start(context=context, username="desk", password=PASSWORD)
    more = {"security": "starttls", "username": "desk", "password_env": "MAIL"}
    [stranger] = await open_channel(gateway.port, **more).send([mail()])
    assert (stranger.verdict, stranger.reason) == (Verdict.FAILED, Reason.CHANNEL_CONFIG)
    assert verdicts(await open_channel(gateway.port, ca_file=str(certificate), **more).send([mail()])) == [SENT]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"sender": "nobody"}, "has no address"),
        ({"username": "desk"}, "password_env"),
        ({"username": "desk", "password_env": "MAIL", "host": "mail.example.org"}, "in clear"),
        ({"ca_file": "/nowhere.pem"}, "cannot be read"),
        ({"password_env": "MISSING"}, "environment variable"),
        ({"colour": 1}, "unknown field"),
    ],
)
def test_a_bad_configuration_is_one_clear_line(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        open_channel(25, **more)


@pytest.mark.parametrize(
    ("stage", "code", "said", "verdict", "reason"),
    [
        (Stage.SESSION, 421, "4.3.2 shutting down", Verdict.RETRY, Reason.RATE_LIMITED),
        (Stage.SESSION, 554, "5.7.1 no service for you", Verdict.FAILED, Reason.CHANNEL_CONFIG),
        (Stage.SENDER, 550, "5.7.1 sender not allowed", Verdict.FAILED, Reason.CHANNEL_CONFIG),
        (Stage.SENDER, 552, "5.3.4 too big", Verdict.FAILED, Reason.TOO_LONG),
        (Stage.RECIPIENT, 550, "no such user", Verdict.FAILED, Reason.RECIPIENT_REFUSED),
        (Stage.RECIPIENT, 552, "5.2.2 full", Verdict.FAILED, Reason.RECIPIENT_REFUSED),
        (Stage.RECIPIENT, 554, "5.7.1 relay access denied", Verdict.FAILED, Reason.PROVIDER_REFUSED),
        (Stage.RECIPIENT, 451, "4.3.0 local error", Verdict.RETRY, Reason.PROVIDER_BUSY),
        (Stage.DATA, 451, "4.7.1 slow down", Verdict.RETRY, Reason.RATE_LIMITED),
        (Stage.DATA, 554, "5.6.0 bad content", Verdict.FAILED, Reason.PROVIDER_REFUSED),
    ],
)
def test_answers(stage: Stage, code: int, said: str, verdict: Verdict, reason: Reason) -> None:
    outcome = outcome_of(stage, code, said)
    assert (outcome.verdict, outcome.reason, outcome.maybe_sent) == (verdict, reason, False)


class TestTheMail:
    def parsed(self, message: OutboundMessage) -> EmailMessage:
        raw = as_bytes(message, sender="Kepu 科普 <desk@x.org>", now=datetime(2026, 1, 2, tzinfo=UTC))
        assert raw.isascii()
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert b"\n" not in raw.replace(b"\r\n", b"")
        found = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        return found

    def test_headers(self) -> None:
        found = self.parsed(mail())
        assert found["Subject"] == "River flood: 长宁县"
        assert found["From"] == "Kepu 科普 <desk@x.org>"
        assert (found["Auto-Submitted"], found["Content-Language"]) == ("auto-generated", "en")
        assert found["Message-ID"] == self.parsed(mail(text="other"))["Message-ID"], "one delivery, one id"
        assert str(found["Message-ID"]).endswith("@x.org>")

    @given(st.text(st.characters(codec="utf-8"), max_size=300), st.text(st.characters(codec="utf-8"), max_size=300))
    def test_any_words_stay_words(self, title: str, text: str) -> None:
        found = self.parsed(mail(text=text, title=title))
        assert sorted(set(found.keys())) == [
            "Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "MIME-Version", "Message-ID",
            "Subject", "To",
        ]  # fmt: skip

    def test_the_page_says_what_the_text_says(self) -> None:
        page = as_html(TEXT, "en")
        root = html.fromstring(page)
        assert [each.text for each in root.iter("li")] == ["Go up.", "Stay <there>.", "Do not wade."]
        assert [each.tag for each in root.body] == ["h1", "p", "p", "ol", "ul", "p"]
        assert root.body.find("p/a").get("href") == "https://x.org/a?b=1&c=2"

    @given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc",)), max_size=100))
    def test_no_word_becomes_markup(self, words: str) -> None:
        for line in (words, f"1. {words}", f"- {words}"):
            page = as_html(f"x\n{line}", "en")
            tags = {each.tag for each in html.fromstring(page).iter()}
            assert tags <= {"html", "head", "body", "h1", "p", "ol", "ul", "li", "a"}

    @pytest.mark.parametrize("text", ["a@localhost", "a.b+c@x-y.example.org"])
    def test_addresses(self, text: str) -> None:
        assert is_address(text)
