"""Messages for one incident, one plan date or one operator's decision. Each revision is one row, one decision."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from emergency_kepu.domain.factcheck import FactCheck
from emergency_kepu.domain.step import Step, StepMark


class CampaignKind(StrEnum):
    """What a revision says."""

    ISSUE = "issue"
    UPDATE = "update"
    ALL_CLEAR = "all_clear"
    STEP = "step"
    """A later message that the policy planned: nothing new has been said by the authority."""
    CALENDAR = "calendar"
    """A commemorative day or a season: no warning at all."""


class CampaignState(StrEnum):
    """Where one revision stands; the steps between are `campaigns.lifecycle.TRANSITIONS`."""

    DRAFT = "draft"
    WAITING = "waiting"
    """Submitted, waits for approval."""
    APPROVED = "approved"
    LAUNCHED = "launched"
    """Planning and sending."""
    FINISHED = "finished"
    """Nothing more happens by itself: every delivery is final."""
    SUPERSEDED = "superseded"
    """A later revision took its place; what was still queued was not sent."""
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class Lane(StrEnum):
    """`immediate` never waits behind `routine`."""

    IMMEDIATE = "immediate"
    ROUTINE = "routine"


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What the last message said: an update names what is different now."""

    severity: str = "Unknown"
    level_colour: str | None = None
    place_codes: tuple[str, ...] = ()
    until: datetime | None = None
    values: dict[str, float | str] = {}
    verdict: str = ""
    """Of a fact-check."""


class CalendarDay(msgspec.Struct, frozen=True, kw_only=True):
    """The days of the calendar that a message is for, both included, at their place."""

    titles: dict[str, str]
    """Locale to its name."""
    first: date
    last: date


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """When an approved revision goes out by itself: from an instant (UTC) on, between two times of the day."""

    not_before: datetime
    start: str
    """`HH:MM` at the place of the message."""
    end: str


class MessageFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the texts may say about this incident, before localization.

    `place_codes` are localized at render time; `place_text` is the feed's own wording, used where
    no code is known. Instants are UTC; `tz` is the place's IANA zone, in which the reader sees them.
    """

    source_name: str
    source_names: dict[str, str] = {}
    """The authority's name by locale, where the desk has set it."""
    place_codes: tuple[str, ...] = ()
    place_text: str = ""
    issued_at: datetime
    until: datetime | None = None
    tz: str = "UTC"
    severity: str = "Unknown"
    level_colour: str | None = None
    """Only where the source itself gave a colour: ours would not be comparable."""
    values: dict[str, float | str] = {}
    hotline: str = ""
    """A public number of the right expert or institution, for questions."""
    hotline_names: dict[str, str] = {}
    """Locale to who answers there."""
    link: str = ""
    headlines: dict[str, str] = {}
    before: Before | None = None
    """Only in updates and steps."""
    day: CalendarDay | None = None
    """Only in messages of the calendar."""
    check: FactCheck | None = None
    """Only in messages about a rumour or a question: what was checked, and what was found."""

    def as_before(self) -> Before:
        """These facts as what a later message compares itself with."""
        return Before(
            severity=self.severity,
            level_colour=self.level_colour,
            place_codes=self.place_codes,
            until=self.until,
            values=self.values,
            verdict=self.check.verdict.value if self.check else "",
        )


class Interpretation(msgspec.Struct, frozen=True, kw_only=True):
    """What an expert wrote about an incident, and who that is: fixed when they sent it."""

    expert: str
    """Id in `experts.yaml`."""
    names: dict[str, str]
    titles: dict[str, str] = {}
    institutions: dict[str, str] = {}
    texts: dict[str, str]
    """Locale to their words. Readers of other languages are sent nothing: it is nobody's translation."""


class CampaignSpec(msgspec.Struct, frozen=True, kw_only=True):
    """All that planning needs: fixed when the revision is drafted, so that what was approved is what goes out."""

    hazard: str
    phase: str
    channels: tuple[str, ...]
    facts: MessageFacts
    audience: dict[str, object] = {}
    """`matching.audience.AudienceQuery` as plain JSON."""
    only_reached_by: tuple[int, ...] = ()
    """Revisions whose reached recipients are the audience (updates and all-clears); empty: use `audience`."""
    also_audience: bool = False
    """True for an escalation: those reached before and the whole audience."""
    drill: bool = False
    say: str = "actions"
    """What the message is about, see `Step.say`; `expert`: an interpretation."""
    interpretation: Interpretation | None = None
    """Only with `say: expert`."""
    steps: tuple[Step, ...] = ()
    """What is planned from the launch of this revision on."""
    step: StepMark | None = None
    """Set when this revision is itself such a step."""
    slot: Slot | None = None
    """Set when an approval does not send it at once: it waits for its day."""
    accepted_wall: float = 0.0
    """Machine time (seconds since 1970) when the alert was accepted, or a person approved: the start of the latency."""
