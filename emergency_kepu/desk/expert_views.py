"""Experts as the desk shows them: who is there, who was asked, what they answered. Never a private number."""

from __future__ import annotations

from datetime import datetime

import msgspec

from emergency_kepu.domain.ask import Ask
from emergency_kepu.domain.expert import Expert
from emergency_kepu.matching.rota import presence


class AskView(msgspec.Struct, frozen=True, kw_only=True):
    """One expert asked about an incident, or (with no expert) what waits for people at the desk."""

    id: str
    incident_id: str
    round: str
    """`r2`: revision 2 of the campaign caused it; `m1`: somebody asked by hand."""
    expert: str
    state: str
    channel: str | None
    created_at: datetime
    created_by: str
    sent_at: datetime | None
    desk_at: datetime
    """When the desk is told that nobody has answered."""
    answered_at: datetime | None
    possible_duplicates: int
    detail: str
    answer: dict[str, str]
    """Locale to the expert's own words."""

    @classmethod
    def of(cls, ask: Ask) -> AskView:
        """What is shown of it."""
        values = {name: getattr(ask, name) for name in cls.__struct_fields__}
        return cls(**{**values, "state": ask.state.value})


class ExpertView(msgspec.Struct, frozen=True, kw_only=True):
    """One expert, without private numbers."""

    id: str
    names: dict[str, str]
    fields: tuple[str, ...]
    regions: tuple[str, ...]
    languages: tuple[str, ...]
    hotline: str
    substitutes: tuple[str, ...]
    channels: tuple[str, ...]
    """Through which private channels they can be told, not under which number."""
    presence: str
    """on_duty, no_fixed_hours, off_duty, away."""

    @classmethod
    def of(cls, expert: Expert, now: datetime) -> ExpertView:
        """As they are at this instant."""
        own = ("channels", "presence")
        values = {name: getattr(expert, name) for name in cls.__struct_fields__ if name not in own}
        channels = tuple(way.channel for way in expert.private)
        return cls(**values, channels=channels, presence=presence(expert, now).name.lower())
