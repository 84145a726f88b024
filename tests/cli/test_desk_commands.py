"""What people do at the desk from a shell: write, submit, approve, silence, drill, end."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emergency_kepu.cli.output import database_of
from emergency_kepu.domain.check_in import CheckIn, CheckInKind
from emergency_kepu.store import check_ins, decisions
from tests.cli.conftest import Done

Kepu = Callable[..., Done]
PASSWORD = "correct horse battery"
PEOPLE = """id,kind,locale,place,addresses,audience,drill
p-1,person,zh-CN,511524,sms:+8613800000001;rooms:room-01,elderly,
p-2,person,en,511524,sms:+8613800000002,,
r-1,room,zh-CN,511500,rooms:room-02,,
d-1,room,zh-CN,511500,drills:log,,true
"""
DRAFT = (
    "campaign",
    "draft",
    "--hazard=flood",
    "--place=511524",
    "--source=宜宾市水利局",
    "--channel=sms",
    "--channel=rooms",
)


@pytest.fixture
def people(kepu: Kepu, tmp_path: Path) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    assert kepu("audience", "import", str(file)).code == 0
    return file


@pytest.fixture
def tokens(kepu: Kepu) -> dict[str, str]:
    found = {}
    for name, role in (("li", "operator"), ("wang", "approver"), ("zhao", "admin")):
        assert kepu("user", "add", name, f"--role={role}", "--password-stdin", stdin=PASSWORD + "\n").code == 0
        found[name] = kepu("user", "token", name).out.strip()
    return found


def test_one_writes_another_approves(kepu: Kepu, people: Path, tokens: dict[str, str]) -> None:
    drafted = kepu(*DRAFT, "--json", env={"KEPU_TOKEN": tokens["zhao"]}).json
    campaign = drafted["campaign"]
    assert (drafted["state"], drafted["audience"]) == ("draft", 2)

    assert kepu("campaign", "steps", campaign, "--json").json == []
    nothing = kepu("campaign", "steps", campaign, "--stop", env={"KEPU_TOKEN": tokens["zhao"]})
    assert (nothing.code, "plans nothing" in nothing.err) == (1, True)
    texts = kepu("campaign", "preview", campaign, "--json").json["messages"]
    assert {(text["channel"], text["locale"]) for text in texts} >= {("sms", "zh-Hans"), ("rooms", "en")}
    names = {"zh-Hans": "宜宾市水利局", "zh-Hant": "宜賓市水利局", "en": "Yibin Water Resources Bureau"}
    assert all(names[text["locale"]] in text["text"] for text in texts)
    assert kepu("campaign", "approve", campaign, env={"KEPU_TOKEN": tokens["wang"]}).code == 1, "nobody submitted it"
    assert kepu("campaign", "submit", campaign, env={"KEPU_TOKEN": tokens["zhao"]}).code == 0

    own = kepu("campaign", "approve", campaign, env={"KEPU_TOKEN": tokens["zhao"]})
    assert own.code == 1
    assert "another person" in own.err
    proof = ("--as=wang", "--password-stdin")
    unsigned = kepu("campaign", "approve", campaign, *proof, stdin=PASSWORD + "\n")
    assert unsigned.code == 1
    assert "--override-review" in unsigned.err
    done = kepu("campaign", "approve", campaign, *proof, "--override-review", stdin=PASSWORD + "\n")
    assert done.out == "approved by wang: it goes out\n"
    assert [row["state"] for row in kepu("campaign", "list", "--json").json] == ["launched"]


def test_nobody_approves_without_proof(kepu: Kepu, people: Path, tokens: dict[str, str]) -> None:
    campaign = kepu(*DRAFT, "--json").json["campaign"]
    kepu("campaign", "submit", campaign)
    for words, env, stdin, says in (
        ((), {}, None, "needs an account"),
        (("--as=wang", "--password-stdin"), {}, "wrong wrong wrong\n", "the name or the password is wrong"),
        (("--as=nobody", "--password-stdin"), {}, PASSWORD + "\n", "the name or the password is wrong"),
        ((), {"KEPU_TOKEN": "kepu_forged"}, None, "unknown or expired"),
        ((), {"KEPU_TOKEN": tokens["li"]}, None, "li may not approve"),
    ):
        done = kepu("campaign", "approve", campaign, *words, env=env, stdin=stdin)
        assert done.code == 2, words
        assert says in done.err
    assert kepu("campaign", "list", "--json").json[0]["state"] == "waiting"


def test_approved_and_held_goes_out_when_launched(kepu: Kepu, people: Path, tokens: dict[str, str]) -> None:
    campaign = kepu(*DRAFT, "--json").json["campaign"]
    kepu("campaign", "submit", campaign)
    assert kepu("campaign", "launch", campaign).code == 1, "not approved"

    kepu("campaign", "approve", campaign, "--hold", "--override-review", env={"KEPU_TOKEN": tokens["wang"]})
    assert kepu("campaign", "list", "--json").json[0]["state"] == "approved"
    assert kepu("campaign", "launch", campaign).code == 0
    assert kepu("campaign", "list", "--json").json[0]["state"] == "launched"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("--hazard=dragons",), "dragons"),
        (("--place=999999",), "999999"),
        (("--channel=pigeon",), "pigeon"),
        (("--channel=drills",), "takes drills only"),
        (("--source= ",), "name the authority"),
        (("--severity=Huge",), "Huge"),
        (("--colour=purple",), "purple"),
        (("--until=2020-01-01T00:00:00Z",), "later than issued_at"),
        (("--until=tomorrow",), "tomorrow"),
        (("--phase=never",), "never"),
    ],
)
def test_a_wrong_draft_is_one_line(kepu: Kepu, change: tuple[str, ...], says: str) -> None:
    done = kepu(*DRAFT, *change)
    assert (done.code, len(done.err.splitlines())) == (2, 1), done
    assert says in done.err
    assert kepu("campaign", "list", "--json").json == []


def test_the_end_waits_for_another_person(kepu: Kepu, people: Path, tokens: dict[str, str]) -> None:
    campaign = kepu(*DRAFT, "--json", env={"KEPU_TOKEN": tokens["zhao"]}).json["campaign"]
    [incident] = kepu("incidents", "list", "--json").json
    quiet = kepu("incidents", "cancel", incident["id"], "--source=宜宾市水利局")
    assert "nobody had been told" in quiet.out
    assert kepu("incidents", "cancel", incident["id"], "--source=x").code == 1, "over already"
    assert kepu("campaign", "submit", campaign).code == 1, "its draft was stopped with it"


def test_silences(kepu: Kepu) -> None:
    assert kepu("silence", "list", "--json").json == []
    added = kepu("silence", "add", "--hazard=fog", "--place=511500", "--for=2h", "--comment=the sensor is broken")
    silence = added.out.split(":")[0]
    [found] = kepu("silence", "list", "--json").json
    assert (found["id"], found["hazards"], found["comment"]) == (silence, ["fog"], "the sensor is broken")
    assert kepu("silence", "expire", silence).code == 0
    assert kepu("silence", "list", "--json").json == []
    assert len(kepu("silence", "list", "--all", "--json").json) == 1
    assert kepu("silence", "expire", silence).code == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--comment=x",), "--hazard, --place or --feed"),
        (("--comment=x", "--hazard=dragons"), "dragons"),
        (("--comment=x", "--place=1"), "'1'"),
        (("--comment=x", "--feed=nowhere"), "nowhere"),
        (("--comment=x", "--hazard=fog", "--for=long"), "long"),
        (("--comment=x", "--hazard=fog", "--from=2026-01-01T00:00"), "offset"),
    ],
)
def test_a_wrong_silence_is_one_line(kepu: Kepu, words: tuple[str, ...], says: str) -> None:
    done = kepu("silence", "add", *words)
    assert (done.code, len(done.err.splitlines())) == (2, 1), done
    assert says in done.err


def test_drills_are_recorded_and_end(kepu: Kepu, people: Path) -> None:
    begun = kepu("drill", "start", "--hazard=earthquake", "--place=511500", "--for=30m")
    assert begun.code == 0
    assert "1 drill sinks" in begun.out
    assert kepu("drill", "stop").code == 1, "no server has taken it in yet: none runs"
    assert kepu("drill", "start", "--hazard=dragons", "--place=511500").code == 2
    lonely = kepu("drill", "start", "--hazard=earthquake", "--place=110105")
    assert "reach nobody" in lonely.err


def test_experts(kepu: Kepu) -> None:
    listed = kepu("experts", "list", "--json")
    assert len(listed.json) == 4
    assert listed.json[0]["private"] == ["sms", "drills"]
    assert "0011" not in listed.out, "a private number is printed nowhere"
    asked = ("experts", "match", "--hazard=earthquake", "--place=511524", "--json")
    day = kepu(*asked, "--now=2026-06-30T13:00:00+08:00").json
    assert (day["experts"][0]["expert"]["id"], day["named_in_messages"]) == ("lin-seismology", "lin-seismology")
    night = kepu(*asked, "--now=2026-06-30T03:00:00+08:00").json
    assert night["named_in_messages"] is None, "nobody answers that number at three in the morning"
    assert kepu("experts", "match", "--hazard=dragons").code == 2
    duty = kepu("experts", "oncall", "--now=2026-06-30T03:00:00+08:00", "--json").json
    assert {expert["id"] for expert in duty} == {"wu-meteorology", "zhao-chemistry"}


def test_send_test_goes_through_the_real_channel(kepu: Kepu, tmp_path: Path) -> None:
    done = kepu("send-test", "sms", "--to=+8613800000001", "--json")
    assert done.json["outcome"]["verdict"] == "sent"
    line = json.loads((tmp_path / "sms.jsonl").read_text(encoding="utf-8"))
    assert line["text"].startswith("【测试】")
    assert kepu("send-test", "pigeon", "--to=x").code == 2


def test_deliveries_retry_needs_something_that_failed(kepu: Kepu, people: Path) -> None:
    campaign = kepu(*DRAFT, "--json").json["campaign"]
    assert kepu("deliveries", "retry", campaign).code == 1
    assert kepu("deliveries", "retry", campaign, "--reason=bad luck").code == 2
    assert kepu("deliveries", "retry", "c-none").code == 1


def test_an_expert_is_asked_by_hand(kepu: Kepu, config: Path, people: Path, tokens: dict[str, str]) -> None:
    env = {"KEPU_TOKEN": tokens["zhao"]}
    assert kepu(*DRAFT, env=env).code == 0
    incident = kepu("incidents", "list", "--json").json[0]["id"]
    keyless = kepu("experts", "ask", incident, "--expert=zhao-chemistry", env=env)
    assert (keyless.code, "KEPU_LINK_KEY" in keyless.err) == (2, True)
    text = (config / "kepu.yaml").read_text(encoding="utf-8")
    (config / "kepu.yaml").write_text(text.replace("  port: 8600", "  port: 8600\n  public_url: https://desk.example"))
    env["KEPU_LINK_KEY"] = "k" * 32
    assert kepu("experts", "asked", incident).code == 1
    assert kepu("experts", "ask", incident, "--expert=nobody", env=env).code == 1
    done = kepu("experts", "ask", incident, "--expert=zhao-chemistry", env=env)
    assert (done.code, "zhao-chemistry is told" in done.out) == (0, True), done
    assert kepu("experts", "ask", incident, "--expert=zhao-chemistry", env=env).code == 1, "is being asked already"
    [ask] = kepu("experts", "asked", incident, "--json").json
    assert (ask["expert"], ask["state"], ask["round"]) == ("zhao-chemistry", "queued", "m1")
    assert kepu("experts", "taken", incident, env=env).code == 1, "nothing waits for the desk yet"
    short = kepu("experts", "ask", incident, env={**env, "KEPU_LINK_KEY": "short"})
    assert (short.code, "guessed" in short.err) == (2, True)


def test_an_expert_is_away_at_once_and_back_again(kepu: Kepu, tokens: dict[str, str]) -> None:
    env = {"KEPU_TOKEN": tokens["zhao"]}
    asked = ("experts", "match", "--hazard=cholera", "--json")
    assert kepu(*asked).json["named_in_messages"] == "chen-epidemiology"
    assert kepu("experts", "back", "chen-epidemiology", env=env).code == 1, "nobody said that they are away"
    assert kepu("experts", "away", "chen-epidemiology", "--for=8h", "--comment=ill", env=env).code == 0
    found = kepu(*asked).json
    assert found["named_in_messages"] == "zhao-chemistry", "the substitute"
    assert found["experts"][0]["stands_in_for"] == "chen-epidemiology"
    assert kepu("experts", "back", "chen-epidemiology", env=env).code == 0
    assert kepu(*asked).json["named_in_messages"] == "chen-epidemiology"
    assert kepu("experts", "away", "nobody", "--for=8h", env=env).code == 1
    for wrong in (("--for=40d",), ("--for=1h", "--from=2020-01-01T00:00:00Z"), ("--for=soon",)):
        assert kepu("experts", "away", "chen-epidemiology", *wrong, env=env).code == 2
    assert kepu("experts", "away", "chen-epidemiology", "--for=1h", env={"KEPU_TOKEN": tokens["wang"]}).code == 2


def test_a_policy_that_asks_experts_needs_an_address_and_ways_that_exist(kepu: Kepu, config: Path) -> None:
    policies = (config / "policies.yaml").read_text(encoding="utf-8")
    for asking, words in (
        ("{}", "desk.public_url"),
        ("{answer_minutes: 50}", "desk_minutes"),
        ("{desk_minutes: 900}", "720"),
        ("{minutes: 5}", "minutes"),
    ):
        changed = policies.replace("    mode: auto\n", f"    mode: auto\n    experts: {asking}\n", 1)
        (config / "policies.yaml").write_text(changed, encoding="utf-8")
        found = kepu("check-config")
        assert (found.code, words in found.err) == (2, True), found
    (config / "policies.yaml").write_text(policies, encoding="utf-8")
    experts = (config / "experts.yaml").read_text(encoding="utf-8")
    (config / "experts.yaml").write_text(experts.replace("channel: sms", "channel: pager", 1), encoding="utf-8")
    found = kepu("check-config")
    assert (found.code, "private channel 'pager'" in found.err) == (2, True)


def test_who_needs_help_is_listed_passed_on_and_exported(
    kepu: Kepu, config: Path, tokens: dict[str, str], tmp_path: Path
) -> None:
    row = CheckIn(
        id="a1",
        at=datetime(2026, 6, 30, 8, 28, tzinfo=UTC),
        campaign_id="c-1",
        revision=1,
        locale="zh-Hans",
        kind=CheckInKind.HELP,
        place="=HYPERLINK(1)",
        name="李华",
        phone="+8613900001234",
    )
    with database_of(config).begin() as conn:
        check_ins.add(conn, row)
    listed = kepu("check-ins", "list", "--waiting", "--json", env={"KEPU_TOKEN": tokens["li"]}).json
    assert [(found["place"], found["name"], found["phone"]) for found in listed] == [
        ("=HYPERLINK(1)", "李华", "+8613900001234")
    ]
    assert "HYPERLINK" in kepu("check-ins", "list").out
    assert kepu("check-ins", "list", env={"KEPU_TOKEN": tokens["wang"]}).code == 2, "an approver does not operate"
    assert kepu("check-ins", "passed", "a1", "--to=fire brigade").code == 2, "needs an account"
    passed = kepu("check-ins", "passed", "a1", "--to=fire brigade", env={"KEPU_TOKEN": tokens["li"]})
    assert passed.out == "a1: passed on to fire brigade\n"
    again = kepu("check-ins", "passed", "a1", "--to=police", env={"KEPU_TOKEN": tokens["li"]})
    assert (again.code, "li passed it on to fire brigade already" in again.err) == (1, True)
    assert kepu("check-ins", "list", "--waiting", "--json").json == []

    file = tmp_path / "people.csv2"
    done = kepu("check-ins", "export", str(file), "--kind=help", env={"KEPU_TOKEN": tokens["li"]})
    assert "1 check-in(s)" in done.out
    assert file.stat().st_mode & 0o077 == 0
    (cells,) = csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
    assert (cells["place"], cells["phone"], cells["passed_by"]) == ("'=HYPERLINK(1)", "'+8613900001234", "li")
    assert kepu("check-ins", "export", str(file)).code == 2, "never over a file that is there"
    with database_of(config).reading() as conn:
        trace = [entry.detail for entry in decisions.listing(conn)]
    assert trace[0] == "li exported 1 check-ins"
    assert "李华" not in str(trace)
