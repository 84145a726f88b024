"""Rules of a desk: which incidents, what is sent, to whom, by which channels, and how. First match wins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

from emergency_kepu.domain.ask import Asking
from emergency_kepu.domain.campaign import Lane
from emergency_kepu.domain.decision import Action, Decision, Reason
from emergency_kepu.domain.errors import ConfigError
from emergency_kepu.domain.hazard import CATEGORIES, HAZARDS
from emergency_kepu.domain.incident import Incident
from emergency_kepu.domain.recipient import RecipientKind
from emergency_kepu.domain.severity import Severity
from emergency_kepu.domain.step import Step
from emergency_kepu.places.gazetteer import contains, is_place

COLOURS = {"blue": Severity.MINOR, "yellow": Severity.MODERATE, "orange": Severity.SEVERE, "red": Severity.EXTREME}
_LONGEST_MINUTES = 30 * 24 * 60
_LONGEST_ASKING = 12 * 60
"""Well before the links in the question end."""
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


class When(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which incidents. Empty fields do not restrict."""

    hazards: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    severity: str = ""
    """At least this: a colour (blue, yellow, orange, red) or a CAP word (Minor ... Extreme)."""
    magnitude: float | None = None
    """At least this; incidents without a magnitude do not match."""
    places: tuple[str, ...] = ()
    """Adcodes or ISO countries; what lies inside matches."""
    feeds: tuple[str, ...] = ()


