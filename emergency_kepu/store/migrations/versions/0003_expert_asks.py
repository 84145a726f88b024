"""Experts who are asked: one row a question."""

import sqlalchemy as sa
from alembic import op

from emergency_kepu.store.types import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asks",
        sa.Column("id", sa.String(), nullable=False, comment="hash of incident, round, expert"),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("round", sa.String(), nullable=False, comment="r2: caused by revision 2; m1: asked by hand"),
        sa.Column("expert", sa.String(), nullable=False, comment="id in experts.yaml; empty: the desk itself"),
        sa.Column("state", sa.String(), nullable=False, comment="domain.ask.AskState"),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("answer_minutes", sa.Float(), nullable=False),
        sa.Column("off_duty", sa.Boolean(), nullable=False),
        sa.Column("desk_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("next_at", Instant(), nullable=True),
        sa.Column("way", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("answered_at", Instant(), nullable=True),
        sa.Column("possible_duplicates", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False, comment="locale to the expert's words, as JSON"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asks")),
    )
    with op.batch_alter_table("asks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asks_incident_id"), ["incident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_asks_next_at"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_asks_state"), ["state"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("asks", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_asks_state"))
        batch_op.drop_index(batch_op.f("ix_asks_next_at"))
        batch_op.drop_index(batch_op.f("ix_asks_incident_id"))

    op.drop_table("asks")
