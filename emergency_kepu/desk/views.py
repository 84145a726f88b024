"""What the desk shows, as values: the API answers with these, the pages are rendered from them.

Instants are RFC 3339 UTC. Addresses of people are shown masked: whoever must see them whole has the database.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from emergency_kepu.campaigns.planned import PlannedStep
from emergency_kepu.desk.expert_views import AskView
from emergency_kepu.domain.factcheck import FactCheck
from emergency_kepu.domain.incident import Incident


class IncidentView(msgspec.Struct, frozen=True, kw_only=True):
    """One real-world event as it stands now. Degrees WGS 84."""

    id: str
    hazard: str
    title: str
    status: str
    severity: str
    """As CAP spells it."""
    colour: str | None
    """Of the warning, only where the source gave one."""
    revision: int
    drill: bool
    public: bool
    information_only: bool
    source_name: str
    feeds: tuple[str, ...]
    place_codes: tuple[str, ...]
    place_text: str
    lat: float | None
    lon: float | None
    tz: str
    onset: datetime | None
    opened_at: datetime
    updated_at: datetime
    expires_at: datetime | None
    values: dict[str, float | str]
    check: FactCheck | None = None
    """Of a rumour or a question that somebody has checked."""

    @classmethod
    def of(cls, incident: Incident) -> IncidentView:
        """What is shown of it."""
        values = {name: getattr(incident, name) for name in cls.__struct_fields__}
        return cls(**{**values, "status": incident.status.value, "severity": incident.severity.cap})


class CampaignView(msgspec.Struct, frozen=True, kw_only=True):
    """One revision with its progress."""

    id: str
    revision: int
    incident_id: str
    kind: str
    state: str
    hazard: str
    severity: str
    title: str
    policy: str
    lane: str
    drill: bool
    planned: int
    """Deliveries so far; the whole number once `plan_complete`."""
    plan_complete: bool
    final: int
    """Deliveries of which nothing more is expected but receipts."""
    by_state: dict[str, int]
    approvals_needed: int
    approved_by: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    launched_at: datetime | None
    finished_at: datetime | None
    first_send_seconds: float | None
    tz: str
    """IANA zone of the place: in which the pages tell the time."""


class ApprovalView(msgspec.Struct, frozen=True, kw_only=True):
    """One person's yes."""

    revision: int
    actor: str
    at: datetime
    note: str


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """One variant of the text, whole. `problem` instead of a text when it cannot be written."""

    channel: str
    locale: str
    audience: str
    title: str
    text: str
    problem: str = ""
    size: int | None = None
    """Only of previews: counted in `unit`."""
    unit: str = ""
    differs: tuple[str, ...] = ()
    """Only of previews, and of an audience's own text: what the text for everyone does not have."""
    lacks: tuple[str, ...] = ()
    """And what the text for everyone has and this one has not."""


class DeliveryGroup(msgspec.Struct, frozen=True, kw_only=True):
    """How many deliveries share channel, locale, state and reason."""

    channel: str
    locale: str
    state: str
    reason: str | None
    count: int
    possible_duplicates: int


class PageCountView(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted on the public page of one revision in one language."""

    revision: int
    locale: str
    opened: int = 0
    answered: int = 0
    understood: int = 0


class PageView(msgspec.Struct, frozen=True, kw_only=True):
    """The campaign's page for the public."""

    url: str
    open: bool
    """False: nothing has been sent yet, so there is nothing to see."""
    counts: tuple[PageCountView, ...]


class CampaignDetail(msgspec.Struct, frozen=True, kw_only=True):
    """The latest revision in full, and the others."""

    latest: CampaignView
    revisions: tuple[CampaignView, ...]
    approvals: tuple[ApprovalView, ...]
    messages: tuple[MessageView, ...]
    preview: bool
    """True: nothing has been sent of this revision; `messages` is what would be."""
    audience_size: int | None
    """Recipients, before opt-outs; None once planned."""
    deliveries: tuple[DeliveryGroup, ...]
    steps: tuple[PlannedStep, ...] = ()
    """What follows by itself if the incident still asks for it."""
    asks: tuple[AskView, ...] = ()
    """Experts who were asked about the incident, in order."""
    page: PageView | None = None
    """None where `desk.public_pages` is off."""
    unsigned: str = ""
    """The reason why whoever approves must answer for the words by name; empty when experts have signed them."""


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient's attempt record."""

    id: str
    campaign_id: str
    revision: int
    incident_id: str
    recipient_id: str
    channel: str
    target: str
    """Masked."""
    locale: str
    state: str
    attempt: int
    reason: str | None
    detail: str | None
    next_at: datetime | None
    updated_at: datetime
    sent_at: datetime | None
    possible_duplicates: int


class DecisionView(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the trace."""

    seq: int
    at: datetime
    subject: str
    action: str
    reason: str
    guard: str
    detail: str
    actor: str
    alert_id: str | None
    incident_id: str | None
    campaign_id: str | None
    revision: int | None


class DeadLetterView(msgspec.Struct, frozen=True, kw_only=True):
    """What could not be processed."""

    seq: int
    at: datetime
    topic: str
    key: str
    record_id: str
    reason: str
    detail: str
    state: str
    """dead, replayed, dropped."""
    size_bytes: int


class FeedView(msgspec.Struct, frozen=True, kw_only=True):
    """How a feed does."""

    name: str
    format: str
    push: bool
    polled: bool
    last_success: datetime | None
    last_error: str


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """One message about an incident."""

    id: str
    feed: str
    received_at: datetime
    sent: datetime | None
    sender: str
    identifier: str
    status: str
    effect: str
    headline: str
    flags: tuple[str, ...]


class IncidentDetail(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one incident."""

    incident: IncidentView
    alerts: tuple[AlertView, ...]
    campaigns: tuple[CampaignView, ...]
    decisions: tuple[DecisionView, ...]
    asks: tuple[AskView, ...] = ()
    """Experts who were asked, in order."""


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the first page. `waiting` comes first: somebody must decide."""

    waiting: tuple[CampaignView, ...]
    under_way: tuple[CampaignView, ...]
    recent: tuple[CampaignView, ...]
    incidents: tuple[IncidentView, ...]
    """Open ones first, then the newest."""
    feeds: tuple[FeedView, ...]
    dead_letters: int
    unanswered: tuple[AskView, ...] = ()
    """No expert has answered: somebody at the desk must see to it."""
    help_waiting: int = 0
    """Calls for help on public pages that nobody has passed on: only how many."""
    help_since: datetime | None = None
    """Since when the one waits that waits longest."""
    help_drills: int = 0
    """The same on pages of exercises: somebody may mean it."""


def masked(target: str) -> str:
    """A phone number with its middle hidden; names of rooms and queues whole."""
    digits = target.lstrip("+")
    if len(digits) < 7 or not digits.isdigit():
        return target
    return target[:-8] + "****" + target[-4:] if len(digits) > 9 else target[:2] + "****" + target[-2:]
