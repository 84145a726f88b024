"""What people told public pages: safe, or in need of help."""

import sqlalchemy as sa
from alembic import op

from emergency_kepu.store.types import Instant

revision = "0006_acc"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "check_ins",
        sa.Column("id", sa.String(), nullable=False, comment="hash of the form's own word and what it said"),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False, comment="domain.check_in.CheckInKind"),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("passed_to", sa.Text(), nullable=False),
        sa.Column("passed_by", sa.String(), nullable=False),
        sa.Column("passed_at", Instant()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_ins")),
    )
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_check_ins_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_check_ins_campaign_id"), ["campaign_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_check_ins_kind_passed_at"), ["kind", "passed_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_check_ins_kind_passed_at"))
        batch_op.drop_index(batch_op.f("ix_check_ins_campaign_id"))
        batch_op.drop_index(batch_op.f("ix_check_ins_at"))

    op.drop_table("check_ins")
