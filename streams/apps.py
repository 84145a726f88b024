"""One Faust app a stage: its own consumer group, so that a rebalance of one stage stops no other.

The settings are those that were found to lose nothing (docs/decisions/0010-faust.md).
"""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path
from typing import Any

import faust

from emergency_kepu.bus.kafka import group_of
from emergency_kepu.bus.kafka_clients import BusSettings, tls
from emergency_kepu.bus.port import Stage

COMMIT_SECONDS = 0.2
"""How much a rebalance or a crash may repeat; Faust's own default is 2.8 s."""
BUFFER = 256
"""Records read ahead of a stage at most."""


def make_app(
    settings: BusSettings, stage: Stage, password: str | None, *, kind: type[faust.App] = faust.App
) -> faust.App:
    """An app without agents, for one stage. It opens no web port and makes no topics of its own."""
    brokers = [f"kafka://{address.strip()}" for address in settings.brokers.split(",")]
    return kind(
        group_of(settings, stage.topic),
        broker=brokers,
        broker_credentials=_credentials(settings, password),
        broker_commit_interval=COMMIT_SECONDS,
        broker_session_timeout=settings.session_seconds,
        broker_heartbeat_interval=settings.session_seconds / 3,
        broker_max_poll_records=BUFFER,
        stream_buffer_maxsize=BUFFER,
        stream_wait_empty=True,
        consumer_auto_offset_reset="earliest",
        producer_acks=-1,
        topic_disable_leader=True,
        topic_allow_declare=False,
        store="memory://",
        web_enabled=False,
        datadir=str(Path(tempfile.gettempdir()) / "kepu-faust"),
        worker_redirect_stdouts=False,
        key_serializer="raw",
        value_serializer="raw",
        autodiscover=False,
    )


def _credentials(settings: BusSettings, password: str | None) -> Any:
    context: ssl.SSLContext | None = tls(settings) if settings.security_protocol.endswith("SSL") else None
    if settings.security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=settings.username,
            password=password or "",
            ssl_context=context,
            mechanism=settings.sasl_mechanism,
        )
    return faust.SSLCredentials(context=context) if context else None
