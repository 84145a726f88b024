"""How every Kafka client of this program reaches the brokers: addresses, TLS, SASL, in each library's own words."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from emergency_kepu.domain.errors import ConfigError


class BusSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bus: `embedded` on the database, or `kafka`."""

    engine: Literal["embedded", "kafka"] = "embedded"
    brokers: str = ""
    """host:port of one or more Kafka brokers, separated by commas."""
    prefix: str = ""
    """Before the name of every topic and consumer group, where several desks share a cluster."""
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    username: str = ""
    """Of SASL; the password is in `KEPU_KAFKA_PASSWORD` (or the file of `KEPU_KAFKA_PASSWORD_FILE`)."""
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    partitions: int = 12
    """Of each topic: how many workers can share a stage."""
    replication: int = 3
    """Copies of each partition; 1 loses records with its broker."""
    retention_hours: float = 168.0
    session_seconds: float = 10.0
    """A dead worker's partitions go to another one after this."""
    handler_seconds: float = 120.0
    """A handler that has not answered by then is cancelled and tried again."""
    stall_seconds: float = 600.0
    """A worker whose records wait for so long without a commit ends itself (exit 70); start it again."""


def check(settings: BusSettings, where: str) -> None:
    """ConfigError with one line for what does not go together."""
    if settings.engine != "kafka":
        return
    if not settings.brokers:
        msg = f"{where}: bus.engine is kafka, but bus.brokers is empty; give host:port of a broker"
        raise ConfigError(msg)
    if settings.security_protocol.startswith("SASL") and not settings.username:
        msg = f"{where}: bus.security_protocol {settings.security_protocol} needs bus.username"
        raise ConfigError(msg)
    if settings.partitions < 1 or settings.replication < 1:
        msg = f"{where}: bus.partitions and bus.replication must be 1 or more"
        raise ConfigError(msg)


def kafka_python(settings: BusSettings, password: str | None) -> dict[str, Any]:
    """Options of kafka-python's clients."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.brokers.split(","),
        "security_protocol": settings.security_protocol,
        "bootstrap_timeout_ms": 10_000,
    }
    if settings.security_protocol.endswith("SSL"):
        options["ssl_context"] = tls(settings)
    if settings.security_protocol.startswith("SASL"):
        options |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.username,
            "sasl_plain_password": password or "",
        }
    return options


def tls(settings: BusSettings) -> ssl.SSLContext:
    """Verifies the broker; presents a certificate where one is configured."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
        if settings.cert_file:
            context.load_cert_chain(settings.cert_file, settings.key_file or None)
    except (OSError, ssl.SSLError) as problem:
        msg = f"bus.ca_file, bus.cert_file, bus.key_file: cannot be used ({problem})"
        raise ConfigError(msg) from problem
    return context


def headers_of(record_id: str) -> list[tuple[str, bytes]]:
    """The id travels beside the value: the value belongs to the stage."""
    return [("kepu-id", record_id.encode())]


def id_of(headers: Mapping[str, bytes] | list[tuple[str, bytes]] | None, default: str) -> str:
    """The id of a record read back."""
    pairs = dict(headers or {})
    found = pairs.get("kepu-id")
    return found.decode("utf-8", "replace") if found else default
