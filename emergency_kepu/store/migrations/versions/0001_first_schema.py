"""First schema."""

import sqlalchemy as sa
from alembic import op

from emergency_kepu.store.types import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Old code must keep working on what this leaves behind: add, never rename or drop in the same release."""
    # PostgreSQL wants the column it divides a table by in every unique key
    month = ["month"] if op.get_bind().dialect.name == "postgresql" else []
    op.create_table(
        "compatibility",
        sa.Column(
            "oldest", sa.String(), nullable=False, comment="programs that know this revision may work with the schema"
        ),
        sa.PrimaryKeyConstraint("oldest", name=op.f("pk_compatibility")),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(), nullable=False, comment="hash of sender, identifier, sent"),
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("sent", Instant(), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("effect", sa.String(), nullable=False),
        sa.Column("alert", sa.LargeBinary(), nullable=False, comment="domain.alert.Alert as JSON"),
        sa.Column("document", sa.String(), nullable=False, comment="hash of the payload it came in"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alerts_identifier"), ["identifier"], unique=False)
        batch_op.create_index(batch_op.f("ix_alerts_received_at"), ["received_at"], unique=False)

    op.create_table(
        "approvals",
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False, comment="one approval a person"),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "revision", "actor", name=op.f("pk_approvals")),
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.String(), nullable=False, comment="campaign.revision.channel.index"),
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False, comment="where its deliveries are"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    with op.batch_alter_table("batches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batches_created_at"), ["created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_batches_campaign_id_revision"), ["campaign_id", "revision"], unique=False)

    op.create_table(
        "campaigns",
        sa.Column("id", sa.String(), nullable=False, comment="one campaign an incident"),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="1 is the first message, later ones update or end it"
        ),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False, comment="issue, update, all_clear"),
        sa.Column("state", sa.String(), nullable=False, comment="campaigns.lifecycle"),
        sa.Column("hazard", sa.String(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False, comment="immediate or routine"),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("approvals_needed", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("accepted_at", Instant(), nullable=False, comment="when the alert behind it was accepted"),
        sa.Column("launched_at", Instant(), nullable=True),
        sa.Column("first_send_at", Instant(), nullable=True),
        sa.Column(
            "first_send_seconds",
            sa.Float(),
            nullable=True,
            comment="alert accepted to first provider call, wall seconds",
        ),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("planned", sa.Integer(), nullable=False, comment="deliveries planned so far"),
        sa.Column("plan_complete", sa.Boolean(), nullable=False),
        sa.Column("spec", sa.LargeBinary(), nullable=False, comment="domain.campaign.CampaignSpec as JSON"),
        sa.PrimaryKeyConstraint("id", "revision", name=op.f("pk_campaigns")),
    )
    with op.batch_alter_table("campaigns", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaigns_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_campaigns_state"), ["state"], unique=False)

    op.create_table(
        "dead_letters",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("topic", sa.String(), nullable=False, comment="where it could not be processed"),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, comment="dead, replayed, dropped"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_dead_letters")),
        sa.UniqueConstraint("topic", "record_id", name=op.f("uq_dead_letters_topic_record_id")),
    )
    op.create_table(
        "decisions",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=True),
        sa.Column("incident_id", sa.String(), nullable=True),
        sa.Column("campaign_id", sa.String(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column(
            "subject", sa.String(), nullable=False, comment="what was decided on: alert, incident, campaign, delivery"
        ),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("guard", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False, comment="a user name, or the stage that decided"),
        sa.Column(
            "fingerprint", sa.String(), nullable=False, comment="same decision again after a redelivery: same row"
        ),
        sa.Column(
            "month", sa.Integer(), nullable=False, comment="202611; PostgreSQL keeps each month in a partition: months"
        ),
        sa.PrimaryKeyConstraint("seq", *month, name=op.f("pk_decisions")),
        sa.UniqueConstraint("fingerprint", "month", name=op.f("uq_decisions_fingerprint_month")),
        postgresql_partition_by="RANGE (month)",
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decisions_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_decisions_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decisions_incident_id"), ["incident_id"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False, comment="position in the batch; the delivery id is batch_id/n"),
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("recipient_id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, comment="domain.delivery.DeliveryState"),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("next_at", Instant(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("maybe_sent", sa.Boolean(), nullable=False, comment="a request may have gone out unanswered"),
        sa.Column("possible_duplicates", sa.Integer(), nullable=False),
        sa.Column(
            "month",
            sa.Integer(),
            nullable=False,
            comment="of planning, as 202611; PostgreSQL: one partition each, in its key",
        ),
        sa.PrimaryKeyConstraint("batch_id", "n", *month, name=op.f("pk_deliveries")),
        postgresql_partition_by="RANGE (month)",
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deliveries_campaign_id_revision_state"), ["campaign_id", "revision", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_deliveries_incident_id_recipient_id"), ["incident_id", "recipient_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_deliveries_provider_id"), ["provider_id"], unique=False)

    op.create_table(
        "due",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False, comment="the record to publish when it is due"),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due")),
    )
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_due_at"), ["at"], unique=False)

    op.create_table(
        "ended_early",
        sa.Column("feed", sa.String(), nullable=False, comment="a feed ends its own messages, not another's"),
        sa.Column("sender", sa.String(), nullable=False, comment="of the message that a cancel named"),
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False, comment="when the cancel came, before what it cancels"),
        sa.PrimaryKeyConstraint("feed", "sender", "identifier", name=op.f("pk_ended_early")),
    )
    op.create_table(
        "feed_states",
        sa.Column("feed", sa.String(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False, comment="feeds.poller.FeedState as JSON"),
        sa.Column("last_success", Instant(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_feed_states")),
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("hazard", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("incident", sa.LargeBinary(), nullable=False, comment="domain.incident.Incident as JSON"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incidents_hazard_status"), ["hazard", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_incidents_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.String(), nullable=False, comment="hash of campaign, revision, channel, locale, audience"),
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("template_version", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messages_campaign_id"), ["campaign_id"], unique=False)

    op.create_table(
        "opt_outs",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "target", name=op.f("pk_opt_outs")),
    )
    op.create_table(
        "recipients",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False, comment="person, room, broadcaster"),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column(
            "place",
            sa.String().with_variant(sa.String(collation="C"), "postgresql"),
            nullable=False,
            comment="adcode or ISO 3166 country",
        ),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("tags", sa.String(), nullable=False, comment="|tag|tag|"),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("recipient", sa.LargeBinary(), nullable=False, comment="domain.recipient.Recipient as JSON"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipients")),
    )
    with op.batch_alter_table("recipients", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recipients_place"), ["place"], unique=False)

    op.create_table(
        "records",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("published_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_records")),
        sa.UniqueConstraint("topic", "id", name=op.f("uq_records_topic_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "silences",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("matcher", sa.LargeBinary(), nullable=False, comment="domain.silence.Silence as JSON"),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    op.create_table(
        "users",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False, comment="|viewer|operator|approver|admin|"),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
    )
    op.create_table(
        "incident_keys",
        sa.Column("key", sa.String(), nullable=False, comment="matching.keys: its issuer, its places"),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_incident_keys_incident_id")),
        sa.PrimaryKeyConstraint("key", "incident_id", name=op.f("pk_incident_keys")),
    )
    op.create_table(
        "incident_alerts",
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("identifier", sa.String(), nullable=False, comment="for references that name only it"),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_incident_alerts_alert_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_incident_alerts_incident_id")),
        sa.PrimaryKeyConstraint("incident_id", "alert_id", name=op.f("pk_incident_alerts")),
    )
    with op.batch_alter_table("incident_alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_alerts_identifier"), ["identifier"], unique=False)

    op.create_table(
        "tokens",
        sa.Column("hash", sa.String(), nullable=False, comment="SHA-256 of the token; the token itself is shown once"),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name=op.f("fk_tokens_user")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_tokens")),
    )


def downgrade() -> None:
    op.drop_table("tokens")
    with op.batch_alter_table("incident_alerts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_alerts_identifier"))

    op.drop_table("incident_alerts")
    op.drop_table("users")
    op.drop_table("silences")
    op.drop_table("records")
    with op.batch_alter_table("recipients", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recipients_place"))

    op.drop_table("recipients")
    op.drop_table("opt_outs")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_messages_campaign_id"))

    op.drop_table("messages")
    op.drop_table("leases")
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incidents_updated_at"))
        batch_op.drop_index(batch_op.f("ix_incidents_hazard_status"))

    op.drop_table("incidents")
    op.drop_table("ended_early")
    op.drop_table("feed_states")
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_due_at"))

    op.drop_table("compatibility")
    op.drop_table("incident_keys")
    op.drop_table("due")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deliveries_provider_id"))
        batch_op.drop_index(batch_op.f("ix_deliveries_incident_id_recipient_id"))
        batch_op.drop_index(batch_op.f("ix_deliveries_campaign_id_revision_state"))

    op.drop_table("deliveries")
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decisions_incident_id"))
        batch_op.drop_index(batch_op.f("ix_decisions_campaign_id"))
        batch_op.drop_index(batch_op.f("ix_decisions_at"))

    op.drop_table("decisions")
    op.drop_table("dead_letters")
    with op.batch_alter_table("campaigns", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaigns_state"))
        batch_op.drop_index(batch_op.f("ix_campaigns_incident_id"))

    op.drop_table("campaigns")
    with op.batch_alter_table("batches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_batches_created_at"))
        batch_op.drop_index(batch_op.f("ix_batches_campaign_id_revision"))

    op.drop_table("batches")
    op.drop_table("approvals")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alerts_received_at"))
        batch_op.drop_index(batch_op.f("ix_alerts_identifier"))

    op.drop_table("alerts")
