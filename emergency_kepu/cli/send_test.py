"""`kepu send-test CHANNEL`: one marked message through the real adapter, to an address of your own."""

from __future__ import annotations

import asyncio
import os
import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer

from emergency_kepu.channels.door import Door
from emergency_kepu.channels.port import OutboundMessage, Outcome, Verdict
from emergency_kepu.channels.registry import build
from emergency_kepu.cli.output import ConfigOption, JsonOption, print_json
from emergency_kepu.domain.errors import UserError
from emergency_kepu.settings import Settings, load_settings

TEXTS = {
    "zh-Hans": "【测试】这是{name}的线路测试，没有发生任何事情，请不必理会。",
    "zh-Hant": "【測試】這是{name}的線路測試，沒有發生任何事情，請不必理會。",
    "en": "TEST from {name}: nothing has happened. Please ignore this message.",
}


def send_test(
    channel: Annotated[str, typer.Argument(metavar="CHANNEL", help="A channel of kepu.yaml.")],
    config: ConfigOption,
    to: Annotated[str, typer.Option("--to", help="The target: a number, a room, a topic ... of your own.")],
    locale: Annotated[str, typer.Option("--locale")] = "zh-Hans",
    json_output: JsonOption = False,
) -> None:
    """Says TEST in the text, plans nothing, stores nothing. Exit 1 when the provider did not take it."""
    settings = load_settings(config)
    if channel not in settings.channels:
        msg = f"no channel {channel!r} in kepu.yaml, which has: {', '.join(sorted(settings.channels))}"
        raise UserError(msg)
    if locale not in TEXTS:
        msg = f"--locale {locale!r}: one of {', '.join(TEXTS)}"
        raise UserError(msg)
    began = datetime.now(UTC)
    outcome = asyncio.run(_send(settings, channel, to, locale))
    seconds = (datetime.now(UTC) - began).total_seconds()
    if json_output:
        print_json({"channel": channel, "outcome": outcome, "seconds": seconds})
    else:
        said = {Verdict.SENT: "taken", Verdict.RETRY: "not taken now", Verdict.FAILED: "refused"}[outcome.verdict]
        more = f": {outcome.detail}" if outcome.detail else ""
        reason = f" ({outcome.reason.value})" if outcome.reason else ""
        typer.echo(f"{channel}: {said}{reason} after {seconds:.2f} s{more}")
    if outcome.verdict is not Verdict.SENT:
        raise typer.Exit(1)


async def _send(settings: Settings, name: str, to: str, locale: str) -> Outcome:
    door = Door(
        allow_private=settings.http.allow_private,
        timeout_seconds=settings.http.timeout_seconds,
        transport=settings.http.door,
    )
    channel = build(name, settings.channels[name], door=door, environ=os.environ)
    delivery = f"test-{secrets.token_hex(6)}/0"
    message = OutboundMessage(
        delivery_id=delivery,
        target=to,
        text=TEXTS[locale].format(name=settings.desk.name),
        locale=locale,
        idempotency_key=delivery,
        title={"en": "TEST"}.get(locale, "测试"),
        payload={"kind": "test"},
        drill=channel.drill,
    )
    try:
        [outcome] = await channel.send([message])
    finally:
        await channel.close()
        await door.close()
    return outcome
