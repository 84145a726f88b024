"""docker-compose.yml against the specification's own schema, and against what it names: nothing in it is a guess."""

from __future__ import annotations

import json
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest

from emergency_kepu.channels.registry import build
from emergency_kepu.desk.health import HEALTH
from emergency_kepu.roles import Role
from emergency_kepu.services import STORE_PASSWORD
from emergency_kepu.settings import load_settings
from emergency_kepu.store.database import Database
from emergency_kepu.testing.standins import arguments
from tests.ops.compose import FILE, OURS, ROOT, USAGE, VARIABLE, load, parse, services

SCHEMA = Path(__file__).parent / "schema/compose-spec.json"
CONFIGS = ("compose", "compose-demo")
UNPRIVILEGED = {"postgres", "appuser"}
"""Users by name that their images have."""

each_service = pytest.mark.parametrize("name", services())
each_config = pytest.mark.parametrize("config", CONFIGS)


def test_the_schema_accepts_it_and_refuses_what_is_wrong() -> None:
    check = fastjsonschema.compile(json.loads(SCHEMA.read_text(encoding="utf-8")))
    check(load())
    broken = load()
    broken["services"]["desk"]["depends_on"]["migrate"]["condition"] = 1
    with pytest.raises(fastjsonschema.JsonSchemaValueException):
        check(broken)


# --- every service ------------------------------------------------------------------------------------------------


@each_service
def test_image_is_pinned(name: str) -> None:
    _, _, tag = services()[name]["image"].rpartition(":")
    assert re.match(r"v?\d+\.\d+(\.\d+)?(-\w+)?$", tag), tag


@each_service
def test_no_service_is_root_or_may_become_it(name: str) -> None:
    service = services()[name]
    user = service["user"]
    assert user in UNPRIVILEGED or int(user.split(":")[0]) > 0
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


@each_service
def test_every_service_has_limits(name: str) -> None:
    limits = services()[name]["deploy"]["resources"]["limits"]
    assert set(limits) == {"cpus", "memory", "pids"}
    options = services()[name]["logging"]["options"]
    assert set(options) == {"max-size", "max-file"}


@each_service
def test_ports_are_open_to_this_machine_only(name: str) -> None:
    for port in services()[name].get("ports", ()):
        assert port.startswith("127.0.0.1:"), port


@each_service
def test_secrets_volumes_networks_exist_and_are_used(name: str) -> None:
    compose, service = load(), services()[name]
    assert set(service.get("secrets", ())) <= set(compose["secrets"])
    assert set(service["networks"]) <= set(compose["networks"])
    for volume in service.get("volumes", ()):
        source, target = volume.split(":")[:2]
        assert target.startswith("/")
        if source.startswith("."):
            assert (ROOT / source).is_dir(), source
            assert volume.endswith(":ro"), "the machine's own files are only read"
        else:
            assert source in compose["volumes"]


def test_nothing_is_declared_in_vain() -> None:
    compose = load()
    everything = services().values()
    used = {volume.split(":")[0] for service in everything for volume in service.get("volumes", ())}
    assert set(compose["volumes"]) <= used
    assert set(compose["secrets"]) == {name for service in everything for name in service.get("secrets", ())}
    assert set(compose["networks"]) == {name for service in everything for name in service["networks"]}


@each_service
def test_environment_names_files_of_its_own_secrets_and_no_values(name: str) -> None:
    service = services()[name]
    for variable, value in service.get("environment", {}).items():
        if str(value).startswith("/run/secrets/"):
            assert str(value).removeprefix("/run/secrets/") in service["secrets"]
            assert variable.endswith("_FILE")
        else:
            assert not re.search("PASSWORD|TOKEN|SECRET|KEY$", variable), variable


# --- order and health -----------------------------------------------------------------------------------------------


@each_service
def test_what_runs_on_has_a_health_check_and_what_ends_has_none(name: str) -> None:
    once = name in ("migrate", "topics")
    assert ("healthcheck" in services()[name]) is not once
    assert services()[name]["restart"] == ("on-failure:5" if once else "unless-stopped")


@each_service
def test_each_waits_for_what_can_be_waited_for(name: str) -> None:
    everything = services()
    for other, how in everything[name].get("depends_on", {}).items():
        wanted = "service_healthy" if "healthcheck" in everything[other] else "service_completed_successfully"
        assert how["condition"] == wanted
        assert not everything[other].get("profiles"), "would never start without its profile"


def test_the_program_starts_on_a_finished_schema_and_with_its_topics() -> None:
    for name in ("desk", "scheduler", "worker"):
        assert set(services()[name]["depends_on"]) == {"postgres", "kafka", "migrate", "topics"}
    assert "postgres" in services()["migrate"]["depends_on"]
    assert "kafka" in services()["topics"]["depends_on"]


@pytest.mark.parametrize("name", ["desk", "scheduler", "worker"])
def test_health_is_asked_where_the_program_answers(name: str) -> None:
    asked = re.search(r"http://127\.0\.0\.1:(\d+)([^']+)'", services()[name]["healthcheck"]["test"][-1])
    assert asked is not None
    port, path = int(asked[1]), asked[2]
    assert path in {path for handler in HEALTH for path in handler.paths}
    assert port == _listens_on(name)


def _listens_on(name: str) -> int:
    if name == "desk":
        return load_settings(ROOT / "config/compose").desk.port
    given = parse(services()[name]["command"])
    assert given["monitor_host"] == "0.0.0.0"
    return int(given["monitor_port"])


