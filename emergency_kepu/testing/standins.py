"""All stand-ins in a process of their own: `python -m emergency_kepu.testing.standins --journal FILE`.

Prints one JSON line with its addresses when ready, and ends when its standard input does: it dies with its parent, even
after a `kill -9` of the parent, but not before everything accepted is in the journal.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from aiohttp import web

from emergency_kepu import loop
from emergency_kepu.testing.broker import BroadcastListener, MockBroker
from emergency_kepu.testing.callbacks import StatusCallbacks
from emergency_kepu.testing.journal import Journal
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
    robots = dict(pair.split("=") for pair in arguments.robots.split(",") if pair)
    callbacks = StatusCallbacks(TOKEN)
    await callbacks.start()
    gateways = (
        TwilioGateway(
            journal,
            sid=SID,
            token=TOKEN,
            refused=arguments.refused.split(","),
            invalid=arguments.invalid.split(","),
            landlines=arguments.landlines.split(","),
            callbacks=callbacks,
        ),
        WeComGateway(
            journal,
            keys={key: name for name, key in robots.items()},
            stubborn=[robots[name] for name in arguments.stubborn.split(",") if name in robots],
            minute_seconds=arguments.minute_seconds,
        ),
        WebhookGateway(journal, secret=SECRET),
    )
    app = web.Application()
    for gateway in gateways:
        app.router.add_routes(gateway.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    broker = MockBroker()
    listener = BroadcastListener(broker.address, TOPIC, journal)
    listener.start()
    ready = {"http": f"http://127.0.0.1:{port}", "kafka": broker.address}
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await asyncio.to_thread(listener.stop)
    broker.stop()
    await callbacks.stop()
    await runner.cleanup()
    journal.close()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journal", required=True)
    parser.add_argument("--robots", default="", help="name=key pairs, separated by commas")
    parser.add_argument("--stubborn", default="", help="robots that refuse twice before they accept")
    parser.add_argument("--refused", default="", help="numbers that have opted out")
    parser.add_argument("--invalid", default="", help="numbers that do not exist")
    parser.add_argument("--landlines", default="", help="numbers that cannot receive: undelivered, error 30006")
    parser.add_argument("--minute-seconds", type=float, default=60.0)
    loop.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
