"""Every service of docker-compose.yml without an engine: its own command as a process of this machine, a real Kafka, a
real PostgreSQL, the stand-ins, and a real Prometheus that scrapes them with the shipped rules.

Only names of hosts, ports and folders are replaced; a word of a command that is wrong in the file is wrong here too.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from emergency_kepu.testing import journal
from emergency_kepu.testing.ports import free_port
from tests.ops.compose import ROOT, services
from tests.services import absent, kafka_brokers, postgres_url

pytestmark = [pytest.mark.service]
PATIENCE_SECONDS = 90
PORTS = {"desk": 8600, "scheduler": 8601, "worker": 8601}
CAP = """<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>native-1</identifier><sender>cma@example.org</sender>
<sent>{sent}</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>
<info><language>zh-CN</language><category>Met</category><event>暴雨红色预警</event><urgency>Immediate</urgency>
<severity>Extreme</severity><certainty>Observed</certainty><eventCode><valueName>OASIS</valueName><value>OET-154</value>
</eventCode><senderName>成都市气象台</senderName><headline>成都市气象台发布暴雨红色预警</headline>
<area><areaDesc>成都市</areaDesc><geocode><valueName>adcode</valueName><value>510100</value></geocode></area></info></alert>
"""
AUDIENCE = """id,kind,locale,place,addresses
a,person,zh-Hans,510104,sms:+8613800000001
b,room,zh-Hans,510104,rooms:room-02
c,broadcaster,zh-Hans,510100,schools:school-1
"""


class Native:
    """The services under way. `start` gives one its command line from the file, translated."""

    def __init__(self, folder: Path, names: dict[str, str]) -> None:
        self.folder = folder
        self._names = names
        self.ports = {"desk": free_port(), "scheduler": free_port(), "worker": free_port(), "standins": free_port()}
        self.running: dict[str, asyncio.subprocess.Process] = {}

    def translated(self, text: str) -> str:
        """Names of containers and their folders as they are here."""
        for name, here in self._names.items():
            text = text.replace(name, here)
        return text

    def command(self, name: str) -> tuple[list[str], dict[str, str]]:
        """Words and environment of a service."""
        service = services()[name]
        words = [*service.get("entrypoint", ["kepu"]), *service["command"]]
        program = [sys.executable, "-m", "emergency_kepu.cli.main"] if words[0] == "kepu" else [sys.executable]
        words = [*program, *(self.translated(word) for word in words[1:])]
        port = self.ports.get(name)
        words = [re.sub(r"^--(monitor-)?host=.*", r"--\1host=127.0.0.1", word) for word in words]
        words = [re.sub(r"^--(monitor-)?port=.*", rf"--\1port={port}", word) for word in words]
        environ = {key: self.translated(str(value)) for key, value in service["environment"].items()}
        return words, {**os.environ, "PYTHONUNBUFFERED": "1", **environ}

    async def start(self, name: str) -> asyncio.subprocess.Process:
        """As a process; what it says goes to a file."""
        words, environ = self.command(name)
        with (self.folder / f"{name}.log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *words, env=environ, cwd=self.folder, stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log
            )
        self.running[name] = process
        return process

    async def once(self, name: str) -> None:
        """A service that ends by itself."""
        process = await self.start(name)
        assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0, self.said(name)

    async def end(self) -> None:
        """SIGTERM, as compose does, and a look at how each took it."""
        codes = {}
        for name, process in reversed(self.running.items()):
            if process.returncode is None:
                if name == "standins":
                    assert process.stdin is not None
                    process.stdin.close()
                else:
                    process.terminate()
        for name, process in self.running.items():
            try:
                codes[name] = await asyncio.wait_for(process.wait(), 60)
            except TimeoutError:
                process.kill()
                codes[name] = -9
        self.running.clear()
        assert set(codes.values()) == {0}, codes

    def said(self, name: str) -> str:
        """The end of a service's log."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")[-3000:]


@pytest.fixture
async def native(tmp_path: Path) -> AsyncIterator[Native]:
    """Everything up but Prometheus."""
    url, brokers = postgres_url(), kafka_brokers()
    secrets = tmp_path / "secrets"
    script = await asyncio.create_subprocess_exec(ROOT / "ops/compose-secrets.sh", secrets)
    assert await script.wait() == 0
    standins = free_port()
    desk = free_port()
    names = {
        "postgresql+psycopg://kepu@postgres/kepu": url,
        "kafka:9092": brokers,
        "http://standins:8700": f"http://127.0.0.1:{standins}",
        "http://desk:8600": f"http://127.0.0.1:{desk}",
        "172.30.86.0/24": "127.0.0.1/32",
        "/run/secrets": str(secrets),
        "/var/lib/kepu": str(tmp_path),
        "/etc/kepu": str(tmp_path / "config"),
    }
    found = Native(tmp_path, names)
    found.ports |= {"standins": standins, "desk": desk}
    (tmp_path / "config").mkdir()
    for file in (ROOT / "config/compose-demo").glob("*.yaml"):
        text = found.translated(file.read_text(encoding="utf-8"))
        if file.name == "kepu.yaml":
            raw = yaml.safe_load(text)
            raw["desk"] |= {"host": "127.0.0.1", "port": desk}
            raw["bus"] |= {"prefix": f"n{os.getpid()}.", "partitions": 2}
            raw["delivery"] = {"lease_seconds": 10.0}
            text = yaml.safe_dump(raw, allow_unicode=True)
        (tmp_path / "config" / file.name).write_text(text, encoding="utf-8")
    try:
        for name in ("migrate", "topics"):
            await found.once(name)
        for name in ("standins", "desk", "scheduler", "worker"):
            await found.start(name)
        for name in ("desk", "scheduler", "worker"):
            await until(lambda name=name: ask(found.ports[name], "/-/ready")[0] == 200, found, name)  # type: ignore[misc]
        yield found
    finally:
        await found.end()


