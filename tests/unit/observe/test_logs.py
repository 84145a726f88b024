"""Logs: no secret in any event, whichever way it gets there."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from emergency_kepu.observe.logs import STARS, redact, redact_text, serve_logs

SECRET = "abcdef0123456789"


@pytest.mark.parametrize(
    "key",
    ["token", "auth_token", "password", "Authorization", "api_key", "cookie", "client-secret", "X-Twilio-Signature"],
)
def test_a_value_under_the_name_of_a_secret_is_stars(key: str) -> None:
    assert redact(None, "info", {key: SECRET, "headers": {key: SECRET}}) == {key: STARS, "headers": {key: STARS}}


@pytest.mark.parametrize(
    "text",
    [
        f"POST https://qyapi.example/cgi-bin/webhook/send?key={SECRET}&x=1 failed",
        f"https://oapi.example/robot/send?access_token={SECRET}",
        f"Authorization: Bearer {SECRET}",
        f"basic {SECRET}==",
        f"postgresql://kepu:{SECRET}@db/kepu",
        "kepu_" + SECRET * 3,
    ],
)
def test_secrets_inside_a_text_are_stars(text: str) -> None:
    cleaned = redact_text(text)
    assert SECRET not in cleaned
    assert STARS in cleaned
    assert redact(None, "error", {"errors": [text], "pair": (text,)}) == {"errors": [cleaned], "pair": [cleaned]}


def test_what_is_no_secret_stays() -> None:
    event = {"event": "planned", "key": "usgs", "topic": "kepu.feed", "count": 3, "tokens_left": 7, "monkey": "x"}
    assert redact(None, "info", dict(event)) == event


def test_servers_log_json_lines_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    try:
        serve_logs()
        structlog.get_logger("x").info("sent", url=f"https://h/?key={SECRET}")
        try:
            raise ValueError(f"Bearer {SECRET}")
        except ValueError:
            structlog.get_logger("x").exception("failed")
        logging.getLogger("library").warning("GET https://h/?key=%s", SECRET)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
    written = capsys.readouterr().err
    assert SECRET not in written
    first, second, third = written.splitlines()
    assert json.loads(first)["event"] == "sent"
    assert "ValueError" in json.loads(second)["exception"]
    assert third.startswith("WARNING library")
