"""Real services for tests: found by environment, else started here once a session, else a skip in one plain line.

Where KEPU_TEST_REQUIRE names a service, its absence is a failure.
"""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest

from emergency_kepu.testing.kafka_server import KafkaServer, why_not
from emergency_kepu.testing.postgres_server import PostgresServer, find_binaries

_numbers = itertools.count()


def required(service: str) -> bool:
    """Must this service be there?"""
    return service in os.environ.get("KEPU_TEST_REQUIRE", "").split(",")


def absent(service: str, why: str) -> None:
    """Skip, or fail where the service is required."""
    if required(service):
        pytest.fail(f"{service} is required here: {why}", pytrace=False)
    pytest.skip(why)


@cache
def _postgres() -> PostgresServer:
    folder = Path(tempfile.mkdtemp(prefix="kepu-postgres-"))
    server = PostgresServer(folder / "server")
    folder.chmod(0o711)
    server.start()

    def end() -> None:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return server


def postgres_url() -> str:
    """A database of its own on a real PostgreSQL."""
    if find_binaries() is None:
        absent("postgres", "PostgreSQL is not installed (apt-get install postgresql)")
    return _postgres().create_database(f"kepu_{os.getpid()}_{next(_numbers)}")


@cache
def _kafka() -> str:
    folder = Path(tempfile.mkdtemp(prefix="kepu-kafka-"))
    server = KafkaServer(folder)
    server.start()

    def end() -> None:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return server.bootstrap


def kafka_brokers() -> str:
    """A real Apache Kafka: KEPU_TEST_KAFKA, else one of our own."""
    if named := os.environ.get("KEPU_TEST_KAFKA"):
        return named
    if missing := why_not():
        absent("kafka", missing)
    return _kafka()
