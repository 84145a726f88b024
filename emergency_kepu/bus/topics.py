"""The topics of the flow on a cluster: made, looked at, never deleted."""

from __future__ import annotations

from typing import Any

import msgspec
from kafka import KafkaAdminClient
from kafka.errors import KafkaError, TopicAlreadyExistsError

from emergency_kepu.bus.kafka_clients import BusSettings, kafka_python
from emergency_kepu.bus.port import TOPICS
from emergency_kepu.domain.errors import TransientError


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One topic as it is. `problem` says what to do; empty when it is as configured."""

    topic: str
    partitions: int
    replication: int
    made: bool = False
    problem: str = ""


def create(settings: BusSettings, password: str | None) -> list[Found]:
    """Make what is missing, with the configured partitions, replication and retention; say what differs.

    Doing it twice changes nothing. TransientError when the brokers cannot be reached.
    """
    return _with_admin(settings, password, lambda admin: _create(admin, settings))


def check(settings: BusSettings, password: str | None) -> list[Found]:
    """What there is."""
    return _with_admin(settings, password, lambda admin: _look(admin, settings))


def _with_admin(settings: BusSettings, password: str | None, do: Any) -> list[Found]:
    try:
        admin = KafkaAdminClient(**kafka_python(settings, password))
    except (KafkaError, OSError) as problem:
        msg = f"no Kafka broker answers at {settings.brokers}: {problem}"
        raise TransientError(msg) from problem
    try:
        found: list[Found] = do(admin)
    except KafkaError as problem:
        msg = f"Kafka at {settings.brokers} refuses: {type(problem).__name__}: {problem}"
        raise TransientError(msg) from problem
    finally:
        admin.close()
    return found


def _create(admin: Any, settings: BusSettings) -> list[Found]:
    missing = [item.topic for item in _look(admin, settings) if not item.partitions]
    for name in missing:
        options = {
            "num_partitions": settings.partitions,
            "replication_factor": settings.replication,
            "configs": {
                "retention.ms": str(int(settings.retention_hours * 3_600_000)),
                # with three copies two must have a record before it counts as published
                "min.insync.replicas": str(max(1, settings.replication - 1)),
            },
        }
        try:
            admin.create_topics({name: options})
        except TopicAlreadyExistsError:
            continue  # somebody else was quicker
    if missing:
        admin.wait_for_topics(missing)
    return [msgspec.structs.replace(item, made=item.topic in missing) for item in _look(admin, settings)]


def _look(admin: Any, settings: BusSettings) -> list[Found]:
    names = [settings.prefix + topic for topic in TOPICS]
    known = {item["name"]: item for item in admin.describe_topics(names) if not item["error_code"]}
    return [_found(name, known.get(name), settings) for name in names]


def _found(name: str, item: dict[str, Any] | None, settings: BusSettings) -> Found:
    if item is None:
        return Found(topic=name, partitions=0, replication=0, problem="is missing: run `kepu topics create`")
    partitions = len(item["partitions"])
    replication = min((len(part["replica_nodes"]) for part in item["partitions"]), default=0)
    problem = ""
    if partitions != settings.partitions:
        problem = (
            f"has {partitions} partitions, bus.partitions says {settings.partitions}; "
            "adding some breaks the order of keys under way"
        )
    elif replication < settings.replication:
        problem = (
            f"has {replication} copies, bus.replication says {settings.replication}: raise it with Kafka's own tools"
        )
    elif any(part["leader_id"] < 0 for part in item["partitions"]):
        problem = "has a partition without a leader: is a broker down?"
    return Found(topic=name, partitions=partitions, replication=replication, problem=problem)
