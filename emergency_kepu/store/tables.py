"""The schema, as SQLAlchemy Core tables. Alembic migrations create it; a test keeps both equal.

Instants are stored as UTC with microseconds (`Instant`), values as msgspec JSON (`LargeBinary`), ids as text.
Every id is derived from content, so writing the same thing twice meets the same primary key.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from emergency_kepu.store.types import Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

# Counts up on both databases; SQLite only does so for INTEGER PRIMARY KEY.
# Compared byte by byte on both: prefixes are ranges, and pages go on after an id.
Code = String().with_variant(String(collation="C"), "postgresql")
Serial = BigInteger().with_variant(Integer, "sqlite")

# --- intake ---------------------------------------------------------------------------------------------------

feed_states = Table(
    "feed_states",
    metadata,
    Column("feed", String, primary_key=True),
    Column("state", LargeBinary, nullable=False, comment="feeds.poller.FeedState as JSON"),
    Column("last_success", Instant),
    Column("last_error", Text),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String, primary_key=True, comment="hash of sender, identifier, sent"),
    Column("feed", String, nullable=False),
    Column("identifier", String, nullable=False, index=True),
    Column("sender", String, nullable=False),
    Column("sent", Instant),
    Column("received_at", Instant, nullable=False, index=True),
    Column("status", String, nullable=False),
    Column("effect", String, nullable=False),
    Column("alert", LargeBinary, nullable=False, comment="domain.alert.Alert as JSON"),
    Column("document", String, nullable=False, comment="hash of the payload it came in"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", String, primary_key=True),
    Column("hazard", String, nullable=False),
    Column("status", String, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("drill", Boolean, nullable=False, default=False),
    Column("opened_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False, index=True),
    Column("expires_at", Instant),
    Column("incident", LargeBinary, nullable=False, comment="domain.incident.Incident as JSON"),
    Index(None, "hazard", "status"),
)

incident_alerts = Table(
    "incident_alerts",
    metadata,
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    Column("alert_id", ForeignKey("alerts.id"), primary_key=True),
    Column("identifier", String, nullable=False, index=True, comment="for references that name only it"),
)

incident_keys = Table(
    "incident_keys",
    metadata,
    Column("key", String, primary_key=True, comment="matching.keys: its issuer, its places"),
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
)

ended_early = Table(
    "ended_early",
    metadata,
    Column("feed", String, primary_key=True, comment="a feed ends its own messages, not another's"),
    Column("sender", String, primary_key=True, comment="of the message that a cancel named"),
    Column("identifier", String, primary_key=True),
    Column("at", Instant, nullable=False, comment="when the cancel came, before what it cancels"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False, index=True),
    Column("alert_id", String),
    Column("incident_id", String, index=True),
    Column("campaign_id", String, index=True),
    Column("revision", Integer),
    Column("subject", String, nullable=False, comment="what was decided on: alert, incident, campaign, delivery"),
    Column("action", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("guard", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("actor", String, nullable=False, comment="a user name, or the stage that decided"),
    Column("fingerprint", String, nullable=False, comment="same decision again after a redelivery: same row"),
    Column("month", Integer, nullable=False, comment="202611; PostgreSQL keeps each month in a partition: months"),
    UniqueConstraint("fingerprint", "month"),
)

compatibility = Table(
    "compatibility",
    metadata,
    Column("oldest", String, primary_key=True, comment="programs that know this revision may work with the schema"),
)

silences = Table(
    "silences",
    metadata,
    Column("id", String, primary_key=True),
    Column("matcher", LargeBinary, nullable=False, comment="domain.silence.Silence as JSON"),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("created_by", String, nullable=False),
    Column("comment", Text, nullable=False),
)

absences = Table(
    "absences",
    metadata,
    Column("id", String, primary_key=True),
    Column("expert", String, nullable=False, comment="id in experts.yaml"),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False, index=True),
    Column("created_by", String, nullable=False),
    Column("comment", Text, nullable=False),
)

asks = Table(
    "asks",
    metadata,
    Column("id", String, primary_key=True, comment="hash of incident, round, expert"),
    Column("incident_id", String, nullable=False, index=True),
    Column("round", String, nullable=False, comment="r2: caused by revision 2; m1: asked by hand"),
    Column("expert", String, nullable=False, comment="id in experts.yaml; empty: the desk itself"),
    Column("state", String, nullable=False, index=True, comment="domain.ask.AskState"),
    Column("created_at", Instant, nullable=False),
    Column("created_by", String, nullable=False),
    Column("answer_minutes", Float, nullable=False),
    Column("off_duty", Boolean, nullable=False),
    Column("desk_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("next_at", Instant, index=True),
    Column("way", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("channel", String),
    Column("sent_at", Instant),
    Column("answered_at", Instant),
    Column("possible_duplicates", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    Column("answer", LargeBinary, nullable=False, comment="locale to the expert's words, as JSON"),
)

# --- campaigns ------------------------------------------------------------------------------------------------

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", String, primary_key=True, comment="one campaign an incident"),
    Column("revision", Integer, primary_key=True, comment="1 is the first message, later ones update or end it"),
    Column("incident_id", String, nullable=False, index=True),
    Column("kind", String, nullable=False, comment="issue, update, all_clear"),
    Column("state", String, nullable=False, index=True, comment="campaigns.lifecycle"),
    Column("hazard", String, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("policy", String, nullable=False),
    Column("lane", String, nullable=False, comment="immediate or routine"),
    Column("drill", Boolean, nullable=False),
    Column("approvals_needed", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", String, nullable=False),
    Column("accepted_at", Instant, nullable=False, comment="when the alert behind it was accepted"),
    Column("launched_at", Instant),
    Column("first_send_at", Instant),
    Column("first_send_seconds", Float, comment="alert accepted to first provider call, wall seconds"),
    Column("finished_at", Instant),
    Column("expires_at", Instant),
    Column("planned", Integer, nullable=False, default=0, comment="deliveries planned so far"),
    Column("plan_complete", Boolean, nullable=False, default=False),
    Column("plan_next", LargeBinary, comment="pipeline.jobs.Launch as JSON: the page after the last one planned"),
    Column("planning_at", Instant, comment="when that was"),
    Column("spec", LargeBinary, nullable=False, comment="domain.campaign.CampaignSpec as JSON"),
)

approvals = Table(
    "approvals",
    metadata,
    Column("campaign_id", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("actor", String, primary_key=True, comment="one approval a person"),
    Column("at", Instant, nullable=False),
    Column("note", Text, nullable=False),
)

page_counts = Table(
    "page_counts",
    metadata,
    Column("campaign_id", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("locale", String, primary_key=True),
    Column("what", String, primary_key=True, comment="opened, answered, understood"),
    Column("number", Integer, nullable=False),
)

check_ins = Table(
    "check_ins",
    metadata,
    Column("id", String, primary_key=True, comment="hash of the form's own word and what it said"),
    Column("at", Instant, nullable=False, index=True),
    Column("campaign_id", String, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("locale", String, nullable=False),
    Column("kind", String, nullable=False, comment="domain.check_in.CheckInKind"),
    Column("place", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("people", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("passed_to", Text, nullable=False),
    Column("passed_by", String, nullable=False),
    Column("passed_at", Instant),
    Index(None, "kind", "passed_at"),
)

cap_documents = Table(
    "cap_documents",
    metadata,
    Column("sender", String, primary_key=True, comment="desk.cap_sender when it was published"),
    Column("identifier", String, primary_key=True, comment="of the CAP message"),
    Column("updated", Instant, nullable=False, comment="the message's own time"),
    Column("title", Text, nullable=False),
    Column("document", LargeBinary, nullable=False, comment="CAP 1.2, as it was first read"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", String, primary_key=True, comment="hash of campaign, revision, channel, locale, audience"),
    Column("campaign_id", String, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("channel", String, nullable=False),
    Column("locale", String, nullable=False),
    Column("audience", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("template_version", String, nullable=False),
)

recipients = Table(
    "recipients",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False, comment="person, room, broadcaster"),
    Column("locale", String, nullable=False),
    Column("place", Code, nullable=False, index=True, comment="adcode or ISO 3166 country"),
    Column("lat", Float),
    Column("lon", Float),
    Column("tags", String, nullable=False, comment="|tag|tag|"),
    Column("drill", Boolean, nullable=False),
    Column("recipient", LargeBinary, nullable=False, comment="domain.recipient.Recipient as JSON"),
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("channel", String, primary_key=True),
    Column("target", String, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("source", String, nullable=False),
)

# --- delivery -------------------------------------------------------------------------------------------------

batches = Table(
    "batches",
    metadata,
    Column("id", String, primary_key=True, comment="campaign.revision.channel.index"),
    Column("campaign_id", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("channel", String, nullable=False),
    Column("lane", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("created_at", Instant, nullable=False, index=True),
    Column("month", Integer, nullable=False, comment="where its deliveries are"),
    Index(None, "campaign_id", "revision"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("batch_id", String, primary_key=True),
    Column("n", Integer, primary_key=True, comment="position in the batch; the delivery id is batch_id/n"),
    Column("campaign_id", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("incident_id", String, nullable=False),
    Column("recipient_id", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("target", String, nullable=False),
    Column("locale", String, nullable=False),
    Column("message_id", String, nullable=False),
    Column("state", String, nullable=False, comment="domain.delivery.DeliveryState"),
    Column("attempt", Integer, nullable=False, default=0),
    Column("reason", String),
    Column("detail", Text),
    Column("provider_id", String, index=True),
    Column("claimed_by", String),
    Column("lease_until", Instant),
    Column("next_at", Instant),
    Column("updated_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("maybe_sent", Boolean, nullable=False, default=False, comment="a request may have gone out unanswered"),
    Column("possible_duplicates", Integer, nullable=False, default=0),
    Column(
        "month", Integer, nullable=False, comment="of planning, as 202611; PostgreSQL: one partition each, in its key"
    ),
    Index(None, "campaign_id", "revision", "state"),
    Index(None, "incident_id", "recipient_id"),
)

# --- the embedded engine and time ------------------------------------------------------------------------------

records = Table(
    "records",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("topic", String, nullable=False),
    Column("key", String, nullable=False),
    Column("id", String, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("attempt", Integer, nullable=False, default=0),
    Column("published_at", Instant, nullable=False),
    UniqueConstraint("topic", "id"),
    sqlite_autoincrement=True,
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("seq", Serial, primary_key=True, autoincrement=True),
    Column("topic", String, nullable=False, comment="where it could not be processed"),
    Column("key", String, nullable=False),
    Column("record_id", String, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("reason", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", String, nullable=False, default="dead", comment="dead, replayed, dropped"),
    UniqueConstraint("topic", "record_id"),
)

due = Table(
    "due",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("topic", String, nullable=False, comment="the record to publish when it is due"),
    Column("key", String, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("claimed_by", String),
    Column("lease_until", Instant),
    Column("fence", Integer, nullable=False, default=0),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("holder", String, nullable=False),
    Column("until", Instant, nullable=False),
    Column("fence", Integer, nullable=False),
)

# --- people at the desk -----------------------------------------------------------------------------------------

users = Table(
    "users",
    metadata,
    Column("name", String, primary_key=True),
    Column("display_name", String, nullable=False),
    Column("roles", String, nullable=False, comment="|viewer|operator|approver|admin|"),
    Column("password_hash", String),
    Column("created_at", Instant, nullable=False),
    Column("disabled", Boolean, nullable=False, default=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", String, primary_key=True, comment="SHA-256 of the token; the token itself is shown once"),
    Column("user", ForeignKey("users.name"), nullable=False),
    Column("label", String, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
)
