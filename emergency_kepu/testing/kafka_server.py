"""Apache Kafka (KRaft) on the loopback: from its Maven artifacts on the machine's Java, one broker or three.

    python -m emergency_kepu.testing.kafka_server        # what `make kafka` runs: until Ctrl-C

The jars are fetched once by Maven into a cache folder. Brokers can be killed and started again on the same data.
"""

from __future__ import annotations

import base64
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

from emergency_kepu.testing.ports import free_port

POM = Path(__file__).parents[2] / "ops" / "kafka" / "pom.xml"
PATIENCE_SECONDS = 90.0
_JAVA = ("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


def cache_folder() -> Path:
    """Where the jars lie: KEPU_KAFKA_HOME, or the user's cache."""
    named = os.environ.get("KEPU_KAFKA_HOME")
    base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return Path(named) if named else base / "emergency_kepu" / "kafka-4.1.1"


def why_not() -> str:
    """Empty when a broker can be started here, else what is missing."""
    if shutil.which("java") is None:
        return "Java 17 or newer is not installed"
    if not _jars(cache_folder()) and shutil.which("mvn") is None:
        return "Maven is not installed (it fetches Apache Kafka once)"
    return "" if POM.exists() else "ops/kafka/pom.xml is only in a checkout"


def fetch() -> Path:
    """The folder with the jars. RuntimeError with Maven's own words when they cannot be had."""
    home = cache_folder()
    if not _jars(home):
        home.mkdir(parents=True, exist_ok=True)
        command = ["mvn", "-q", "-B", "-f", str(POM), _PLUGIN, "-DincludeScope=runtime", f"-DoutputDirectory={home}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode or not _jars(home):
            msg = f"Maven could not fetch Apache Kafka: {(done.stdout + done.stderr).strip()[-500:]}"
            raise RuntimeError(msg)
    return home


def _jars(home: Path) -> bool:
    return any(home.glob("kafka_2.13-*.jar"))


class Security:
    """TLS and SCRAM-SHA-512, as a cluster asks for that is not alone in its network.

    The broker's certificate is its own authority: `certificate` (PEM) is what a client has to trust.
    """

    def __init__(self, folder: Path, *, username: str, password: str) -> None:
        self._user = username
        self._password = password
        self._store = folder / "broker.p12"
        self.certificate = folder / "broker.pem"
        same = ("-keystore", str(self._store), "-storetype", "PKCS12", "-storepass", password, "-alias", "broker")
        names = ("-dname", "CN=broker", "-ext", "san=ip:127.0.0.1", "-ext", "bc:critical=ca:true")
        usage = ("-ext", "ku:critical=digitalSignature,keyCertSign", "-keyalg", "EC", "-validity", "2")
        self._keytool("-genkeypair", *same, *names, *usage)
        self._keytool("-exportcert", *same, "-rfc", "-file", str(self.certificate))

    def properties(self, listener: str) -> dict[str, object]:
        """Of the broker, for one listener."""
        return {
            "ssl.keystore.type": "PKCS12",
            "ssl.keystore.location": self._store,
            "ssl.keystore.password": self._password,
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            f"listener.name.{listener.lower()}.scram-sha-512.sasl.jaas.config": (
                "org.apache.kafka.common.security.scram.ScramLoginModule required;"
            ),
        }

    def storage_words(self) -> tuple[str, ...]:
        """The user is part of the cluster's first metadata."""
        return ("--add-scram", f"SCRAM-SHA-512=[name={self._user},password={self._password}]")

    @staticmethod
    def _keytool(*words: str) -> None:
        done = subprocess.run(["keytool", *words], capture_output=True, text=True, check=False)  # noqa: S603, S607
        if done.returncode:
            msg = f"keytool: {(done.stdout + done.stderr).strip()[-300:]}"
            raise RuntimeError(msg)


def cluster_id(number: uuid.UUID | None = None) -> str:
    """A new cluster's id: 22 characters of URL-safe base64, as Kafka writes them.

    One of 64 would begin with "-", which Kafka's own tools take for an option: such a one gets another first letter.
    """
    words = base64.urlsafe_b64encode((number or uuid.uuid4()).bytes).decode().rstrip("=")
    return f"K{words[1:]}" if words.startswith("-") else words


class KafkaServer:
    """`brokers` nodes, each broker and controller. Use `bootstrap` as the address.

    With `security`, `bootstrap` speaks SASL_SSL alone; brokers speak plaintext with each other on another port.
    """

    def __init__(self, folder: Path, *, brokers: int = 1, security: Security | None = None) -> None:
        self._home = fetch()
        self._folder = folder
        self._count = brokers
        self._ports = [(free_port(), free_port()) for _ in range(brokers)]
        self._security = security
        self._inside = [free_port() for _ in range(brokers)] if security else []
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._cluster = cluster_id()

    @property
    def bootstrap(self) -> str:
        """host:port of every broker."""
        return ",".join(f"127.0.0.1:{port}" for port, _ in self._ports)

    def start(self) -> None:
        """All nodes up and answering."""
        for node in range(1, self._count + 1):
            self.start_node(node)
        for node in range(1, self._count + 1):
            self.wait_node(node)

    def start_node(self, node: int) -> None:
        """One node, on the data it had."""
        place = self._folder / f"node-{node}"
        settings = place / "server.properties"
        if not settings.exists():
            place.mkdir(parents=True, exist_ok=True)
            settings.write_text(self._properties(node, place / "data"), encoding="utf-8")
            more = self._security.storage_words() if self._security else ()
            words = ("format", "-t", self._cluster, "-c", str(settings), *more)
            self._java(place, "kafka.tools.StorageTool", *words).wait()
        self._processes[node] = self._java(place, "kafka.Kafka", str(settings))

    def stop(self) -> None:
        """All nodes, politely, then for certain."""
        for process in self._processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self._processes.values():
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()

    def kill_node(self, node: int) -> None:
        """`kill -9`."""
        process = self._processes.pop(node)
        process.kill()
        process.wait()

    def end_node(self, node: int) -> None:
        """SIGTERM: it hands its partitions over before it goes."""
        process = self._processes.pop(node)
        process.terminate()
        process.wait(timeout=60)

    def wait_node(self, node: int) -> None:
        """Until a node that was started again answers."""
        self._wait(self._inside[node - 1] if self._security else self._ports[node - 1][0])

    def _properties(self, node: int, data: Path) -> str:
        port, controller = self._ports[node - 1]
        factor = min(3, self._count)
        voters = ",".join(f"{number}@127.0.0.1:{ports[1]}" for number, ports in enumerate(self._ports, start=1))
        settings = {
            "process.roles": "broker,controller",
            "node.id": node,
            "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "controller.quorum.voters": voters,
            "log.dirs": data,
            "offsets.topic.replication.factor": factor,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": factor,
            "transaction.state.log.min.isr": max(1, factor - 1),
            "share.coordinator.state.topic.replication.factor": factor,
            "share.coordinator.state.topic.min.isr": max(1, factor - 1),
            "min.insync.replicas": max(1, factor - 1),
            "group.initial.rebalance.delay.ms": 0,
            "auto.create.topics.enable": "false",
            "broker.session.timeout.ms": 6000,
        }
        if self._security:
            inside = self._inside[node - 1]
            addresses = f"OUTSIDE://127.0.0.1:{port},INSIDE://127.0.0.1:{inside}"
            settings |= {
                "listeners": f"{addresses},CONTROLLER://127.0.0.1:{controller}",
                "advertised.listeners": addresses,
                "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,INSIDE:PLAINTEXT,OUTSIDE:SASL_SSL",
                "inter.broker.listener.name": "INSIDE",
                **self._security.properties("OUTSIDE"),
            }
        return "".join(f"{name}={value}\n" for name, value in settings.items())

    def _last_words(self, nodes: list[int]) -> str:
        places = [self._folder / f"node-{node}" / "server.log" for node in nodes or self._processes]
        return " ".join(place.read_text(encoding="utf-8", errors="replace")[-600:] for place in places)

    def _java(self, place: Path, main: str, *words: str) -> subprocess.Popen[bytes]:
        command = ["java", *_JAVA, "-cp", f"{self._home}/*", main, *words]
        with (place / "server.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=place)  # noqa: S603

    def _wait(self, port: int) -> None:
        from kafka import KafkaAdminClient
        from kafka.errors import KafkaError

        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                KafkaAdminClient(bootstrap_servers=f"127.0.0.1:{port}", bootstrap_timeout_ms=2_000).close()
            except (KafkaError, OSError) as problem:
                dead = [node for node, process in self._processes.items() if process.poll() is not None]
                if dead or time.monotonic() > until:
                    msg = f"Kafka did not come up on port {port}: {self._last_words(dead)}"
                    raise RuntimeError(msg) from problem
                time.sleep(0.1)
            else:
                return


def main() -> None:
    """One broker until Ctrl-C."""
    if missing := why_not():
        sys.exit(f"kafka: {missing}")
    with tempfile.TemporaryDirectory(prefix="kepu-kafka-") as folder:
        server = KafkaServer(Path(folder))
        server.start()
        sys.stdout.write(f"Apache Kafka at {server.bootstrap}; Ctrl-C ends it and forgets its data\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
        server.stop()


if __name__ == "__main__":
    main()
