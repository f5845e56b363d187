"""Keep the alerts of past incidents whose cause was verified, for the next ones to learn from."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply. What ended before is learned from once memory is rebuilt from the log."""
    op.create_table(
        "past_failures",
        sa.Column("incident_id", sa.Text, nullable=False),
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("cluster_id", sa.Text, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("culprit", sa.Text, nullable=False),
        sa.Column("fault", sa.Text, nullable=False),
        sa.Column("stream", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("incident_id", name="pk_past_failures"),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["past_incidents.incident_id"],
            name="fk_past_failures_incident_id",
        ),
    )
    op.create_index(
        "ix_past_failures_newest", "past_failures", ["org_id", "cluster_id", "ended_at"]
    )


def downgrade() -> None:
    """Undo: what is forgotten can be made again from the log."""
    op.drop_table("past_failures")
