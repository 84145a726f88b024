"""Observations, incidents and guard contexts to vary: fixtures give functions, tests change what they are about."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from emergency_kepu.domain.alert import Effect
from emergency_kepu.domain.incident import AlertKey, Incident
from emergency_kepu.domain.severity import Severity
from emergency_kepu.matching.correlate import Change, Match, applied, correlate
from emergency_kepu.matching.guards.context import GuardContext, ReviewState
from emergency_kepu.matching.observe import Observation

T0 = datetime(2026, 7, 4, 2, 0, tzinfo=UTC)

_RAIN = Observation(
    key=AlertKey(sender="county-office", identifier="rain-1", sent=T0),
    feed="nmc",
    issuer="nmc|长宁县气象台|511524",
    hazard="rainstorm",
    category="natural",
    effect=Effect.ISSUE,
    status="Actual",
    scope="Public",
    severity=Severity.SEVERE,
    colour="orange",
    sent=T0,
    onset=None,
    expires=T0 + timedelta(hours=24),
    place_codes=("511524",),
    place_text="长宁县",
    lat=None,
    lon=None,
    source_name="长宁县气象台",
    references=(),
    headlines={"zh": "长宁县气象台发布暴雨橙色预警"},
    values={},
)

_QUAKE = msgspec.structs.replace(
    _RAIN,
    key=AlertKey(sender="quakes.example", identifier="ev1", sent=T0),
    feed="usgs",
    issuer="usgs|quakes.example|511524",
    hazard="earthquake",
    severity=Severity.UNKNOWN,
    colour=None,
    onset=T0,
    lat=28.43,
    lon=104.91,
    source_name="quakes.example",
    headlines={"en": "M 5.9 - 12 km NE of a town"},
    values={"magnitude": 5.9, "depth_km": 10.0},
)


def _vary(base: Observation, at: float, changes: dict[str, Any]) -> Observation:
    """`at` is minutes after T0: when it was sent. `id` names another message."""
    sent = T0 + timedelta(minutes=at)
    identifier = changes.pop("id", base.key.identifier)
    sender = changes.pop("sender", base.key.sender)
    key = AlertKey(sender=sender, identifier=identifier, sent=sent)
    return msgspec.structs.replace(base, key=key, sent=sent, **changes)


@pytest.fixture
def rain() -> Callable[..., Observation]:
    return lambda at=0.0, **changes: _vary(_RAIN, at, changes)


@pytest.fixture
def quake() -> Callable[..., Observation]:
    return lambda at=0.0, **changes: _vary(_QUAKE, at, changes)


@pytest.fixture
def opened() -> Callable[[Observation], Incident]:
    def open_incident(observation: Observation) -> Incident:
        match = correlate(observation, [])
        assert match.change is Change.NEW
        return applied(observation, match, incident_id=f"i-{observation.key.identifier}", tz="Asia/Shanghai")

    return open_incident


@pytest.fixture
def follow() -> Callable[..., tuple[Match, Incident]]:
    """What one more observation does to an incident."""

    def then(incident: Incident, observation: Observation) -> tuple[Match, Incident]:
        match = correlate(observation, [incident])
        return match, applied(observation, match, incident_id="i-other", tz="UTC")

    return then


@pytest.fixture
def context() -> Callable[..., GuardContext]:
    """A campaign that no guard objects to."""
    calm = GuardContext(
        now=T0 + timedelta(minutes=5),
        tz="Asia/Shanghai",
        hazard="rainstorm",
        severity=Severity.SEVERE,
        status="Actual",
        scope="Public",
        official=True,
        source_name="长宁县气象台",
        sent=T0,
        expires=T0 + timedelta(hours=24),
        backlog=False,
        places_known=True,
        review=ReviewState.VALID,
        trust_shipped=False,
        max_age_hours=6,
        audience=500,
        blast_radius=1_000,
        automatic_last_hour=1,
        flood_per_hour=12,
    )
    return lambda **changes: msgspec.structs.replace(calm, **changes)
