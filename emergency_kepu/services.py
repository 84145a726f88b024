"""The one place that knows every adapter: settings in, a wired `Services` out."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping
from pathlib import Path

from emergency_kepu.asking.links import LINK_KEY, links_of
from emergency_kepu.bus.embedded import EmbeddedBus
from emergency_kepu.bus.kafka import KafkaBus
from emergency_kepu.bus.port import Bus
from emergency_kepu.channels.door import Door
from emergency_kepu.channels.port import Channel
from emergency_kepu.channels.registry import build
from emergency_kepu.channels.secrets import read_secret
from emergency_kepu.content.catalog import load_catalog
from emergency_kepu.content.library import shipped
from emergency_kepu.delivery.calm import Calm
from emergency_kepu.domain.clock import Clock, SystemClock
from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.observe.metrics import Metrics
from emergency_kepu.pages.address import pages_of
from emergency_kepu.pipeline.services import Services
from emergency_kepu.settings import Settings
from emergency_kepu.store import migrate
from emergency_kepu.store.database import Database

KAFKA_PASSWORD = "KEPU_KAFKA_PASSWORD"  # noqa: S105 - the name of the variable
STORE_PASSWORD = "KEPU_STORE_PASSWORD"  # noqa: S105 - the name of the variable


class Wired:
    """Services and what must be closed with them."""

    def __init__(self, services: Services, door: Door) -> None:
        self.services = services
        self.door = door

    async def close(self) -> None:
        """Channels, then connections, then the database."""
        for channel in self.services.channels.values():
            await channel.close()
        await self.door.close()
        await self.services.database.stop()


def connect(settings: Settings, environ: Mapping[str, str] | None = None) -> Database:
    """The configured database as it is; the password, where one is needed, from `KEPU_STORE_PASSWORD`."""
    environ = os.environ if environ is None else environ
    password = None
    if environ.get(STORE_PASSWORD) or environ.get(f"{STORE_PASSWORD}_FILE"):
        password = read_secret(STORE_PASSWORD, environ, "store").reveal()
    return Database(settings.store.url, synchronous=settings.store.synchronous, password=password)


def open_database(settings: Settings) -> Database:
    """The configured database at the schema this program works with."""
    database = connect(settings)
    migrate.ensure(database)
    return database


def _bus(settings: Settings, database: Database, clock: Clock, environ: Mapping[str, str], calm: Calm) -> Bus:
    if settings.bus.engine == "embedded":
        return EmbeddedBus(database, clock, coming=calm.soon)
    password = kafka_password(settings, environ)
    try:
        from streams.consumers import FaustConsumers
    except ModuleNotFoundError as problem:
        msg = "bus.engine: kafka needs the `kafka` extra (pip install 'emergency-kepu[kafka]')"
        raise ConfigError(msg) from problem
    consumers = FaustConsumers(settings.bus, database, clock, password=password)
    return KafkaBus(settings.bus, database, password=password, consumers=consumers)


def kafka_password(settings: Settings, environ: Mapping[str, str]) -> str | None:
    """Of SASL; None where the brokers ask for none. ConfigError names the variable to set."""
    if not settings.bus.security_protocol.startswith("SASL"):
        return None
    return read_secret(KAFKA_PASSWORD, environ, "bus").reveal()


def wire(
    settings: Settings,
    *,
    clock: Clock | None = None,
    environ: Mapping[str, str] | None = None,
    database: Database | None = None,
) -> Wired:
    """Everything a process needs. ConfigError before anything is started."""
    clock = clock or SystemClock()
    environ = os.environ if environ is None else environ
    http = settings.http
    links = links_of(environ, settings.desk.public_url)
    if links is None and any(policy.experts for policy in settings.policies):
        msg = (
            f"policies.yaml asks experts, who answer by signed links: set desk.public_url in kepu.yaml and the "
            f"variable {LINK_KEY} (or {LINK_KEY}_FILE); `openssl rand -hex 32` makes a key"
        )
        raise ConfigError(msg)
    door = Door(allow_private=http.allow_private, timeout_seconds=http.timeout_seconds, transport=http.door)
    channels: dict[str, Channel] = {
        name: build(name, raw, door=door, environ=environ) for name, raw in settings.channels.items()
    }
    templates = Path(settings.content.templates) if settings.content.templates else shipped("templates")
    catalog = load_catalog(templates, sms_parts=settings.content.sms_parts)
    database = database or open_database(settings)
    calm = Calm()
    services = Services(
        settings=settings,
        clock=clock,
        database=database,
        bus=_bus(settings, database, clock, environ, calm),
        calm=calm,
        catalog=catalog,
        channels=channels,
        metrics=Metrics(feeds=settings.feeds, channels=settings.channels),
        links=links,
        pages=pages_of(environ, settings.desk),
        worker=f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}",
    )
    return Wired(services, door)