async def until(true: Callable[[], bool], native: Native, name: str) -> None:
    """Wait for a condition of another process."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await asyncio.to_thread(true):
                process = native.running.get(name)
                assert process is None or process.returncode is None, native.said(name)
                await asyncio.sleep(0.2)
    except TimeoutError:
        pytest.fail(f"{name}: {native.said(name)}")


def ask(port: int, path: str, body: bytes | None = None, token: str = "") -> tuple[int, Any]:
    """Status and answer; 0 where nobody listens."""
    headers = {"Content-Type": "application/xml"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, reply.read()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.read()
    except OSError:
        return 0, b""


def prometheus_config(native: Native, folder: Path) -> Path:
    """The shipped one with addresses of this machine; rules as they are."""
    shipped = yaml.safe_load((ROOT / "ops/prometheus/prometheus.yml").read_text(encoding="utf-8"))
    shutil.copytree(ROOT / "ops/prometheus", folder, dirs_exist_ok=True)
    [ours] = [job for job in shipped["scrape_configs"] if job["job_name"] == "kepu"]
    names = [entry for config in ours.pop("dns_sd_configs") for entry in config["names"]]
    ours.pop("relabel_configs")
    assert set(names) | {"desk"} == set(PORTS)
    ours["static_configs"] = [
        {"targets": [f"127.0.0.1:{native.ports[role]}"], "labels": {"role": role}} for role in PORTS
    ]
    shipped["scrape_configs"] = [ours]
    shipped["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    (folder / "prometheus.yml").write_text(yaml.safe_dump(shipped), encoding="utf-8")
    return folder / "prometheus.yml"


async def test_the_whole_file(native: Native, tmp_path: Path) -> None:
    program = shutil.which("prometheus")
    if program is None:
        absent("promtool", "Prometheus is not installed (apt-get install prometheus)")
        return
    port = free_port()
    words = [
        program,
        f"--config.file={prometheus_config(native, tmp_path / 'prometheus')}",
        f"--storage.tsdb.path={tmp_path / 'series'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (tmp_path / "prometheus.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*words, stdout=log, stderr=log)
    native.running["prometheus"] = process

    def query(words: str) -> list[dict[str, Any]]:
        status, body = ask(port, f"/api/v1/query?query={urllib.parse.quote(words)}")
        return json.loads(body)["data"]["result"] if status == 200 else []

    await until(lambda: len(query("up == 1")) == len(PORTS), native, "prometheus")

    # one red warning through the whole of it: the desk takes it in, the worker decides, renders and sends
    audience = tmp_path / "audience.csv"
    audience.write_text(AUDIENCE, encoding="utf-8")
    await kepu(native, "audience", "import", str(audience))
    await kepu(native, "user", "add", "feeds", "--role=feeder", "--no-password")
    token = (await kepu(native, "user", "token", "feeds")).strip()
    sent = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    [feed] = yaml.safe_load((tmp_path / "config/feeds.yaml").read_text(encoding="utf-8"))["feeds"]
    status, body = ask(native.ports["desk"], f"/api/v1/feeds/{feed}", CAP.format(sent=sent).encode(), token)
    assert status == 202, body

    def taken() -> set[tuple[str, str]]:
        return {(entry.gateway, entry.target) for entry in journal.read(tmp_path / "standins.jsonl")}

    wanted = {("twilio", "+8613800000001"), ("wecom", "room-02"), ("webhook", "school-1")}
    await until(lambda: taken() == wanted, native, "worker")
    await until(lambda: bool(query("sum(kepu_decisions_total) > 0")), native, "prometheus")

    rules = json.loads(ask(port, "/api/v1/rules")[1])["data"]["groups"]
    states = {rule["name"]: (rule["health"], rule["state"]) for group in rules for rule in group["rules"]}
    assert states
    assert {health for health, _ in states.values()} <= {"ok", "unknown"}, states
    assert "firing" not in {state for name, (_, state) in states.items() if name in ("KepuDown", "KepuRoleMissing")}

    dashboard = json.loads((ROOT / "ops/grafana/dashboards/kepu.json").read_text(encoding="utf-8"))
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            words = target["expr"].replace("$__rate_interval", "1m").replace("$__range", "1h")
            answer = json.loads(ask(port, f"/api/v1/query?query={urllib.parse.quote(words)}")[1])
            assert answer["status"] == "success", (panel["title"], answer)


async def kepu(native: Native, *words: str) -> str:
    """A command of an operator, in the desk's container; what it prints."""
    _, environ = native.command("desk")
    done = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "emergency_kepu.cli.main",
        *words,
        f"--config={native.folder / 'config'}",
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await done.communicate()
    assert done.returncode == 0, err.decode()
    return out.decode()
