"""CAP documents as they were published: what one said it says for ever."""

import sqlalchemy as sa
from alembic import op

from emergency_kepu.store.types import Instant

revision = "0007_acc"
down_revision = "0006_acc"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cap_documents",
        sa.Column("sender", sa.String(), nullable=False, comment="desk.cap_sender when it was published"),
        sa.Column("identifier", sa.String(), nullable=False, comment="of the CAP message"),
        sa.Column("updated", Instant(), nullable=False, comment="the message's own time"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False, comment="CAP 1.2, as it was first read"),
        sa.PrimaryKeyConstraint("sender", "identifier", name=op.f("pk_cap_documents")),
    )


def downgrade() -> None:
    op.drop_table("cap_documents")
