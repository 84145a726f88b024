"""A province on one machine: Apache Kafka, PostgreSQL, stand-in gateways, `kepu worker`s and a scheduler, as processes.

For the fault and priority benches and the short fault tests. Loopback only; everything ends with the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import func, select

from bench.proxy import SlowProxy
from emergency_kepu.bus import topics
from emergency_kepu.bus.kafka import KafkaBus
from emergency_kepu.bus.port import Record
from emergency_kepu.domain.delivery import FINAL
from emergency_kepu.domain.recipient import Address, Recipient, RecipientKind
from emergency_kepu.pipeline.jobs import feed_record
from emergency_kepu.services import wire
from emergency_kepu.settings import Settings, load_settings
from emergency_kepu.store import migrate, recipients
from emergency_kepu.store.database import Database
from emergency_kepu.store.tables import campaigns, dead_letters, deliveries
from emergency_kepu.testing import journal
from emergency_kepu.testing.kafka_server import KafkaServer
from emergency_kepu.testing.postgres_server import PostgresServer
from emergency_kepu.testing.standins import SID, TOKEN

SECRETS = {"TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": TOKEN, "BENCH_SECRET": "x"}
CAP = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{id}</identifier><sender>bench.example</sender>
<sent>{sent}</sent><status>Actual</status><msgType>{kind}</msgType><scope>Public</scope>{references}<info>
<language>zh-CN</language><category>Met</category><event>{event}</event><urgency>Immediate</urgency>
<severity>{severity}</severity><certainty>Observed</certainty><expires>{expires}</expires><senderName>犍为县气象台</senderName>
<area><areaDesc>犍为县</areaDesc><geocode><valueName>adcode</valueName><value>511123</value></geocode></area></info></alert>
"""


