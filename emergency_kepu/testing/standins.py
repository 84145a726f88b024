"""All stand-ins in a process of their own: `python -m emergency_kepu.testing.standins --journal FILE`.

Prints one JSON line with its addresses when ready, and ends when its standard input does: it dies with its parent, even
after a `kill -9` of the parent, but not before everything accepted is in the journal.

In a container (`docker-compose.yml`, profile `demo`) it listens on a fixed port, its secrets are the files that the
desk reads too, and there is a real broker already.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from aiohttp import web

from emergency_kepu import loop
from emergency_kepu.channels.robots import read_robots
from emergency_kepu.channels.secrets import Secret
from emergency_kepu.testing.broker import BroadcastListener, MockBroker
from emergency_kepu.testing.callbacks import StatusCallbacks
from emergency_kepu.testing.journal import Journal
from emergency_kepu.testing.robot_gateways import DingTalkGateway, FeishuGateway
from emergency_kepu.testing.twilio_gateway import TwilioGateway
from emergency_kepu.testing.webhook_gateway import WebhookGateway
from emergency_kepu.testing.wecom_gateway import WeComGateway

SID = "AC00000000000000000000000000000000"
TOKEN = "local-stand-in-token"  # noqa: S105 - of a stand-in on the loopback
SECRET = "local-stand-in-secret"  # noqa: S105
TOPIC = "kepu.broadcast"


async def serve(arguments: argparse.Namespace) -> None:
    """Until standard input ends."""
    journal = Journal(Path(arguments.journal))
    folder = Path(arguments.secrets) if arguments.secrets else None
    sid, token = _secret(folder, "twilio_account_sid", SID), _secret(folder, "twilio_auth_token", TOKEN)
    pairs = _secret(folder, "wecom_robots", arguments.robots)
    robots = dict(pair.split("=") for pair in pairs.replace("\n", ",").split(",") if pair)
    callbacks = StatusCallbacks(token)
    await callbacks.start()
    gateways = (
        TwilioGateway(
            journal,
            sid=sid,
            token=token,
            refused=arguments.refused.split(","),
            invalid=arguments.invalid.split(","),
            landlines=arguments.landlines.split(","),
            callbacks=callbacks,
            delay_seconds=arguments.delay_seconds,
        ),
        WeComGateway(
            journal,
            keys={key: name for name, key in robots.items()},
            stubborn=[robots[name] for name in arguments.stubborn.split(",") if name in robots],
            minute_seconds=arguments.minute_seconds,
        ),
        DingTalkGateway(
            journal,
            robots=read_robots(Secret(arguments.dingtalk_robots), "dingtalk"),
            minute_seconds=arguments.minute_seconds,
        ),
        FeishuGateway(
            journal,
            robots=read_robots(Secret(arguments.feishu_robots), "feishu"),
            minute_seconds=arguments.minute_seconds,
        ),
        WebhookGateway(journal, secret=_secret(folder, "webhook_secret", SECRET)),
    )
    app = web.Application()
    for gateway in gateways:
        app.router.add_routes(gateway.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, arguments.host, arguments.port).start()
    ready = {"http": f"http://{arguments.host}:{runner.addresses[0][1]}"}
    broker = listener = None
    if arguments.broker:
        broker = MockBroker()
        listener = BroadcastListener(broker.address, TOPIC, journal)
        listener.start()
        ready["kafka"] = broker.address
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    if broker and listener:
        await asyncio.to_thread(listener.stop)
        broker.stop()
    await callbacks.stop()
    await runner.cleanup()
    journal.close()


def _secret(folder: Path | None, name: str, default: str) -> str:
    """The file's content where there is a folder, else what the stand-ins of the loopback use."""
    return default if folder is None else (folder / name).read_text(encoding="utf-8").strip()


def arguments() -> argparse.ArgumentParser:
    """What the command line may say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--secrets", default="", help="folder with the files of the desk's secrets")
    parser.add_argument("--no-broker", dest="broker", action="store_false", help="without the stand-in broker")
    parser.add_argument("--journal", required=True)
    parser.add_argument("--robots", default="", help="name=key pairs, separated by commas")
    parser.add_argument("--dingtalk-robots", default="", help="name=token:secret, separated by commas")
    parser.add_argument("--feishu-robots", default="", help="name=token:secret, separated by commas")
    parser.add_argument("--stubborn", default="", help="robots that refuse twice before they accept")
    parser.add_argument("--refused", default="", help="numbers that have opted out")
    parser.add_argument("--invalid", default="", help="numbers that do not exist")
    parser.add_argument("--landlines", default="", help="numbers that cannot receive: undelivered, error 30006")
    parser.add_argument("--delay-seconds", type=float, default=0.0, help="how long Twilio takes to answer")
    parser.add_argument("--minute-seconds", type=float, default=60.0)
    return parser


def main() -> None:
    """The command line."""
    loop.run(serve(arguments().parse_args()))


if __name__ == "__main__":
    main()
