"""How far the planning of a campaign is, so that it goes on from there."""

import sqlalchemy as sa
from alembic import op

from emergency_kepu.store.types import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two columns that may be empty: programs that do not know them go on."""
    with op.batch_alter_table("campaigns", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "plan_next",
                sa.LargeBinary(),
                nullable=True,
                comment="pipeline.jobs.Launch as JSON: the page after the last one planned",
            )
        )
        batch_op.add_column(sa.Column("planning_at", Instant(), nullable=True, comment="when that was"))


def downgrade() -> None:
    """Planning begins anew where it was under way: nothing is planned twice by that."""
    with op.batch_alter_table("campaigns", schema=None) as batch_op:
        batch_op.drop_column("planning_at")
        batch_op.drop_column("plan_next")
