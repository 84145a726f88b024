"""What is counted on public pages."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A new table: programs that do not know it go on."""
    op.create_table(
        "page_counts",
        sa.Column("campaign_id", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False, comment="opened, answered, understood"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "revision", "locale", "what", name=op.f("pk_page_counts")),
    )


def downgrade() -> None:
    """The counts are lost, nothing else."""
    op.drop_table("page_counts")