class Audience(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To whom."""

    within: Literal["incident", "felt", "places"] = "incident"
    """`incident`: its places. `felt`: counties where an earthquake is probably felt. `places`: those named here."""
    places: tuple[str, ...] = ()
    kinds: tuple[RecipientKind, ...] = ()
    tags_any: tuple[str, ...] = ()
    tags_all: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()


class QuietHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Local time of the incident's place, `HH:MM`; may cross midnight. From `override_at` on it is sent anyway."""

    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")
    override_at: str = "red"


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule of `policies.yaml`."""

    name: str
    when: When = When()
    mode: Literal["auto", "approve", "watch", "ignore"] = "approve"
    channels: tuple[str, ...] = ()
    """Names of configured channels, in order of preference for a recipient who has several."""
    drill_channels: tuple[str, ...] = ()
    audience: Audience = Audience()
    phase: Literal["before", "now", "after"] = "now"
    lane: Lane = Lane.IMMEDIATE
    updates: Literal["auto", "approve", "none"] = "auto"
    """For revisions and downgrades of what was sent. Escalations are judged anew. All-clears always go to those
    reached, whatever the mode: who was told to stay inside must hear that it is over."""
    approvers: int = 1
    """How many people must approve what waits."""
    cooldown_minutes: float = 0.0
    """No second campaign of this policy about the same hazard and place sooner, unless it is more severe."""
    quiet_hours: QuietHours | None = None
    steps: tuple[Step, ...] = ()
    """What follows by itself while the incident lasts, in order of time."""
    experts: Asking | None = None
    """Given: the best expert is told of each new or escalated incident and asked to check what is said about it."""


def severity_floor(word: str) -> Severity:
    """A colour or a CAP word as a severity."""
    return COLOURS.get(word.lower()) or Severity.of(word)


def load_policies(path: Path) -> tuple[Policy, ...]:
    """Read `policies.yaml`. ConfigError names file, policy, key and mend."""
    try:
        text = path.read_text(encoding="utf-8")
        raw: Any = yaml.safe_load(text) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        msg = f"{path}: not valid YAML: {' '.join(str(problem).split())}"
        raise ConfigError(msg) from problem
    if not isinstance(raw, dict) or set(raw) - {"policies"} or not isinstance(raw.get("policies", []), list):
        msg = f"{path}: must hold one list named `policies`"
        raise ConfigError(msg)
    policies = []
    lines = _lines_of_entries(text)
    for number, entry in enumerate(raw.get("policies", []), start=1):
        where = f"{path}:{lines[number - 1]}: policy {number}"
        try:
            policy = msgspec.convert(entry, Policy)
        except msgspec.ValidationError as problem:
            msg = f"{where}: {problem}{_hint(str(problem))}; see docs/reference/policies.md"
            raise ConfigError(msg) from problem
        _check(policy, where)
        policies.append(policy)
    names = [policy.name for policy in policies]
    for name in names:
        if names.count(name) > 1:
            msg = f"{path}: two policies are named {name!r}; names are how the console and the log tell them apart"
            raise ConfigError(msg)
    return tuple(policies)


def _lines_of_entries(text: str) -> list[int]:
    """The line on which each policy begins, from 1."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return []
    lists = [value for _, value in root.value if isinstance(value, yaml.SequenceNode)]
    return [entry.start_mark.line + 1 for value in lists for entry in value.value]


def _hint(problem: str) -> str:
    """YAML 1.1 reads 22:00 as a number in base 60, 510000 as a number and NO as false."""
    if re.search(r"Expected `(str|array)`, got `(int|bool|float)`", problem):
        return ' (write times, place codes and country codes in quotes, e.g. "22:00", "510000", "NO")'
    return ""


def _check(policy: Policy, where: str) -> None:
    for hazard in policy.when.hazards:
        if hazard not in HAZARDS:
            msg = f"{where} ({policy.name}): no hazard {hazard!r}; `kepu templates list` shows them"
            raise ConfigError(msg)
    for category in policy.when.categories:
        if category not in CATEGORIES:
            msg = f"{where} ({policy.name}): no category {category!r}; known: {', '.join(CATEGORIES)}"
            raise ConfigError(msg)
    if policy.when.severity and severity_floor(policy.when.severity) is Severity.UNKNOWN:
        msg = f"{where} ({policy.name}): severity {policy.when.severity!r} is neither a colour nor a CAP word"
        raise ConfigError(msg)
    if policy.approvers < 1 or policy.cooldown_minutes < 0:
        msg = f"{where} ({policy.name}): `approvers` must be 1 or more and `cooldown_minutes` 0 or more"
        raise ConfigError(msg)
    for code in (*policy.when.places, *policy.audience.places):
        if not is_place(code):
            msg = f"{where} ({policy.name}): no place {code!r}; give a 6-digit adcode or an ISO 3166 country code"
            raise ConfigError(msg)
    if policy.quiet_hours is not None:
        _check_quiet_hours(policy.quiet_hours, f"{where} ({policy.name})")
    _check_steps(policy, f"{where} ({policy.name})")
    _check_asking(policy, f"{where} ({policy.name})")
    if policy.mode in ("auto", "approve") and not policy.channels:
        msg = f"{where} ({policy.name}): mode {policy.mode} needs `channels`"
        raise ConfigError(msg)
    if policy.audience.within == "places" and not policy.audience.places:
        msg = f"{where} ({policy.name}): audience within places needs `places`"
        raise ConfigError(msg)


def _check_quiet_hours(quiet: QuietHours, where: str) -> None:
    for key, text in (("from", quiet.start), ("to", quiet.end)):
        if not _CLOCK.fullmatch(text):
            msg = f'{where}: quiet_hours `{key}` is {text!r}; write it as "22:00"'
            raise ConfigError(msg)
    if severity_floor(quiet.override_at) is Severity.UNKNOWN:
        # a misspelt level would be below every incident, and the quiet hours would never hold
        msg = f"{where}: quiet_hours `override_at` {quiet.override_at!r} is neither a colour nor a CAP word"
        raise ConfigError(msg)


def _check_steps(policy: Policy, where: str) -> None:
    """In order, within a month, at levels that exist: a misspelt level would be below every incident."""
    earlier = 0.0
    for number, step in enumerate(policy.steps, start=1):
        if not earlier < step.after_minutes <= _LONGEST_MINUTES:
            msg = (
                f"{where}: step {number}: `after_minutes` {step.after_minutes:g} must be later than the step before it"
                f" ({earlier:g}) and at most {_LONGEST_MINUTES} (30 days)"
            )
            raise ConfigError(msg)
        if step.severity and severity_floor(step.severity) is Severity.UNKNOWN:
            msg = f"{where}: step {number}: severity {step.severity!r} is neither a colour nor a CAP word"
            raise ConfigError(msg)
        earlier = step.after_minutes
    if policy.steps and policy.mode in ("watch", "ignore"):
        msg = f"{where}: mode {policy.mode} sends nothing, so nothing can follow: remove `steps`"
        raise ConfigError(msg)


def _check_asking(policy: Policy, where: str) -> None:
    asking = policy.experts
    if asking is None:
        return
    if not 1 <= asking.answer_minutes <= asking.desk_minutes <= _LONGEST_ASKING:
        msg = (
            f"{where}: experts: `answer_minutes` {asking.answer_minutes:g} must be 1 or more and `desk_minutes` "
            f"{asking.desk_minutes:g} no less than it, at most {_LONGEST_ASKING}"
        )
        raise ConfigError(msg)
    if policy.mode in ("watch", "ignore"):
        msg = f"{where}: mode {policy.mode} says nothing that an expert could check: remove `experts`"
        raise ConfigError(msg)


def match_policy(policies: Sequence[Policy], incident: Incident, category: str) -> tuple[Policy | None, Decision]:
    """The first policy that wants an incident, and what it says."""
    for policy in policies:
        if _wants(policy.when, incident, category):
            return policy, _says(policy)
    detail = "no policy wants this incident: it is only recorded"
    return None, Decision(action=Action.WATCH, reason=Reason.NO_POLICY, guard="policy", detail=detail)


def _wants(when: When, incident: Incident, category: str) -> bool:
    magnitude = incident.values.get("magnitude")
    return (
        (not when.hazards or incident.hazard in when.hazards)
        and (not when.categories or category in when.categories)
        and (not when.severity or incident.severity >= severity_floor(when.severity))
        and (when.magnitude is None or (isinstance(magnitude, float) and magnitude >= when.magnitude))
        and (not when.places or any(contains(wanted, code) for wanted in when.places for code in incident.place_codes))
        and (not when.feeds or any(feed in when.feeds for feed in incident.feeds))
    )


def _says(policy: Policy) -> Decision:
    action, reason, words = {
        "auto": (Action.LAUNCH, Reason.POLICY_AUTO, "sends it automatically"),
        "approve": (Action.DRAFT, Reason.POLICY_APPROVE, "prepares it for approval"),
        "watch": (Action.WATCH, Reason.POLICY_WATCH, "only watches it"),
        "ignore": (Action.IGNORE, Reason.POLICY_IGNORE, "ignores it"),
    }[policy.mode]
    return Decision(action=action, reason=reason, guard="policy", detail=f"policy {policy.name!r} {words}")
