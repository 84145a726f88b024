"""What was done or not done with something, and why: one closed list for console, audit, API and metrics."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Action(StrEnum):
    """What a decision does with its subject."""

    LAUNCH = "launch"
    """Goes out without a person: a policy says `auto` and every guard agrees."""
    DRAFT = "draft"
    """Prepared, waits for approval."""
    WATCH = "watch"
    """Recorded and shown, nothing prepared."""
    IGNORE = "ignore"
    """Recorded only."""
    SKIP = "skip"
    """One recipient or one delivery is left out."""
    REJECT = "reject"
    """Cannot be processed: dead-lettered."""
    STOP = "stop"
    """Something under way is ended."""


class Reason(StrEnum):
    """Why. Closed: a new reason is a new line here, in `docs/reference/reasons.md` and in no other place."""

    # what a policy or a person said
    POLICY_AUTO = "policy_auto"
    POLICY_APPROVE = "policy_approve"
    POLICY_WATCH = "policy_watch"
    POLICY_IGNORE = "policy_ignore"
    NO_POLICY = "no_policy"
    OPERATOR = "operator"
    CALENDAR = "calendar"
    # what the alert is
    NEW_INCIDENT = "new_incident"
    ESCALATION = "escalation"
    DOWNGRADE = "downgrade"
    NO_CHANGE = "no_change"
    SAME_EVENT_OTHER_FEED = "same_event_other_feed"
    OLDER_REVISION = "older_revision"
    DUPLICATE = "duplicate"
    ALL_CLEAR = "all_clear"
    INFORMATION_ONLY = "information_only"
    # guards
    AUTHORITY = "authority"
    SCOPE_NOT_PUBLIC = "scope_not_public"
    STATUS_NOT_ACTUAL = "status_not_actual"
    DRILL_ONLY = "drill_only"
    CONTENT_MISSING = "content_missing"
    CONTENT_UNREVIEWED = "content_unreviewed"
    CONTENT_REVIEW_EXPIRED = "content_review_expired"
    EXPIRED = "expired"
    STALE = "stale"
    FIRST_SEEN_AT_STARTUP = "first_seen_at_startup"
    SILENCED = "silenced"
    COOLDOWN = "cooldown"
    QUIET_HOURS = "quiet_hours"
    BLAST_RADIUS = "blast_radius"
    FLOOD = "flood"
    UNKNOWN_HAZARD = "unknown_hazard"
    UNKNOWN_PLACE = "unknown_place"
    CHECK_INCOMPLETE = "check_incomplete"
    # experts who are asked
    EXPERT_ASKED = "expert_asked"
    EXPERT_CONFIRMED = "expert_confirmed"
    EXPERT_CORRECTED = "expert_corrected"
    EXPERT_DECLINED = "expert_declined"
    EXPERT_SILENT = "expert_silent"
    NO_EXPERT = "no_expert"
    # recipients and deliveries
    AUDIENCE_EMPTY = "audience_empty"
    OPTED_OUT = "opted_out"
    NO_ADDRESS = "no_address"
    NO_LOCALE = "no_locale"
    LOCALE_FALLBACK = "locale_fallback"
    ALREADY_REACHED = "already_reached"
    SUPERSEDED = "superseded"
    CAMPAIGN_CANCELLED = "campaign_cancelled"
    RECIPIENT_REFUSED = "recipient_refused"
    RATE_LIMITED = "rate_limited"
    PROVIDER_BUSY = "provider_busy"
    PROVIDER_REFUSED = "provider_refused"
    CHANNEL_CONFIG = "channel_config"
    CHANNEL_TIMEOUT = "channel_timeout"
    CHANNEL_UNREACHABLE = "channel_unreachable"
    TOO_LONG = "too_long"
    RETRIES_EXHAUSTED = "retries_exhausted"
    FAILED_OVER = "failed_over"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    # records that cannot be processed
    MALFORMED = "malformed"
    UNSUPPORTED = "unsupported"
    HOSTILE_INPUT = "hostile_input"
    HANDLER_FAILED = "handler_failed"
    UNKNOWN_TOPIC = "unknown_topic"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the explain trace. Guards return these; nothing else decides.

    `guard` names who decided (`policy`, `authority`, `scope`, ...), `detail` is one plain sentence for a duty officer.
    """

    action: Action
    reason: Reason
    guard: str
    detail: str