class Cluster:
    """Use as a context manager. `workers` and `scheduler` are processes by name."""

    def __init__(
        self,
        folder: Path,
        *,
        brokers: int = 1,
        workers: int = 2,
        policies: list[dict[str, Any]] | None = None,
        slow_gateway_seconds: float = 0.0,
        concurrency: int = 20,
        channels: Mapping[str, Any] | None = None,
        **sections: Mapping[str, Any],
    ):
        """`channels` replaces those of kepu.yaml, `sections` single keys of its other sections."""
        self.folder = folder
        folder.chmod(0o711)
        self.postgres = PostgresServer(folder / "postgres", durable=True)
        self.kafka = KafkaServer(folder / "kafka", brokers=brokers)
        self._brokers = brokers
        self._wanted = workers
        self._policies = policies or [
            {"name": "red", "when": {"hazards": ["rainstorm"]}, "mode": "auto", "channels": ["sms"]}
        ]
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._standins: subprocess.Popen[bytes] | None = None
        self._slow = slow_gateway_seconds
        self._channels = channels
        self._sections = sections
        self._concurrency = concurrency
        self.proxy: SlowProxy | None = None
        self.settings = Settings()
        self.journal = folder / "journal.jsonl"

    def __enter__(self) -> Cluster:
        self.postgres.start()
        self.kafka.start()
        url = self.postgres.create_database("kepu")
        # the programs reach the database through it; what looks on from here does not
        self.proxy = SlowProxy(self.postgres.port)
        through = url.replace(f":{self.postgres.port}/", f":{self.proxy.port}/")
        gateway = self._start_standins()
        config = self.folder / "config"
        config.mkdir()
        raw = self._kepu_yaml(through, gateway)
        for name, section in self._sections.items():
            raw[name] = {**raw.get(name, {}), **section}
        raw["channels"] = dict(self._channels or raw["channels"])
        (config / "kepu.yaml").write_text(yaml.safe_dump(raw), encoding="utf-8")
        feeds = {"bench": {"format": "cap", "official": True, "backlog": True}}
        (config / "feeds.yaml").write_text(yaml.safe_dump({"feeds": feeds}), encoding="utf-8")
        (config / "policies.yaml").write_text(yaml.safe_dump({"policies": self._policies}), encoding="utf-8")
        self.settings = load_settings(config)
        self._url = url
        migrate.ensure(self.database())
        topics.create(self.settings.bus, None)
        self.start("scheduler")
        for number in range(1, self._wanted + 1):
            self.start(f"worker-{number}")
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait()
        if self._standins is not None:
            self._standins.communicate()  # closes its stdin, which ends it, and both pipes
        if self.proxy is not None:
            self.proxy.stop()
        self.kafka.stop()
        self.postgres.stop()

    def _kepu_yaml(self, url: str, gateway: str) -> dict[str, Any]:
        return {
            "store": {"url": url},
            "bus": {
                "engine": "kafka",
                "brokers": self.kafka.bootstrap,
                "partitions": 4,
                "replication": min(3, self._brokers),
                "session_seconds": 6.0,
            },
            "content": {"trust_shipped": True},
            "guards": {"blast_radius": 100_000_000, "flood_per_hour": 10_000},
            "http": {"allow_private": ["127.0.0.1/32"]},
            "delivery": {"batch_size": 100, "plan_page": 500, "lease_seconds": 8.0, "retry_base_seconds": 1.0},
            "channels": {
                "sms": {
                    "kind": "twilio",
                    "sender": "+15005550006",
                    "base_url": gateway,
                    "concurrency": self._concurrency,
                }
            },
        }

    def _start_standins(self) -> str:
        command = [sys.executable, "-m", "emergency_kepu.testing.standins", f"--journal={self.journal}", "--no-broker"]
        if self._slow:
            command.append(f"--delay-seconds={self._slow}")
        self._standins = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._standins.stdout is not None
        found: dict[str, str] = json.loads(self._standins.stdout.readline())
        return found["http"]

    # --- processes ---------------------------------------------------------------------------------------------

    def start(self, name: str) -> None:
        """`scheduler`, or a worker under any other name."""
        words = ["serve", "--role=scheduler"] if name.startswith("scheduler") else ["worker"]
        command = [sys.executable, "-m", "emergency_kepu.cli.main", *words, f"--config={self.folder / 'config'}"]
        environ = {**os.environ, **SECRETS}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(command, env=environ, stdout=log, stderr=log)

    def signal(self, name: str, number: signal.Signals) -> None:
        """To one of our own processes."""
        self.processes[name].send_signal(number)

    def kill(self, name: str) -> None:
        """`kill -9`, and reap."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def end(self, name: str) -> int:
        """SIGTERM; the exit code."""
        process = self.processes.pop(name)
        process.terminate()
        return process.wait(timeout=90)

    # --- the job -----------------------------------------------------------------------------------------------

    def database(self) -> Database:
        """A connection of our own."""
        return Database(self._url)

    def people(self, number: int, *, place: str = "511123", first: int = 0) -> None:
        """Recipients with one number each."""
        people = (
            Recipient(
                id=f"p-{n:07}",
                kind=RecipientKind.PERSON,
                locale="zh-CN",
                place=place,
                addresses=(Address(channel="sms", target=f"+86139{n:08}"),),
            )
            for n in range(first, first + number)
        )
        with self.database().begin() as conn:
            recipients.save_all(conn, people)

    def alert(self, name: str, *, cancels: str = "", event: str = "暴雨", severity: str = "Extreme") -> None:
        """One document on the bus, as a feed would hand it in."""
        now = datetime.now(UTC).replace(microsecond=0)
        references = f"<references>bench.example,{cancels}</references>" if cancels else ""
        body = CAP.format(
            id=name,
            sent=now.isoformat(),
            kind="Cancel" if cancels else "Alert",
            references=references,
            event=event,
            severity=severity,
            expires=(now + timedelta(hours=6)).isoformat(),
        )
        self._sent = now
        asyncio.run(self._publish(body.encode()))

    def raw(self, topic: str, key: str, value: bytes) -> None:
        """One record on any topic, whatever is in it."""
        asyncio.run(self.hand_in([Record(topic=topic, key=key, id=f"raw-{key}", value=value)]))

    async def _publish(self, body: bytes) -> None:
        now = datetime.now(UTC)
        await self.hand_in(
            [feed_record(feed="bench", body=body, received_at=now, received_wall=time.time(), origin="bench")]
        )

    async def hand_in(self, new: Sequence[Record]) -> None:
        """Publish, as a process of its own would."""
        wired = wire(self.settings, environ=SECRETS)
        services = wired.services
        assert isinstance(services.bus, KafkaBus)
        await services.bus.publish(new)
        await services.bus.stop()
        await wired.close()

    @property
    def last_sent(self) -> str:
        """`sent` of the last alert: what a reference to it needs."""
        return self._sent.isoformat()

    # --- how far it is -----------------------------------------------------------------------------------------

    def final(self) -> int:
        """Deliveries that are final; -1 while the database is away."""
        try:
            with self.database().reading() as conn:
                query = select(func.count()).select_from(deliveries).where(deliveries.c.state.in_(FINAL))
                return int(conn.scalar(query) or 0)
        except Exception:  # noqa: BLE001 - that is what some faults are about
            return -1

    def planned(self) -> int:
        """Deliveries that are written down."""
        with contextlib.suppress(Exception), self.database().reading() as conn:
            return int(conn.scalar(select(func.count()).select_from(deliveries)) or 0)
        return -1

    def until(self, condition: Callable[[], bool], seconds: float) -> float:
        """Seconds until it held. RuntimeError with the logs' ends when it did not."""
        began = time.monotonic()
        while not condition():
            if time.monotonic() - began > seconds:
                logs = "\n".join(
                    f"--- {path.name}\n{path.read_text(errors='replace')[-1200:]}" for path in self.folder.glob("*.log")
                )
                msg = f"not within {seconds:g} s\n{logs}"
                raise RuntimeError(msg)
            time.sleep(0.1)
        return time.monotonic() - began

    def states(self) -> list[tuple[int, str]]:
        """(revision, state) of every campaign revision."""
        with contextlib.suppress(Exception), self.database().reading() as conn:
            return [
                (row.revision, row.state) for row in conn.execute(select(campaigns).order_by(campaigns.c.created_at))
            ]
        return []

    def verdict(self) -> dict[str, int]:
        """What the ledger says against what the gateway took."""
        with self.database().reading() as conn:
            rows = conn.execute(select(deliveries.c.target, deliveries.c.state, deliveries.c.possible_duplicates)).all()
            dead = int(conn.scalar(select(func.count()).select_from(dead_letters)) or 0)
        taken = Counter(entry.target for entry in journal.read(self.journal))
        wanted = Counter(row.target for row in rows if row.state in ("sent", "delivered"))
        counted = sum(row.possible_duplicates for row in rows)
        doubled = sum(max(0, taken[target] - number) for target, number in wanted.items())
        return {
            "deliveries": len(rows),
            "sent": sum(wanted.values()),
            "lost": sum(max(0, number - taken[target]) for target, number in wanted.items()),
            "doubled": doubled,
            "counted_as_possible_duplicates": counted,
            "doubled_beyond_counted": max(0, doubled - counted),
            "not_final": sum(row.state not in FINAL for row in rows),
            "dead_letters": dead,
            "overtaken": _overtaken(self.journal),
        }


def _overtaken(path: Path) -> int:
    """Targets whose all-clear came before their alert."""
    ended: set[str] = set()
    wrong = 0
    for entry in journal.read(path):
        if "解除" in entry.text:
            ended.add(entry.target)
        elif entry.target in ended:
            wrong += 1
    return wrong