def test_what_is_in_hand_is_finished_before_the_end() -> None:
    handler = max(load_settings(ROOT / "config" / config).bus.handler_seconds for config in CONFIGS)
    for name in ("desk", "scheduler", "worker"):
        assert int(services()[name]["stop_grace_period"].removesuffix("s")) > handler


# --- commands ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OURS)
def test_commands_exist(name: str) -> None:
    given = parse(services()[name]["command"])
    assert given["config"] == Path("/etc/kepu")
    assert any(volume.endswith(":/etc/kepu:ro") for volume in services()[name]["volumes"])


def test_an_unknown_command_or_option_would_be_seen() -> None:
    for words in (["serve", "--rolle=desk"], ["db", "upgrad"], ["serve", "--role=boss"]):
        with pytest.raises(USAGE):
            parse(words)


def test_all_roles_are_there_once() -> None:
    roles = [role for name in ("desk", "scheduler") for role in parse(services()[name]["command"])["role"]]
    assert [*roles, Role.WORKER] == list(Role)
    assert services()["worker"]["command"][0] == "worker"


def test_the_stand_ins_know_their_options() -> None:
    service = services()["standins"]
    given = arguments().parse_args(service["command"])
    assert given.secrets == "/run/secrets"
    assert f":{given.port}/" in service["healthcheck"]["test"][-1]
    assert service["stdin_open"], "they end when their standard input does"
    assert service["profiles"] == ["demo"]


# --- configuration ------------------------------------------------------------------------------------------------


@each_config
def test_the_configuration_leads_to_the_services(config: str) -> None:
    settings = load_settings(ROOT / "config" / config)
    database = Database(settings.store.url, password="x")
    postgres = services()["postgres"]
    assert database.url.host == "postgres"
    assert (database.url.username, database.url.database) == (
        postgres["environment"]["POSTGRES_USER"],
        postgres["environment"]["POSTGRES_DB"],
    )
    assert settings.bus.engine == "kafka"
    assert f"PLAINTEXT://{settings.bus.brokers}" == services()["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert settings.bus.replication == 1, "there is one broker"
    assert services()["desk"]["ports"][0].endswith(f":{settings.desk.port}")
    assert settings.desk.host == "0.0.0.0"
    for raw in settings.channels.values():
        assert str(raw.get("path", "/var/lib/kepu/")).startswith("/var/lib/kepu/"), "the rest is read-only"


@each_config
def test_channels_find_their_secrets(config: str, tmp_path: Path) -> None:
    given = services()["worker"]["environment"]
    environ = {}
    for variable, path in given.items():
        file = tmp_path / Path(path).name
        file.write_text("room-01=key" if "robots" in path else "value", encoding="utf-8")
        environ[variable] = str(file)
    assert f"{STORE_PASSWORD}_FILE" in environ
    for name, raw in load_settings(ROOT / "config" / config).channels.items():
        build(name, raw, door=None, environ=environ)  # type: ignore[arg-type]


def test_the_rehearsal_reaches_the_stand_ins_and_nothing_else() -> None:
    settings = load_settings(ROOT / "config/compose-demo")
    [subnet] = [entry["subnet"] for entry in load()["networks"]["outside"]["ipam"]["config"]]
    assert [ip_network(item) for item in settings.http.allow_private] == [ip_network(subnet)]
    hosts = set(re.findall(r"https?://([\w.:-]+)", json.dumps(settings.channels)))
    assert hosts == {"standins:8700", "desk:8600"}
    assert not any(feed.url for feed in settings.feeds.values())


def test_the_first_configuration_reaches_nobody_and_trusts_nothing() -> None:
    settings = load_settings(ROOT / "config/compose")
    assert {raw["kind"] for raw in settings.channels.values()} == {"file"}
    assert not settings.content.trust_shipped
    assert not any(feed.official for name, feed in settings.feeds.items() if name != "drill")
    assert settings.http.allow_private == ()


@pytest.mark.parametrize("name", ["policies.yaml", "experts.yaml"])
def test_the_copies_are_the_teaching_ones(name: str) -> None:
    assert (ROOT / "config/compose" / name).read_bytes() == (ROOT / "config" / name).read_bytes()


def test_variables_are_explained() -> None:
    page = (ROOT / "docs/how-to/deploy.md").read_text(encoding="utf-8")
    text = FILE.read_text(encoding="utf-8")
    names = {found[1] for found in VARIABLE.finditer(text)}
    assert names
    assert text.count("${") == len(VARIABLE.findall(text)), "each has a default"
    for name in names:
        assert f"`{name}`" in page, name


def test_kafka_is_a_broker_of_its_own_controller() -> None:
    environment: dict[str, Any] = services()["kafka"]["environment"]
    listeners = dict(item.split("://") for item in environment["KAFKA_LISTENERS"].split(","))
    protocols = dict(item.split(":") for item in environment["KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"].split(","))
    assert set(listeners) == set(protocols)
    controller = environment["KAFKA_CONTROLLER_LISTENER_NAMES"]
    assert (
        environment["KAFKA_CONTROLLER_QUORUM_VOTERS"] == f"{environment['KAFKA_NODE_ID']}@kafka{listeners[controller]}"
    )
    assert environment["KAFKA_LOG_DIRS"] in services()["kafka"]["volumes"][0]
