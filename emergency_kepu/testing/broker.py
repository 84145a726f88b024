"""A broker that speaks Kafka's wire protocol inside this process: the mock cluster of the confluent-kafka wheel.

For the demo and for contract tests where no real broker is at hand; it keeps nothing when the process ends.
"""

from __future__ import annotations

import threading
from typing import Any

from emergency_kepu.testing.journal import Journal


class MockBroker:
    """One broker, alive until `stop`. RuntimeError where the `demo` extra is not installed."""

    def __init__(self) -> None:
        try:
            from confluent_kafka import Producer
        except ImportError as problem:
            msg = "the stand-in broker needs the `demo` extra (confluent-kafka)"
            raise RuntimeError(msg) from problem
        self._producer: Any = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "127.0.0.1:1", "log_level": 0})
        metadata = self._producer.list_topics(timeout=10)
        broker = next(iter(metadata.brokers.values()))
        self.address = f"{broker.host}:{broker.port}"

    def stop(self) -> None:
        """The broker ends with its last handle."""
        self._producer = None


class BroadcastListener:
    """A broadcaster that reads the topic from the beginning and writes what it hears into the journal."""

    def __init__(self, address: str, topic: str, journal: Journal) -> None:
        self._address = address
        self._topic = topic
        self._journal = journal
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="broadcast-listener", daemon=True)

    def start(self) -> None:
        """Listen in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Hear what is still there, then end."""
        self._stopping.set()
        self._thread.join(timeout=5)

    def _listen(self) -> None:
        from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

        consumer = Consumer({"bootstrap.servers": self._address, "group.id": "listener", "log_level": 0})
        partitions: Any = {}
        while not partitions:
            # asking for a topic makes it; the answer that has its partitions comes a moment later
            partitions = consumer.list_topics(self._topic, timeout=10).topics[self._topic].partitions
        consumer.assign([TopicPartition(self._topic, number, OFFSET_BEGINNING) for number in partitions])
        quiet = 0
        while quiet < 2 or not self._stopping.is_set():
            record = consumer.poll(0.2)
            if record is None:
                quiet += 1
                continue
            quiet = 0
            if record.error() is None:
                self._write(record)
        consumer.close()

    def _write(self, record: Any) -> None:
        import json

        value = json.loads(record.value())
        headers = dict(record.headers() or [])
        self._journal.write(
            gateway="kafka",
            target=record.key().decode(),
            text=value["text"],
            id=headers.get("kepu-id", b"").decode(),
        )
