"""Keep what services promise, and how they stand with it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Apply."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "slos",
        sa.Column("org_id", sa.Text, nullable=False),
        sa.Column("cluster_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("definition", sa.JSON, nullable=False),
        sa.Column("from_file", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.Column("standing", sa.JSON),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("evaluated_at", moment),
        sa.Column("taken_at", moment),
        sa.Column("fast_since", moment),
        sa.Column("slow_since", moment),
        sa.Column("is_low", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("org_id", "cluster_id", "id", name="pk_slos"),
        sa.ForeignKeyConstraint(
            ["org_id", "cluster_id"],
            ["clusters.org_id", "clusters.id"],
            name="fk_slos_org_id_cluster_id",
        ),
    )
    op.create_index("ix_slos_taken_at", "slos", ["taken_at"])


def downgrade() -> None:
    """Undo: what was promised is forgotten, and what a file says is read again."""
    op.drop_table("slos")
