"""Real processes, real Kafka, real PostgreSQL, and a fault in the middle: `python -m bench faults` in short."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import pytest

from bench.faults import run, sound
from emergency_kepu.testing.kafka_server import why_not
from emergency_kepu.testing.postgres_server import find_binaries
from tests.services import absent

pytestmark = [pytest.mark.service, pytest.mark.slow]
NUMBER = 400


def _survives(fault: str) -> None:
    # not under tmp_path: another pytest that starts meanwhile closes that tree to the user that PostgreSQL runs as
    with tempfile.TemporaryDirectory(prefix="kepu-chaos-", ignore_cleanup_errors=True) as folder:
        found = run(fault, Path(folder), number=NUMBER)
    assert sound(fault, found, NUMBER) == []


@pytest.mark.parametrize(
    "fault",
    [
        "worker_kill",
        "rolling_restart",
        "frozen_worker",
        "broker_restart",
        "postgres_restart",
        "poison_record",
    ],
)
def test_nothing_is_lost_overtaken_or_silently_doubled(fault: str) -> None:
    if find_binaries() is None:
        absent("postgres", "PostgreSQL is not installed (apt-get install postgresql)")
    if missing := why_not():
        absent("kafka", missing)
    _survives(fault)


def test_a_clock_that_jumps_loses_and_doubles_nothing() -> None:
    _survives("clock_steps")


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts a small disk: Linux, root")
def test_a_full_disk_loses_nothing() -> None:
    _survives("disk_full")
